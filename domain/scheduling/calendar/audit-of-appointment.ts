import type { AuditAct, PendingAuditEvent } from '../../audit/audit-event.ts';
import type { ClinicId } from '../../ids.ts';
import { isoInstant } from '../../clock.ts';
import type { Appointment } from './appointment.ts';
import type { ActingConversation } from './calendar.ts';
import type { Patient } from '../patients/patient.ts';
import type { Requester } from '../requester.ts';

type AppointmentAct = Extract<AuditAct, `appointment.${string}`>;

/** What an act's record says besides who, when and which appointment. Names and codes, never a value. */
interface Told {
  fields?: string[];
  reason?: string;
}

/** The record of what an asker did to an appointment; `appointment.override` is whatever only the clinic's people do. */
export const auditOfAppointment = (
  act: AppointmentAct,
  { clinicId, appointmentId, patientId }: Pick<Appointment, 'clinicId' | 'appointmentId' | 'patientId'>,
  requester: Requester,
  nowMs: number,
  told: Told = {},
): PendingAuditEvent => ({
  ...recordOf(clinicId, requester, nowMs),
  act,
  resourceType: 'appointment',
  resourceId: appointmentId,
  patientId,
  ...told,
});

/** The record of a patient who is added by the booking of their first appointment. */
export const auditOfNewPatient = (
  { clinicId, patientId }: Patient,
  requester: Requester,
  nowMs: number,
): PendingAuditEvent => ({
  ...recordOf(clinicId, requester, nowMs),
  act: 'patient.create',
  resourceType: 'patient',
  resourceId: patientId,
  patientId,
});

/** The record of time taken out of a calendar, or given back to it. */
export const auditOfBlock = (
  reason: 'block' | 'unblock',
  clinicId: ClinicId,
  blockId: string,
  requester: Requester,
  nowMs: number,
): PendingAuditEvent => ({
  ...recordOf(clinicId, requester, nowMs),
  act: 'appointment.override',
  resourceType: 'block',
  resourceId: blockId,
  reason,
});

const recordOf = (clinicId: ClinicId, { actor, conversationId }: Requester, nowMs: number) => ({
  v: 1 as const,
  clinicId,
  occurredAt: isoInstant(nowMs),
  ...actor,
  outcome: 'success' as const,
  ...(conversationId && { conversationId }),
});

/** Tells the asker's conversation of an act, where there is one. */
export const actingConversation = (
  act: ActingConversation['act'],
  { conversationId }: Requester,
  maxBookings: number,
): { conversation?: ActingConversation } =>
  conversationId ? { conversation: { conversationId, act, maxBookings } } : {};
