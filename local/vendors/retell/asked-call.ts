import * as z from 'zod';
import { LanguageTag } from '#domain/language.ts';
import type { Scenario } from '#local/scenarios/scenario.ts';
import type { Disturbances } from '#local/vendors/disturb.ts';
import { callEvents } from './timeline.ts';

/** What Retell knows of a clinic's number: where it is bound, not whose name it bears. */
export const CalledClinic = z.object({
  /** Only for the path with an id. */
  id: z.string().optional(),
  number: z.string().min(1),
  language: LanguageTag,
  zone: z.string(),
  /** The agent bound to the number. Without one, and without an override in the answer, the caller is cut off. */
  boundAgentId: z.string().optional(),
  /** The agent's brain is a model of ours that listens here; otherwise a conversation flow of Retell's. */
  llmSocketUrl: z.url().optional(),
});
export type CalledClinic = z.infer<typeof CalledClinic>;

export const CallOptions = z.strictObject({
  /** The events arrive in reverse: `call_analyzed` first, `call_started` last. */
  disorder: z.boolean().default(false),
  /** Every event is sent twice at once. */
  duplicate: z.boolean().default(false),
  /** Events that are never delivered. */
  lose: z.array(z.enum(callEvents)).default([]),
  /** Ring `/api/retell/inbound/{clinicId}` instead of the path without an id. */
  clinicPath: z.boolean().default(false),
  /** Somebody picks up where a live call is transferred to. */
  answersDial: z.boolean().default(false),
});
export type CallOptions = z.infer<typeof CallOptions>;

export interface AskedCall {
  scenario: Scenario;
  clinic: CalledClinic;
  options: CallOptions;
  /** Of another number than the scenario's. */
  from?: string;
  disturbances?: Disturbances;
  /** Told every variable of the flow when the talk is over. */
  heardOut?(known: Record<string, string>): void;
}
