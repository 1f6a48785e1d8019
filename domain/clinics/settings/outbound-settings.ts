import * as z from 'zod';
import { E164 } from '../../e164.ts';
import { WallTime, writtenInterval } from '../hours/weekly-hours.ts';
import { Countries } from './countries.ts';

/**
 * Hours of whoever is called in which no machine calls them. A clinic may only lengthen them: from nine in the evening to
 * eight in the morning nobody is called. In a clinic file they are written `21:00-08:00`.
 */
export const QuietHours = z.preprocess(
  writtenInterval,
  z
    .strictObject({ from: WallTime, to: WallTime }, 'must be an interval written HH:mm-HH:mm')
    .refine(({ from }) => from >= '12:00' && from <= '21:00', { message: 'must begin between 12:00 and 21:00' })
    .refine(({ to }) => to >= '08:00' && to <= '12:00', { message: 'must end between 08:00 and 12:00' }),
);
export type QuietHours = z.infer<typeof QuietHours>;

/** How the clinic calls its patients, and reminds them. All of it is off until the clinic says otherwise. */
export const OutboundSettings = z.strictObject({
  /** Patients may be called by the agent, each only with their consent. */
  calls: z.boolean().default(false),
  /** By whose line; the number called from must be one the clinic has there. */
  via: z.enum(['retell', 'twilio']).default('retell'),
  /** The number called from; the clinic's first without it. */
  from: E164.optional(),
  /** Countries that may be called; the clinic's own without a list. */
  countries: Countries.optional(),
  quietHours: QuietHours.prefault('21:00-08:00'),
  /** Of the whole clinic on one of its days, and to one number. */
  callsPerDay: z.int().min(1).max(1_000).default(50),
  callsPerNumber: z.int().min(1).max(10).default(2),
  /** What a machine that answers hears: nothing, or the clinic's name and number. */
  voicemail: z.enum(['hang-up', 'message']).default('hang-up'),
  /** The day before an appointment, at the same time by the clock. */
  reminders: z.enum(['off', 'sms', 'call']).default('off'),
});
export type OutboundSettings = z.infer<typeof OutboundSettings>;
