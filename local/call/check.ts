import type { Turn } from '#domain/conversations/talk/turns/turn.ts';
import type { LocalClinic } from '#local/local-json.ts';
import type { Scenario, Vendor } from '#local/scenarios/scenario.ts';
import type { TimelineStep } from '#local/vendors/retell/timeline.ts';
import type { Email } from './mailbox.ts';
import type { CallRecord } from './records.ts';

/** One thing that must be true of a call that is over. */
export interface Check {
  claim: string;
  ok: boolean;
  /** What was there instead. */
  found?: string;
}

/** All that is known of a call when it is over. */
export interface Played {
  scenario: Scenario;
  vendor: Vendor;
  clinic: LocalClinic;
  clinics: readonly LocalClinic[];
  steps: readonly TimelineStep[];
  emails: readonly Email[];
  record: CallRecord;
  /** Of a talk on the voice service, in order. */
  turns: readonly Turn[];
  /** Types of its events that lie in quarantine. */
  quarantined: readonly string[];
}

export const check = (claim: string, ok: boolean, found?: string): Check => ({
  claim,
  ok,
  ...(!ok && found && { found }),
});

export type StepOf<Name extends TimelineStep['step']> = Extract<TimelineStep, { step: Name }>;
export const stepsOf = <Name extends TimelineStep['step']>(
  steps: readonly TimelineStep[],
  name: Name,
): StepOf<Name>[] => steps.filter((step): step is StepOf<Name> => step.step === name);
