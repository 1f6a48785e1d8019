import * as z from 'zod';
import type { PendingAuditEvent } from '../audit/audit-event.ts';
import type { E164 } from '../e164.ts';
import type { ClinicId } from '../ids.ts';

/** By which a person may refuse to be contacted. Answering somebody who calls us is no contact of ours. */
export const Contact = z.enum(['messages', 'calls']);
export type Contact = z.infer<typeof Contact>;

/** Who refused or allowed it, for the record: the person who wrote, or somebody of the clinic on their behalf. */
export type SuppressionActor = Pick<PendingAuditEvent, 'actorType' | 'actorId' | 'requestId'>;

/** Numbers that asked one clinic not to be contacted any more. What is said to one clinic holds for no other. */
export interface SuppressionList {
  /** By which of them the number is not to be contacted. */
  refusedBy(clinicId: ClinicId, number: E164): Promise<ReadonlySet<Contact>>;
  /** From now on, on record in the same write. Doing it again changes nothing. */
  refuse(clinicId: ClinicId, number: E164, contacts: readonly Contact[], by: SuppressionActor): Promise<void>;
  /** Takes a refusal back, on record in the same write. Doing it again changes nothing. */
  allow(clinicId: ClinicId, number: E164, contacts: readonly Contact[], by: SuppressionActor): Promise<void>;
}
