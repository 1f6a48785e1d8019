import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { isoInstant } from '#domain/clock.ts';
import type { Clinic } from '#domain/clinics/clinic.ts';
import type { ClinicFieldChange } from '#domain/clinics/clinic-changes.ts';

interface Change {
  before?: Clinic;
  clinic: Clinic;
  changes: readonly ClinicFieldChange[];
}

/** What goes on record of a change: names of fields, and each number that came or went. */
export function onRecord(
  { clinic, before, changes }: Change,
  requestId: string,
  at: number,
  actor: Pick<PendingAuditEvent, 'actorType' | 'actorId' | 'onBehalfOf'> = { actorType: 'platform', actorId: 'cli' },
): PendingAuditEvent[] {
  const event = {
    v: 1 as const,
    clinicId: clinic.id,
    occurredAt: isoInstant(at),
    ...actor,
    outcome: 'success' as const,
    requestId,
  };
  const was = (before?.numbers ?? []).map(({ number }) => number);
  const is = clinic.numbers.map(({ number }) => number);
  const mapped = (number: string, reason: 'claimed' | 'released'): PendingAuditEvent => {
    return { ...event, act: 'number.map', resourceType: 'number', resourceId: number, reason };
  };
  return [
    {
      ...event,
      act: 'settings.update',
      resourceType: 'clinic',
      resourceId: clinic.id,
      fields: [...new Set(changes.map(({ field }) => field))].sort(),
    },
    ...is.filter((number) => !was.includes(number)).map((number) => mapped(number, 'claimed')),
    ...was.filter((number) => !is.includes(number)).map((number) => mapped(number, 'released')),
  ];
}
