import type { Clock } from '#domain/clock.ts';

/** A clock that stands still until it is moved. */
export function standingClock(start = '2026-10-05T12:30:00.000Z'): Clock & { pass(ms: number): void } {
  let nowMs = Date.parse(start);
  return {
    now: () => nowMs,
    pass(ms) {
      nowMs += ms;
    },
  };
}
