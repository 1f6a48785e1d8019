import { randomUUID } from 'node:crypto';
import { type Clock, isoInstant } from '#domain/clock.ts';
import type { ClinicRegistry } from '#domain/clinics/clinic-registry.ts';
import { recipientIdOf } from '#domain/clinics/recipients/recipient-id.ts';
import type { ClinicId } from '#domain/ids.ts';

/** Lets mail go to an address again after a bounce or complaint, on record. */
export function enableRecipient({ clinics, clock }: { clinics: ClinicRegistry; clock: Clock }) {
  return (clinicId: ClinicId, address: string) =>
    clinics.enableRecipient(clinicId, recipientIdOf(address), {
      v: 1,
      clinicId,
      occurredAt: isoInstant(clock.now()),
      actorType: 'platform',
      actorId: 'cli',
      act: 'settings.update',
      outcome: 'success',
      resourceType: 'recipient',
      resourceId: recipientIdOf(address),
      fields: ['email.recipients.disabled'],
      requestId: `cli-${randomUUID()}`,
    });
}
