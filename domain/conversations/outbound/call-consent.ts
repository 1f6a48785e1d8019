import * as z from 'zod';
import type { SuppressionActor } from '../../clinics/suppression-list.ts';
import { E164 } from '../../e164.ts';
import type { ClinicId, PatientId } from '../../ids.ts';

/** How somebody said that a machine may call them. */
export const ConsentWay = z.enum(['in-person', 'in-writing', 'by-phone']);
export type ConsentWay = z.infer<typeof ConsentWay>;

/** A patient's word that the clinic's agent may call them, for the numbers on file when it was given. */
export const CallConsent = z.object({ numbers: z.array(E164), way: ConsentWay, givenAtMs: z.int() });
export type CallConsent = z.infer<typeof CallConsent>;

/** Without consent nobody is called. Each change is on record in the same write. */
export interface CallConsents {
  /** `undefined`: never given, or withdrawn. Strongly consistent. */
  of(clinicId: ClinicId, patientId: PatientId): Promise<CallConsent | undefined>;
  give(clinicId: ClinicId, patientId: PatientId, consent: CallConsent, by: SuppressionActor): Promise<void>;
  withdraw(clinicId: ClinicId, patientId: PatientId, by: SuppressionActor): Promise<void>;
}
