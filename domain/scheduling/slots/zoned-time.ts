import { Temporal } from 'temporal-polyfill';

/** ISO weekday, 1 is Monday. */
export type IsoWeekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** One calendar day of a zone, between two instants in epoch milliseconds. It lasts 24 hours only where `isPlain`. */
export interface LocalDay {
  date: string;
  zone: string;
  startMs: number;
  endMs: number;
  /** From 00:00 to 24:00 the clock runs through, so that a wall time is a distance from the start. */
  isPlain: boolean;
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Asking Temporal costs a hundred times the arithmetic it saves; a year of days for a dozen zones fits. */
const knownDays = new Map<string, LocalDay>();
const mostKnownDays = 5_000;

/** The day that a calendar in `zone` calls `date`. Some begin at 01:00. */
export function localDay(date: string, zone: string): LocalDay {
  const key = `${date} ${zone}`;
  const known = knownDays.get(key);
  if (known) return known;
  const plainDate = Temporal.PlainDate.from(date);
  const start = plainDate.toZonedDateTime(zone);
  const startMs = start.epochMilliseconds;
  const endMs = plainDate.add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds;
  // No zone changes its clock twice in a day, so that a day of the right length from midnight on has no change in it.
  const isPlain = start.hour === 0 && start.minute === 0 && endMs - startMs === dayMs;
  const day = { date, zone, startMs, endMs, isPlain };
  if (knownDays.size >= mostKnownDays) knownDays.clear();
  knownDays.set(key, day);
  return day;
}

/** Minutes after midnight that a wall clock shows at `HH:mm`; 1440 for `24:00`. */
export const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/**
 * The instant at which the wall clock shows this many minutes after midnight: nothing when the clock skips them that
 * day, the first time when it shows them twice.
 */
export function instantInDay(day: LocalDay, minutes: number): number | undefined {
  if (day.isPlain) return day.startMs + minutes * minuteMs;
  const wall = wallTime(day, minutes);
  const zoned = wall.toZonedDateTime(day.zone, { disambiguation: 'earlier' });
  return zoned.toPlainDateTime().equals(wall) ? zoned.epochMilliseconds : undefined;
}

/** Where a window begins or ends. In skipped time it moves forward; of two occurrences the first counts. */
export function boundaryInDay(day: LocalDay, minutes: number): number {
  if (day.isPlain) return day.startMs + minutes * minuteMs;
  return wallTime(day, minutes).toZonedDateTime(day.zone, { disambiguation: 'compatible' }).epochMilliseconds;
}

const wallTime = ({ date }: LocalDay, minutes: number): Temporal.PlainDateTime =>
  Temporal.PlainDate.from(date).toPlainDateTime().add({ minutes });

/** The calendar date in `zone` at an instant, `YYYY-MM-DD`. */
export const localDate = (epochMs: number, zone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(zone).toPlainDate().toString();

/** What the wall clock of `zone` shows at an instant, `HH:mm`. */
export const localTime = (epochMs: number, zone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(zone).toPlainTime().toString({
    smallestUnit: 'minute',
  });

/** The date so many days later, or earlier. */
export const addDays = (date: string, days: number): string => Temporal.PlainDate.from(date).add({ days }).toString();

export const weekdayOf = (date: string): IsoWeekday => Temporal.PlainDate.from(date).dayOfWeek as IsoWeekday;

/** The instant of `HH:mm` on a local date, as `instantInDay` finds it. */
export const instantOf = (date: string, time: string, zone: string): number | undefined =>
  instantInDay(localDay(date, zone), minutesOf(time));

/** The instant of `HH:mm` or `24:00` on a local date, as `boundaryInDay` finds it. */
export const boundaryInstant = (date: string, time: string, zone: string): number =>
  boundaryInDay(localDay(date, zone), minutesOf(time));
