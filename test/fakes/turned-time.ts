import type { Clock } from '#domain/clock.ts';
import type { Timers } from '#domain/conversations/talk/timers.ts';

export interface TurnedTime extends Timers, Clock {
  /** Lets time pass, ringing what is due in its order; promises settle in between. */
  pass(ms: number): Promise<void>;
  /** What is still to ring. */
  pending(): number;
}

/** Enough turns of the microtask queue for promises that wait for promises. */
const settle = async () => {
  for (let i = 0; i < 12; i++) await Promise.resolve();
};

/** A clock and its alarms, turned by hand. */
export function turnedTime(start = '2026-10-05T12:30:00.000Z'): TurnedTime {
  let nowMs = Date.parse(start);
  let count = 0;
  const due = new Map<number, { atMs: number; run: () => void }>();
  return {
    now: () => nowMs,
    set(run, ms) {
      due.set(++count, { atMs: nowMs + Math.max(0, ms), run });
      return count;
    },
    clear: (handle) => void due.delete(handle as number),
    pending: () => due.size,
    async pass(ms) {
      const untilMs = nowMs + ms;
      await settle();
      for (;;) {
        let next: [number, { atMs: number; run: () => void }] | undefined;
        for (const entry of due) if (entry[1].atMs <= untilMs && (!next || entry[1].atMs < next[1].atMs)) next = entry;
        if (!next) break;
        due.delete(next[0]);
        nowMs = Math.max(nowMs, next[1].atMs);
        next[1].run();
        await settle();
      }
      nowMs = untilMs;
    },
  };
}
