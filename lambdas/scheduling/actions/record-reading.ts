import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { isoInstant } from '#domain/clock.ts';
import type { ActionDeps } from './act.ts';
import type { ApiCall } from './api-call.ts';

/** What was read of patients: ids and names of fields, and of a list how many. */
type Read = Pick<PendingAuditEvent, 'resourceType' | 'resourceId' | 'patientId' | 'fields' | 'count'>;

/** Puts on record that patients' data was read, before it is answered: what cannot be recorded is not read. */
export const recordReading = (
  { trail, clock }: Pick<ActionDeps, 'trail' | 'clock'>,
  { clinic, requester }: ApiCall,
  read: Read,
): Promise<void> =>
  trail.record({
    v: 1,
    clinicId: clinic.id,
    occurredAt: isoInstant(clock.now()),
    ...requester.actor,
    act: 'patient.read',
    outcome: 'success',
    ...read,
  });
