import type { WallClock } from '../wall-time.ts';
import { type Clinic, type Interval, type Weekday, weekdays } from './clinic.ts';

type Opening = Pick<Clinic, 'hours' | 'closures' | 'zone'>;

export const weekdayOf = ({ weekday }: Pick<WallClock, 'weekday'>): Weekday => weekdays[weekday - 1] as Weekday;

/**
 * The clinic's open intervals on a local date: its weekly hours, replaced by special openings of that date, less
 * closures, which win over everything. `undefined` when the clinic has not told its hours.
 */
export function openIntervals(clinic: Opening, day: Pick<WallClock, 'date' | 'weekday'>): Interval[] | undefined {
  const dated = clinic.closures.filter(({ date }) => date === day.date);
  const special = dated.flatMap(({ open, interval }) => (open && interval ? [interval] : []));
  if (!clinic.hours && special.length === 0) return undefined;
  const opening = special.length ? special : (clinic.hours?.[weekdayOf(day)] ?? []);
  return dated
    .filter(({ open }) => !open)
    .reduce<Interval[]>(
      (left, { interval }) => (interval ? left.flatMap((window) => without(window, interval)) : []),
      [...opening],
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
