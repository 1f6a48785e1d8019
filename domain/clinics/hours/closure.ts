import * as z from 'zod';
import { OperatoryId, ProviderId } from '../../ids.ts';
import { oneLine } from '../one-line.ts';
import { always } from '../several-fields.ts';
import { Interval } from './weekly-hours.ts';

/**
 * A dated exception to the weekly hours. A closure (`open: false`) without an interval shuts the whole day and wins
 * over everything; a special opening (`open: true`) wins over the weekly hours.
 */
export const Closure = z
  .strictObject({
    date: z.iso.date('must be a date written YYYY-MM-DD'),
    open: z.boolean().default(false),
    interval: Interval.optional(),
    reason: oneLine(80).optional(),
    /** Whose day differs; without one of these two, the whole clinic's. */
    provider: ProviderId.optional(),
    operatory: OperatoryId.optional(),
  })
  .refine(({ provider, operatory }) => !(provider && operatory), {
    path: ['operatory'],
    message: 'is about a provider or an operatory, not both; write two closures',
    ...always,
  })
  .refine(({ open, operatory }) => !(open && operatory), {
    path: ['operatory'],
    message: 'an operatory has no hours of its own to open; leave it out',
    ...always,
  })
  .refine(({ open, interval }) => open !== true || interval, {
    path: ['interval'],
    message: 'a special opening needs its hours',
    ...always,
  });
export type Closure = z.infer<typeof Closure>;

/**
 * What tells the closures of a clinic apart: `2026-12-25`, `2026-12-24 12:00-18:00`, `2026-12-24 69e0…`. `whose` says a
 * provider or operatory in words.
 */
export const closureName = (
  { date, interval, provider, operatory }: Closure,
  whose: (id: ProviderId | OperatoryId) => string = (id) => id,
): string =>
  [date, interval && `${interval.from}-${interval.to}`, provider && whose(provider), operatory && whose(operatory)]
    .filter(Boolean)
    .join(' ');
