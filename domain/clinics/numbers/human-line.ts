import { wallClock } from '../../wall-time.ts';
import type { Clinic } from '../clinic.ts';
import { isOpenAt, weekdayOf } from '../hours/opening.ts';

/** The two lines on which a person of the clinic answers. */
export type Line = 'humanLine' | 'emergencyLine';

/**
 * Whether somebody is expected to answer a line at `nowMs` (epoch milliseconds); false when the clinic has no such
 * line. A line's own hours decide alone: whoever answers it may work while the clinic is shut. Without hours of its own
 * the emergency line is always open, and the other follows the clinic. Hours nobody gave close no line: letting it
 * ring is better than sending a caller away.
 */
export function lineOpen(
  line: Line,
  clinic: Pick<Clinic, Line | 'hours' | 'closures' | 'zone'>,
  nowMs: number,
): boolean {
  const answered = clinic[line];
  if (!answered) return false;
  const now = wallClock(nowMs, clinic.zone);
  if (answered.hours) {
    return answered.hours[weekdayOf(now)].some(({ from, to }) => from <= now.time && now.time < to);
  }
  return line === 'emergencyLine' || (isOpenAt(clinic, now) ?? true);
}
