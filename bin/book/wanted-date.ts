import { addDays, instantOf, localDate, weekdayOf } from '#domain/scheduling/slots/zoned-time.ts';
import * as z from 'zod';
import { Misuse, Refused } from '../command-line.ts';

/** A date as a person names it: `today`, `tomorrow`, `2026-10-06`. @throws Misuse for anything else */
export function dateOf(text: string, zone: string, nowMs: number): string {
  const today = localDate(nowMs, zone);
  if (text === 'today') return today;
  if (text === 'tomorrow') return addDays(today, 1);
  if (!z.iso.date().safeParse(text).success)
    throw new Misuse(`${text} is no date; write today, tomorrow or 2026-10-06`);
  return text;
}

/**
 * The instant of a wall-clock time of the clinic. Of two occurrences the first is meant, as everywhere.
 * @throws Refused when clocks skip that time
 */
export function instantOfClinic(date: string, time: string, zone: string): string {
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(time)) throw new Misuse(`${time} is no time of day; write 09:30`);
  const instantMs = instantOf(date, time, zone);
  if (instantMs === undefined) {
    throw new Refused(`there is no ${time} on ${date}: clocks go forward that day in ${zone}`);
  }
  return new Date(instantMs).toISOString();
}

/** The seven days of the week that a date is in, from Monday. */
export function weekOf(date: string): string[] {
  const monday = addDays(date, 1 - weekdayOf(date));
  return [0, 1, 2, 3, 4, 5, 6].map((days) => addDays(monday, days));
}
