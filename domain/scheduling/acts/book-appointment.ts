import type { Clinic } from '../../clinics/clinic.ts';
import { AppointmentId, derivedUuid, type PatientId } from '../../ids.ts';
import type { Appointment } from '../calendar/appointment.ts';
import { actingConversation, auditOfAppointment, auditOfNewPatient } from '../calendar/audit-of-appointment.ts';
import { bookingKey } from '../calendar/booking-key.ts';
import type { BookOutcome, NewBooking } from '../calendar/calendar.ts';
import { judgeWish, lost, refuseWish } from './judge-wanted-time.ts';
import type { Requester } from '../requester.ts';
import type { SchedulingDeps } from '../scheduling-deps.ts';
import type { BookingRequest, Refusal, Scheduling } from '../scheduling.ts';
import type { Slot } from '../slots/slot.ts';

/** So often the next operatory or provider is tried for one that was taken under our hands. Each round, one wins. */
const mostRounds = 12;

const refusals = {
  'patient-overlap': 'PATIENT_OVERLAP',
  'patient-limit': 'PATIENT_LIMIT',
  'conversation-limit': 'CONVERSATION_LIMIT',
} as const satisfies Partial<Record<BookOutcome['outcome'], Refusal['code']>>;

/** What came of a wish before: the appointment that fulfils it, or the id for the next attempt. */
type Before =
  { fulfilledBy: Appointment } | { fulfilledBy?: undefined; appointmentId: AppointmentId; replaces?: AppointmentId };

/**
 * Books a time by the rules that list it. The id of the appointment follows from the wish (asker, patient, type, start),
 * so that a repetition finds what the first time made, although its own appointment occupies the time by then. Where
 * that one was cancelled or moved away, the wish is fulfilled anew under the next id. A new patient's id must be the same
 * in every repetition. The clinic's people take any active type and need no lead time; nobody books over another.
 *
 * `HOLD_EXPIRED` stands for `SLOT_TAKEN` where the calendar still shows the asker's hold that ran out.
 */
export function bookAppointment(deps: SchedulingDeps): Scheduling['book'] {
  const { calendar, appointments, clock } = deps;

  /** Usually one read. Whoever books and cancels the same time over and over takes one more for each time. */
  async function madeBefore(clinic: Clinic, key: string, startMs: number): Promise<Before> {
    let replaces: AppointmentId | undefined;
    for (let attempt = 0; ; attempt++) {
      const appointmentId = AppointmentId.parse(derivedUuid('appointment', key, `${attempt}`));
      const made = await appointments.get(clinic.id, appointmentId);
      if (!made) return { appointmentId, replaces };
      if (fulfils(made, startMs)) return { fulfilledBy: made };
      replaces = appointmentId;
    }
  }

  return async (clinic, request, requester, formerHolds) => {
    const { startMs, typeId } = request;
    const wish = { wanted: request, requester };
    const key = bookingKey(clinic.id, requester.holder, patientIdOf(request), typeId, startMs);
    for (let round = 0; round < mostRounds; round++) {
      const [before, judged] = await Promise.all([madeBefore(clinic, key, startMs), judgeWish(deps, clinic, wish)]);
      if (before.fulfilledBy) return { code: 'OK', appointment: before.fulfilledBy, replayed: true };
      if (judged.code !== 'OK') {
        // The same wish may have been fulfilled between the two reads, and then be what stands in its own way.
        const since = judged.gone ? await madeBefore(clinic, key, startMs) : before;
        if (since.fulfilledBy) return { code: 'OK', appointment: since.fulfilledBy, replayed: true };
        return refuseWish(deps, clinic, wish, judged, formerHolds);
      }
      const nowMs = clock.now();
      const booking = newBooking(clinic, request, requester, { ...before, slot: judged.slot, nowMs });
      const booked = await calendar.book({ ...booking, bookingKey: key });
      switch (booked.outcome) {
        case 'booked':
          return { code: 'OK', appointment: booked.appointment, replayed: false };
        case 'replayed':
          if (!fulfils(booked.appointment, startMs)) continue;
          return { code: 'OK', appointment: booked.appointment, replayed: true };
        case 'provider-taken':
        case 'operatory-taken':
          continue;
        default:
          return { code: refusals[booked.outcome] };
      }
    }
    return refuseWish(deps, clinic, wish, lost, formerHolds);
  };
}

const patientIdOf = ({ patient }: BookingRequest): PatientId =>
  'newPatient' in patient ? patient.newPatient.patientId : patient.patientId;

/** A cancelled appointment fulfils nothing, nor does one that was moved away. */
const fulfils = ({ status, startMs }: Appointment, wantedMs: number): boolean =>
  status !== 'cancelled' && startMs === wantedMs;

function newBooking(
  clinic: Clinic,
  request: BookingRequest,
  requester: Requester,
  {
    appointmentId,
    replaces,
    slot,
    nowMs,
  }: { appointmentId: AppointmentId; replaces?: AppointmentId; slot: Slot; nowMs: number },
): Omit<NewBooking, 'bookingKey'> {
  const { gridMinutes, maxBookingsPerConversation, maxFutureApptsPerPatient } = clinic.scheduling;
  const { conversationId, holder, actor } = requester;
  const { reason, source, flags = [] } = request;
  const appointment: Appointment = {
    ...slot,
    clinicId: clinic.id,
    appointmentId,
    patientId: patientIdOf(request),
    zone: clinic.zone,
    status: 'booked',
    source,
    ...(conversationId && { conversationId }),
    ...(reason !== undefined && { reason }),
    flags: [...flags],
    history: [{ atMs: nowMs, act: 'booked', actorId: actor.actorId }],
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    version: 1,
  };
  const newPatient = 'newPatient' in request.patient ? request.patient.newPatient : undefined;
  return {
    appointment,
    gridMinutes,
    holder,
    ...(replaces && { replaces }),
    ...(newPatient && { newPatient }),
    maxFutureAppts: maxFutureApptsPerPatient,
    ...actingConversation('booked', requester, maxBookingsPerConversation),
    audit: [
      ...(newPatient ? [auditOfNewPatient(newPatient, requester, nowMs)] : []),
      auditOfAppointment('appointment.book', appointment, requester, nowMs),
    ],
    nowMs,
  };
}
