import * as z from 'zod';
import { always, listed } from '../several-fields.ts';

/** Wall-clock time of the clinic; `24:00` only ends an interval. */
export const WallTime = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be a time from 00:00 to 24:00 written HH:mm');

/**
 * What a clinic file writes as `08:00-12:30`, in its two times; anything else as it is. No time holds a hyphen, so that a
 * text of any length is gone through once.
 */
export function writtenInterval(value: unknown): unknown {
  const [, from, to] = typeof value === 'string' ? (/^([^\s-]+)\s*-\s*([^\s-]+)$/.exec(value.trim()) ?? []) : [];
  return from ? { from, to } : value;
}

/** Local wall-clock interval, end not included. In a clinic file it is written `08:00-12:30`. */
export const Interval = z.preprocess(
  writtenInterval,
  z
    .strictObject({ from: WallTime, to: WallTime }, 'must be an interval written HH:mm-HH:mm')
    .refine(({ from, to }) => from < to, { message: 'must end after it starts' }),
);
export type Interval = z.infer<typeof Interval>;

/** The intervals of one day, in order, not touching each other. */
const dayIntervals = z.array(Interval).superRefine((intervals, context) => {
  listed(intervals).forEach((interval, index) => {
    const previous = intervals[index - 1];
    if (interval?.from && previous?.to && interval.from < previous.to) {
      const message = `overlaps or precedes ${previous.from}-${previous.to}`;
      context.addIssue({ code: 'custom', path: [index], message });
    }
  });
}, always);

export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Weekday = (typeof weekdays)[number];

/** Opening hours by weekday; a day with no interval is closed. */
export const WeeklyHours = z.strictObject({
  monday: dayIntervals.default([]),
  tuesday: dayIntervals.default([]),
  wednesday: dayIntervals.default([]),
  thursday: dayIntervals.default([]),
  friday: dayIntervals.default([]),
  saturday: dayIntervals.default([]),
  sunday: dayIntervals.default([]),
});
export type WeeklyHours = z.infer<typeof WeeklyHours>;
