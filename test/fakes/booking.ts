import { randomUUID } from 'node:crypto';
import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { isoInstant } from '#domain/clock.ts';
import { AppointmentId, AppointmentTypeId, OperatoryId, PatientId, ProviderId } from '#domain/ids.ts';
import type { Appointment, AppointmentStatus } from '#domain/scheduling/calendar/appointment.ts';
import { bookingKey } from '#domain/scheduling/calendar/booking-key.ts';
import type { Move, NewBooking, StatusChange } from '#domain/scheduling/calendar/calendar.ts';
import type { Patient } from '#domain/scheduling/patients/patient.ts';
import type { HeldTime } from '#domain/scheduling/slots/slot.ts';
import { cotonou } from './conversation.ts';

export const awa = ProviderId.parse('6d2f1a90-3c4b-4e5f-8a6b-1c2d3e4f5a6b');
export const koffi = ProviderId.parse('7e3a2b01-4d5c-4f60-9b7c-2d3e4f5a6b7c');
export const room1 = OperatoryId.parse('1f0c9a52-7b64-4c1d-9e3a-5a6b7c8d9e01');
export const room2 = OperatoryId.parse('2a1d8b63-6c75-4d2e-8f4b-6b7c8d9e0f12');
export const consultation = AppointmentTypeId.parse('3b2e7c74-5d86-4e3f-9a5c-7c8d9e0f1a23');
export const aPatient = PatientId.parse('5a4b3c2d-1e0f-4a9b-8c7d-6e5f4a3b2c1d');
export const anotherPatient = PatientId.parse('8b7a6c5d-4e3f-4b2a-9d1c-0f9e8d7c6b5a');

export const now = Date.parse('2026-10-05T12:30:00.000Z');
export const minutes = (count: number): number => count * 60_000;
/** An instant of the day after `now`, from `HH:mm` in UTC. */
export const at = (time: string): number => Date.parse(`2026-10-06T${time}:00.000Z`);
export const gridMinutes = 5;

/** Half an hour with Dr Awa Modèle in the first room, changed where a test says so; buffers follow the service. */
export function appointment(
  changes: Partial<Appointment> & { beforeMin?: number; afterMin?: number } = {},
): Appointment {
  const { beforeMin = 0, afterMin = 0, ...fields } = changes;
  const startMs = fields.startMs ?? at('09:00');
  const endMs = fields.endMs ?? startMs + minutes(30);
  return {
    clinicId: cotonou,
    appointmentId: AppointmentId.parse(randomUUID()),
    patientId: aPatient,
    typeId: consultation,
    providerId: awa,
    operatoryId: room1,
    startMs,
    endMs,
    occFromMs: startMs - minutes(beforeMin),
    occToMs: endMs + minutes(afterMin),
    zone: 'Africa/Porto-Novo',
    status: 'booked',
    source: 'agent',
    flags: [],
    history: [{ atMs: now, act: 'booked', actorId: 'retell_call_1' }],
    createdAtMs: now,
    updatedAtMs: now,
    version: 1,
    ...fields,
  };
}

const record = (act: PendingAuditEvent['act'], { clinicId, appointmentId, patientId }: Appointment) =>
  ({
    v: 1,
    clinicId,
    occurredAt: isoInstant(now),
    actorType: 'agent',
    actorId: 'retell_call_1',
    act,
    outcome: 'success',
    resourceType: 'appointment',
    resourceId: appointmentId,
    patientId,
    requestId: 'request-1',
  }) satisfies PendingAuditEvent;

/** A wish for an appointment, changed where a test says so. */
export function booking(wanted: Appointment, changes: Partial<NewBooking> = {}): NewBooking {
  const holder = changes.holder ?? 'retell_call_1';
  return {
    appointment: wanted,
    gridMinutes,
    holder,
    bookingKey: bookingKey(wanted.clinicId, holder, wanted.patientId, wanted.typeId, wanted.startMs),
    maxFutureAppts: 5,
    audit: [record('appointment.book', wanted)],
    nowMs: now,
    ...changes,
  };
}

/** A move of an appointment to what `to` says; the buffers keep their lengths. */
export function move(before: Appointment, to: Partial<Appointment>, changes: Partial<Move> = {}): Move {
  const startMs = to.startMs ?? before.startMs;
  const by = startMs - before.startMs;
  const after: Appointment = {
    ...before,
    endMs: before.endMs + by,
    occFromMs: before.occFromMs + by,
    occToMs: before.occToMs + by,
    ...to,
    history: [
      ...before.history,
      { atMs: now, act: 'rescheduled', actorId: 'retell_call_1', fromStartMs: before.startMs },
    ],
    updatedAtMs: now,
    version: before.version + 1,
  };
  return {
    before,
    after,
    gridMinutes,
    holder: 'retell_call_1',
    audit: [record('appointment.reschedule', after)],
    nowMs: now,
    ...changes,
  };
}

/** A change of an appointment's status. */
export function statusChange(
  before: Appointment,
  status: AppointmentStatus,
  changes: Partial<StatusChange> = {},
): StatusChange {
  const after: Appointment = {
    ...before,
    status,
    history: [...before.history, { atMs: now, act: status, actorId: 'retell_call_1' }],
    updatedAtMs: now,
    version: before.version + 1,
  };
  const act = status === 'cancelled' ? 'appointment.cancel' : 'appointment.override';
  return { before, after, gridMinutes, audit: [record(act, after)], nowMs: now, ...changes };
}

/** The time of an appointment, held for ten minutes. */
export function held(wanted: Appointment, holder: string, changes: Partial<HeldTime> = {}): HeldTime {
  const { typeId, providerId, operatoryId, startMs, endMs, occFromMs, occToMs } = wanted;
  const slot = { typeId, providerId, operatoryId, startMs, endMs, occFromMs, occToMs };
  return { ...slot, holdId: randomUUID(), holder, expiresAtMs: now + minutes(10), ...changes };
}

/** Somebody the clinic hears of for the first time. */
export const newPatient = (patientId: PatientId): Patient => ({
  clinicId: cotonou,
  patientId,
  givenName: 'Ayo',
  familyName: 'Inventé',
  dob: '1990-04-02',
  phones: ['+12025550117'],
  language: 'fr',
  authorisedContacts: [],
  provisional: true,
  createdAtMs: now,
  updatedAtMs: now,
  version: 1,
});
