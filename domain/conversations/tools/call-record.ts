import type { PendingAuditEvent } from '../../audit/audit-event.ts';
import { isoInstant } from '../../clock.ts';
import type { Appointment } from '../../scheduling/calendar/appointment.ts';
import type { ToolCall, ToolDeps } from './tool.ts';

/** What goes on record of an act in a call: the act, and the part that is the same for all of them. */
export const recordOf = (
  { clinic, conversation, requester, nowMs }: ToolCall,
  event: Pick<PendingAuditEvent, 'act' | 'resourceType' | 'resourceId'> & Partial<PendingAuditEvent>,
): PendingAuditEvent => ({
  v: 1,
  clinicId: clinic.id,
  occurredAt: isoInstant(nowMs),
  ...requester.actor,
  outcome: 'success',
  conversationId: conversation.conversationId,
  ...event,
});

/**
 * Puts on record that appointments are told to the caller, one record for each patient. It is written before they are:
 * what cannot be put on record is not told.
 */
export async function recordDisclosure(
  { acts }: Pick<ToolDeps, 'acts'>,
  call: ToolCall,
  told: readonly { appointment: Appointment }[],
): Promise<void> {
  const patients = [...new Set(told.map(({ appointment }) => appointment.patientId))];
  if (patients.length === 0) return;
  await acts.record(call.clinic.id, call.conversation.conversationId, {
    audit: patients.map((patientId) =>
      recordOf(call, {
        act: 'phi.disclose',
        resourceType: 'patient',
        resourceId: patientId,
        patientId,
        fields: ['appointment.startUtc', 'appointment.providerId'],
      }),
    ),
  });
}
