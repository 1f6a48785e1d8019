import * as z from 'zod';
import { LanguageTag } from '#domain/language.ts';
import type { Scenario } from '#local/scenarios/scenario.ts';
import type { Disturbances } from '#local/vendors/disturb.ts';

/** What Twilio knows of a clinic's number. */
export const CalledClinic = z.object({
  number: z.string().min(1),
  /** Of those who call it. */
  language: LanguageTag,
});
export type CalledClinic = z.infer<typeof CalledClinic>;

export const statusReports = ['call-status', 'stream-status', 'recording-status'] as const;

export const TwilioCallOptions = z.strictObject({
  /** Every status callback is sent twice at once. */
  duplicate: z.boolean().default(false),
  /** Status callbacks that are never delivered. */
  lose: z.array(z.enum(statusReports)).default([]),
  /** Somebody picks up where the call is transferred to. */
  answersDial: z.boolean().default(false),
  /** False: after a broken stream only the status callback comes, and no `action` is requested. */
  actionAfterBreak: z.boolean().default(true),
});
export type TwilioCallOptions = z.infer<typeof TwilioCallOptions>;

export interface AskedCall {
  scenario: Scenario;
  clinic: CalledClinic;
  options: TwilioCallOptions;
  /** Calls from this number instead of the scenario's. */
  from?: string;
  disturbances: Disturbances;
}
