import { isoInstant } from '#domain/clock.ts';
import { HeldTime, Slot } from '#domain/scheduling/slots/slot.ts';
import type { Item } from './table.ts';

/** A slot as part of an item: its instants in words that exports can read. */
export function slotRow({ startMs, endMs, occFromMs, occToMs, ...slot }: Slot): Item {
  return {
    ...slot,
    startUtc: isoInstant(startMs),
    endUtc: isoInstant(endMs),
    occFrom: isoInstant(occFromMs),
    occTo: isoInstant(occToMs),
  };
}

export const heldTimeRow = ({ expiresAtMs, ...held }: HeldTime): Item => ({
  ...slotRow(held),
  expiresAt: isoInstant(expiresAtMs),
});

const instant = (value: unknown): number => Date.parse(String(value));

const instants = ({ startUtc, endUtc, occFrom, occTo }: Item) => ({
  startMs: instant(startUtc),
  endMs: instant(endUtc),
  occFromMs: instant(occFrom),
  occToMs: instant(occTo),
});

export const slotOf = (row: Item): Slot => Slot.parse({ ...row, ...instants(row) });

export const heldTimeOf = (row: Item): HeldTime =>
  HeldTime.parse({ ...row, ...instants(row), expiresAtMs: instant(row.expiresAt) });
