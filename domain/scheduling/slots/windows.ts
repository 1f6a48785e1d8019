import type { Clinic } from '../../clinics/clinic.ts';
import type { Closure } from '../../clinics/hours/closure.ts';
import { afterClosures, isWholeClinics, openIntervals } from '../../clinics/hours/opening.ts';
import { type Interval, weekdays, type WeeklyHours } from '../../clinics/hours/weekly-hours.ts';
import type { Operatory } from '../../clinics/practice/operatory.ts';
import type { Provider } from '../../clinics/practice/provider.ts';
import { boundaryInDay, type LocalDay, localTime, minutesOf, weekdayOf } from './zoned-time.ts';

/** Exceptions of one date, of whatever scope. */
export const closuresOn = (clinic: Pick<Clinic, 'closures'>, date: string): Closure[] =>
  clinic.closures.filter((closure) => closure.date === date);

/**
 * When a provider can treat on a local date, in wall-clock times, in order and apart from each other: the clinic's
 * opening and the provider's own hours at once, either replaced by special openings of that date, less the closures of
 * both. Hours that meet without a break are one window. Unknown clinic hours are no hours, except for a provider who
 * works whatever the clinic's.
 */
export function providerWindows(
  clinic: Pick<Clinic, 'zone' | 'hours' | 'closures'>,
  provider: Provider,
  date: string,
  dated: readonly Closure[] = closuresOn(clinic, date),
): Interval[] {
  const weekday = weekdayOf(date);
  const clinicOpen = openIntervals({ ...clinic, closures: [...dated] }, { date, weekday }) ?? [];
  const own = ownHours(provider, weekdays[weekday - 1] as keyof WeeklyHours, dated);
  const closures = dated.filter((closure) => isWholeClinics(closure) || closure.provider === provider.id);
  return merged(afterClosures(worked(own, clinicOpen, provider.overridesClinicHours), closures));
}

function ownHours(provider: Provider, weekday: keyof WeeklyHours, dated: readonly Closure[]): Interval[] | undefined {
  const special = dated.flatMap((closure) =>
    closure.open && closure.interval && closure.provider === provider.id ? [closure.interval] : [],
  );
  return special.length ? special : provider.hours?.[weekday];
}

function worked(own: Interval[] | undefined, clinicOpen: Interval[], overrides: boolean): Interval[] {
  if (!own) return clinicOpen;
  if (overrides) return own;
  return own.flatMap((mine) =>
    clinicOpen.flatMap((theirs) => {
      const from = mine.from > theirs.from ? mine.from : theirs.from;
      const to = mine.to < theirs.to ? mine.to : theirs.to;
      return from < to ? [{ from, to }] : [];
    }),
  );
}

function merged(intervals: Interval[]): Interval[] {
  const windows: Interval[] = [];
  for (const { from, to } of intervals.toSorted((a, b) => (a.from < b.from ? -1 : 1))) {
    const last = windows.at(-1);
    if (!last || last.to < from) windows.push({ from, to });
    else if (last.to < to) last.to = to;
  }
  return windows;
}

/** The finest grid there is; hours, closures and starts all lie on it. */
const finestGridMs = 5 * 60_000;

/**
 * Whether a service in `[startMs, endMs)` meets a closure of the operatory: whether the wall clock shows a closed time
 * while it goes on. Its buffers may reach into one, as they may reach past closing.
 */
export const operatoryClosed = (
  dated: readonly Closure[],
  operatory: Operatory,
  day: LocalDay,
  startMs: number,
  endMs: number,
): boolean =>
  dated.some(
    ({ open, interval, operatory: closed }) =>
      !open && closed === operatory.id && (!interval || showsWithin(day, interval, startMs, endMs)),
  );

function showsWithin(day: LocalDay, { from, to }: Interval, startMs: number, endMs: number): boolean {
  if (day.isPlain) return boundaryInDay(day, minutesOf(from)) < endMs && startMs < boundaryInDay(day, minutesOf(to));
  // Where the clock changes, a closure may be shorter, longer or in two pieces.
  for (let at = startMs; at < endMs; at += finestGridMs) {
    const time = localTime(at, day.zone);
    if (from <= time && time < to) return true;
  }
  return false;
}
