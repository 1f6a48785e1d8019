import type { Clinic } from '../../clinics/clinic.ts';
import type { Interval } from '../../clinics/hours/weekly-hours.ts';
import { boundaryInDay, instantInDay, type LocalDay, minutesOf } from './zoned-time.ts';

/** Wall-clock bounds of a start: at `notBefore` or later, and before `before`. */
export interface TimeOfDay {
  notBefore?: string;
  before?: string;
}

/**
 * Instants at which something that takes `durationMin` can start in these windows, in order. The wall clock is stepped
 * through from each window's start, so that the steps begin anew after a break; times that the day skips are left out,
 * of times that it has twice the first counts, and what would outlast its window does not fit. Nor does what lies off the
 * grid of cells, as after a change of a zone's rules: its cells could not tell it from its neighbours.
 */
export function candidateStarts(
  windows: readonly Interval[],
  day: LocalDay,
  durationMin: number,
  { gridMinutes, slotStepMin = durationMin }: Pick<Clinic['scheduling'], 'gridMinutes' | 'slotStepMin'>,
  { notBefore = '00:00', before = '24:00' }: TimeOfDay = {},
): number[] {
  const [first, beyond] = [minutesOf(notBefore), minutesOf(before)];
  const starts: number[] = [];
  for (const { from, to } of windows) {
    const latestMs = boundaryInDay(day, minutesOf(to)) - durationMin * 60_000;
    const end = Math.min(minutesOf(to), beyond);
    for (let minutes = minutesOf(from); minutes < end; minutes += slotStepMin) {
      if (minutes < first) continue;
      const startMs = instantInDay(day, minutes);
      if (startMs !== undefined && startMs <= latestMs && startMs % (gridMinutes * 60_000) === 0) starts.push(startMs);
    }
  }
  return starts;
}
