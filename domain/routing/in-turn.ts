import type { ClinicId } from '../ids.ts';

/** Every clinic, begun at another one in each run, so that one that ends early does not always miss the same. */
export function inTurn(all: readonly ClinicId[], { nowMs, everyMinutes }: { nowMs: number; everyMinutes: number }) {
  const first = Math.floor(nowMs / (everyMinutes * 60_000)) % Math.max(1, all.length);
  return [...all.slice(first), ...all.slice(0, first)];
}
