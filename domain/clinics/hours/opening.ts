import type { WallClock } from '../../wall-time.ts';
import type { Clinic } from '../clinic.ts';
import type { Closure } from './closure.ts';
import { type Interval, type Weekday, weekdays } from './weekly-hours.ts';

type Opening = Pick<Clinic, 'hours' | 'closures' | 'zone'>;

export const weekdayOf = ({ weekday }: Pick<WallClock, 'weekday'>): Weekday => weekdays[weekday - 1] as Weekday;

/** Whether an exception is about the clinic as a whole. What one provider or operatory does is nobody else's business. */
export const isWholeClinics = ({ provider, operatory }: Closure): boolean => !provider && !operatory;

/**
 * The clinic's open intervals on a local date: its weekly hours, replaced by special openings of that date, less
 * closures, which win over everything. Exceptions of one provider or operatory do not count. `undefined` when the
 * clinic has not told its hours.
 */
export function openIntervals(clinic: Opening, day: Pick<WallClock, 'date' | 'weekday'>): Interval[] | undefined {
  const dated = clinic.closures.filter((closure) => closure.date === day.date && isWholeClinics(closure));
  if (dated.some(({ open, interval }) => !open && !interval)) return [];
  const special = dated.flatMap(({ open, interval }) => (open && interval ? [interval] : []));
  if (!clinic.hours && special.length === 0) return undefined;
  const opening = special.length ? special : (clinic.hours?.[weekdayOf(day)] ?? []);
  return afterClosures(opening, dated);
}

/** What closures leave of a day's windows. Special openings among them take nothing away. */
export function afterClosures(windows: readonly Interval[], closures: readonly Closure[]): Interval[] {
  return closures
    .filter(({ open }) => !open)
    .reduce<Interval[]>(
      (left, { interval }) => (interval ? left.flatMap((window) => without(window, interval)) : []),
      [...windows],
    );
}

/** What remains of a window when an interval is cut out of it. */
function without(window: Interval, cut: Interval): Interval[] {
  if (cut.to <= window.from || cut.from >= window.to) return [window];
  const pieces = [
    { from: window.from, to: cut.from },
    { from: cut.to, to: window.to },
  ];
  return pieces.filter(({ from, to }) => from < to);
}

/** Whether the clinic is open when its own wall clock shows this; `undefined` when its hours are unknown. */
export function isOpenAt(clinic: Opening, now: WallClock): boolean | undefined {
  return openIntervals(clinic, now)?.some(({ from, to }) => from <= now.time && now.time < to);
}
