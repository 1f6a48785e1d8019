import type { Clinic } from '#domain/clinics/clinic.ts';
import { type AppointmentId, PatientId, ProviderId, retellConversationId } from '#domain/ids.ts';
import type { Appointment } from '#domain/scheduling/calendar/appointment.ts';
import { createScheduling } from '#domain/scheduling/create-scheduling.ts';
import type { Patient } from '#domain/scheduling/patients/patient.ts';
import type { Requester } from '#domain/scheduling/requester.ts';
import type { BookingRequest } from '#domain/scheduling/scheduling.ts';
import { wallClock } from '#domain/wall-time.ts';
import { inMemoryCalendar } from './calendar.ts';
import { clinicProfile } from './clinic.ts';
import { standingClock } from './clock.ts';

/** Who and what the fake clinic has. */
export const awa = ProviderId.parse('6d2f1a90-3c4b-4e5f-8a6b-1c2d3e4f5a6b');
export const koffi = ProviderId.parse('7e3a2b01-4d5c-4f60-9b7c-2d3e4f5a6b7c');
const { appointmentTypes, operatories } = clinicProfile();
export const [consultation, ultrasound] = appointmentTypes as [
  Clinic['appointmentTypes'][0],
  Clinic['appointmentTypes'][0],
];
export const [room1, room2] = operatories as [Clinic['operatories'][0], Clinic['operatories'][0]];

/** A patient of the clinic, one for each number from 0 to 9. */
export const patientId = (n: number): PatientId => PatientId.parse(`5a1e0c3d-2b4f-4c6d-8e7a-00000000000${n}`);

/** Somebody the clinic does not know yet. */
export const stranger = (clinic: Pick<Clinic, 'id'>, nowMs: number): Patient => ({
  clinicId: clinic.id,
  patientId: PatientId.parse('c0ffee00-1234-4abc-9def-0123456789ab'),
  givenName: 'Esther',
  familyName: 'Inconnue',
  dob: '1990-02-01',
  phones: ['+12025550117'],
  authorisedContacts: [],
  provisional: true,
  createdAtMs: nowMs,
  updatedAtMs: nowMs,
  version: 1,
});

/** The agent of one call. */
export function agentOf(call: string, callerNumber?: string): Requester {
  const conversationId = retellConversationId(`call_${call}`);
  return {
    kind: 'agent',
    holder: conversationId,
    conversationId,
    ...(callerNumber && { callerNumber }),
    actor: { actorType: 'agent', actorId: conversationId, requestId: `req-${call}` },
  };
}

export const staff: Requester = {
  kind: 'staff',
  holder: 'api_key1_desk',
  actor: { actorType: 'user', actorId: 'api_key1', requestId: 'req-desk' },
};

/**
 * A clinic with its calendars in memory and the operations on them. It is Monday morning, half an hour before the clinic
 * opens, unless a test says so. `calls` are the calls of the stores, in order.
 */
export function schedulingWorld(changes: Parameters<typeof clinicProfile>[0] = {}, at = '2026-10-05T06:30:00.000Z') {
  const clock = standingClock(at);
  const clinic = clinicProfile(changes);
  const store = inMemoryCalendar();
  const calls: string[] = [];
  const calendar = new Proxy(store, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        calls.push(String(name));
        return Reflect.apply(value, target, args);
      };
    },
  });
  const scheduling = createScheduling({ calendar, appointments: calendar, clock });
  const wall = (ms: number) => {
    const { date, time } = wallClock(ms, clinic.zone);
    return `${date} ${time}`;
  };
  return {
    clock,
    clinic,
    store,
    calls,
    scheduling,
    /** What the clinic's wall clock shows. */
    wall,
    /** Starts of slots, appointments or holds, on the clinic's wall clock. */
    walls: (times: readonly { startMs: number }[] = []) => times.map(({ startMs }) => wall(startMs)),
    /** Books a consultation with Koffi for the first patient, changed where a test says so. */
    book: (startMs: number, requester: Requester, request: Partial<BookingRequest> = {}) =>
      scheduling.book(
        clinic,
        {
          typeId: consultation.id,
          providerId: koffi,
          startMs,
          patient: { patientId: patientId(1) },
          source: requester.kind,
          ...request,
        },
        requester,
      ),
    standing: (appointmentId: AppointmentId): Appointment | undefined =>
      store.allAppointments(clinic.id).find((appointment) => appointment.appointmentId === appointmentId),
    acts: () => store.records.map(({ act, reason }) => (reason ? `${act} ${reason}` : act)),
  };
}
