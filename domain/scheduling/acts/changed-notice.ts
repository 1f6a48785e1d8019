import type { ConversationId } from '../../ids.ts';
import type { AppointmentChanged } from '../../messages/notice.ts';
import type { Appointment, AppointmentChange } from '../calendar/appointment.ts';

/** What tells a patient of a change; of one change always the same, so that it is told of once. */
export const changedNotice = (
  change: AppointmentChanged['change'],
  { clinicId, appointmentId, patientId, version }: Appointment,
  conversationId: ConversationId | undefined,
): AppointmentChanged => ({
  kind: 'appointment-changed',
  clinicId,
  appointmentId,
  patientId,
  change,
  version,
  ...(conversationId && { conversationId }),
});

const told: Partial<Record<AppointmentChange['act'], AppointmentChanged['change']>> = {
  booked: 'booked',
  rescheduled: 'moved',
  cancelled: 'cancelled',
};

/** The notice of what an agent did to an appointment in a conversation, unless something came after it. */
export function noticeOfConversation(
  appointment: Appointment,
  conversationId: ConversationId,
): AppointmentChanged | undefined {
  const last = appointment.history.at(-1);
  const change = last?.actorId === conversationId ? told[last.act] : undefined;
  return change && changedNotice(change, appointment, conversationId);
}
