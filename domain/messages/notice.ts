import * as z from 'zod';
import { AppointmentId, ClinicId, ConversationId, PatientId, WaitlistEntryId } from '../ids.ts';

/** What happened to an appointment that its patient is told of. */
export const AppointmentChanged = z.object({
  kind: z.literal('appointment-changed'),
  clinicId: ClinicId,
  appointmentId: AppointmentId,
  patientId: PatientId,
  change: z.enum(['booked', 'moved', 'cancelled']),
  /** Of the appointment once it was changed: of two changes each is told of. */
  version: z.int(),
  conversationId: ConversationId.optional(),
});
export type AppointmentChanged = z.infer<typeof AppointmentChanged>;

/** A time was kept for somebody on a waitlist, who is to hear of it. */
export const WaitlistOffered = z.object({
  kind: z.literal('waitlist-offered'),
  clinicId: ClinicId,
  entryId: WaitlistEntryId,
  patientId: PatientId,
  holdId: z.string(),
});
export type WaitlistOffered = z.infer<typeof WaitlistOffered>;

/** Somebody wrote to a clinic's number; their words lie in the inbox. */
export const MessageReceived = z.object({
  kind: z.literal('message-received'),
  eventKey: z.string(),
  /** Stands for who wrote and to whom, so that their messages are answered in order. */
  writer: z.string(),
});
export type MessageReceived = z.infer<typeof MessageReceived>;

/** The day before an appointment has come to its hour. Whether anybody is reminded is decided by whoever heeds it. */
export const ReminderDue = z.object({
  kind: z.literal('reminder-due'),
  clinicId: ClinicId,
  appointmentId: AppointmentId,
  patientId: PatientId,
  startMs: z.int(),
});
export type ReminderDue = z.infer<typeof ReminderDue>;

/** A link by e-mail is to be sent: about what, of which ask. Its secret is made where it is sent. */
export const LinkDue = z.object({
  kind: z.literal('link-due'),
  clinicId: ClinicId,
  purpose: z.enum(['invitation', 'recipient']),
  id: z.string(),
  round: z.int(),
});
export type LinkDue = z.infer<typeof LinkDue>;

/** Everything by which somebody is written to, in the order of each person. */
export const Notice = z.discriminatedUnion('kind', [
  AppointmentChanged,
  WaitlistOffered,
  ReminderDue,
  MessageReceived,
  LinkDue,
]);
export type Notice = z.infer<typeof Notice>;

/** Whose order a notice keeps. */
export const recipientOf = (notice: Notice): string => {
  if (notice.kind === 'message-received') return notice.writer;
  return `${notice.clinicId}-${notice.kind === 'link-due' ? notice.id : notice.patientId}`;
};

/** Where notices go. The same notice twice is told of once. */
export interface Notices {
  tell(notice: Notice): Promise<void>;
}
