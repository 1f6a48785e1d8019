import { wallClock } from '#domain/wall-time.ts';
import * as z from 'zod';

/** An instant as RFC 3339 writes it, read as epoch milliseconds. */
export const plainInstant = (message: string) =>
  z.iso.datetime({ offset: true, error: message }).transform((text) => Date.parse(text));

/** A calendar date, `YYYY-MM-DD`. */
export const plainDate = (message: string) => z.iso.date(message);

const minuteMs = 60_000;
const twoDigits = (count: number): string => String(count).padStart(2, '0');

/** An instant on the clock of a zone, with its offset: `2026-10-05T09:00:00+01:00`. Cut to the minute. */
export function localInstant(instantMs: number, zone: string): string {
  const { date, time } = wallClock(instantMs, zone);
  const shownMs = Date.parse(`${date}T${time}:00Z`);
  const offsetMin = Math.round((shownMs - Math.floor(instantMs / minuteMs) * minuteMs) / minuteMs);
  const [hours, minutes] = [Math.floor(Math.abs(offsetMin) / 60), Math.abs(offsetMin) % 60];
  return `${date}T${time}:00${offsetMin < 0 ? '-' : '+'}${twoDigits(hours)}:${twoDigits(minutes)}`;
}
