import type { Message } from '#domain/conversations/acts.ts';
import { AppointmentId, PatientId } from '#domain/ids.ts';
import type { Appointment } from '#domain/scheduling/calendar/appointment.ts';
import type { Patient } from '#domain/scheduling/patients/patient.ts';
import { clinicProfile } from './clinic.ts';
import { aConversationId, cotonou } from './conversation.ts';

const { providers, operatories, appointmentTypes } = clinicProfile();
const start = Date.parse('2026-10-13T08:30:00.000Z');
const bookedAt = Date.parse('2026-10-05T12:32:00.000Z');

/** Somebody treated at the clinic of `clinicProfile`, changed where a test says so. */
export const aPatient = (changes: Partial<Patient> = {}): Patient => ({
  clinicId: cotonou,
  patientId: PatientId.parse('5b1d7c3e-2f4a-4c6b-9d8e-1a2b3c4d5e6f'),
  givenName: 'Jeanne',
  familyName: 'Fictive',
  dob: '1990-02-03',
  phones: ['+12025550117'],
  authorisedContacts: [],
  provisional: false,
  createdAtMs: bookedAt,
  updatedAtMs: bookedAt,
  version: 1,
  ...changes,
});

/** An appointment of theirs that the conversation of `conversation` booked. */
export const anAppointment = (changes: Partial<Appointment> = {}): Appointment => ({
  clinicId: cotonou,
  appointmentId: AppointmentId.parse('4c1e8d5f-3a6b-4d7c-8e9f-2b3c4d5e6f70'),
  patientId: aPatient().patientId,
  typeId: appointmentTypes[0]!.id,
  providerId: providers[0]!.id,
  operatoryId: operatories[0]!.id,
  startMs: start,
  endMs: start + 30 * 60_000,
  occFromMs: start,
  occToMs: start + 30 * 60_000,
  zone: 'Africa/Porto-Novo',
  status: 'booked',
  source: 'agent',
  conversationId: aConversationId,
  flags: [],
  history: [{ atMs: bookedAt, act: 'booked', actorId: aConversationId }],
  createdAtMs: bookedAt,
  updatedAtMs: bookedAt,
  version: 1,
  ...changes,
});

/** A message that a caller left. */
export const aMessage = (changes: Partial<Message> = {}): Message => ({
  messageId: '0d9c8b7a-6f5e-4d3c-9b2a-1f0e9d8c7b6a',
  callerName: 'Jeanne Fictive',
  callbackNumber: '+12025550117',
  text: 'Merci de me rappeler\nau sujet de mon ordonnance.',
  urgency: 'routine',
  takenAtMs: Date.parse('2026-10-05T12:31:00.000Z'),
  ...changes,
});
