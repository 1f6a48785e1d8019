import type { Clinic } from '../../clinics/clinic.ts';
import type { AppointmentId } from '../../ids.ts';
import { type Appointment, nextStatuses } from '../calendar/appointment.ts';
import type { AppointmentStore } from '../calendar/calendar.ts';
import type { Requester } from '../requester.ts';
import type { Changed, Refusal } from '../scheduling.ts';

/** One wish to change an appointment, tried against it as it stands. */
export interface AppointmentWish {
  appointmentId: AppointmentId;
  /** The version the asker has seen; without it, whatever stands. */
  expectedVersion: number | undefined;
  /** Whether it is as wished already, so that a repetition finds its own work. */
  isFulfilled(appointment: Appointment): boolean;
  refusal(appointment: Appointment): Refusal['code'] | undefined;
  /** `changed-meanwhile` when somebody wrote since it was read. */
  fulfil(appointment: Appointment): Promise<Changed | 'changed-meanwhile'>;
}

/** Acts on one appointment are rare; who loses so often to others is told instead of kept waiting. */
const mostRounds = 4;

/**
 * Reads an appointment and fulfils a wish, again when somebody else wrote in between. Where the asker named the version
 * they had seen, any other is `CHANGED_MEANWHILE`, unless their wish is fulfilled: then nothing is lost, and it may have
 * been they.
 */
export async function changeAppointment(
  { appointments }: { appointments: AppointmentStore },
  clinic: Clinic,
  { appointmentId, expectedVersion, isFulfilled, refusal, fulfil }: AppointmentWish,
): Promise<Changed> {
  for (let round = 0; round < mostRounds; round++) {
    const appointment = await appointments.get(clinic.id, appointmentId);
    if (!appointment) return { code: 'APPOINTMENT_UNKNOWN' };
    if (isFulfilled(appointment)) return { code: 'OK', appointment };
    if (expectedVersion !== undefined && appointment.version !== expectedVersion) break;
    const code = refusal(appointment);
    if (code) return { code };
    const changed = await fulfil(appointment);
    if (changed !== 'changed-meanwhile') return changed;
  }
  return { code: 'CHANGED_MEANWHILE' };
}

/**
 * Why an asker may not move or cancel an appointment now: it is over, or so near that the clinic wants to hear of it.
 * The clinic's own people need give no notice.
 */
export function changeRefusal(
  { scheduling: { cancelNoticeMin } }: Clinic,
  { status, startMs }: Appointment,
  { kind }: Requester,
  nowMs: number,
): 'APPOINTMENT_CLOSED' | 'NOTICE_TOO_SHORT' | undefined {
  if (!nextStatuses[status].includes('cancelled')) return 'APPOINTMENT_CLOSED';
  return kind === 'agent' && startMs - nowMs < cancelNoticeMin * 60_000 ? 'NOTICE_TOO_SHORT' : undefined;
}

/** The next version of an appointment, with what happened to it. */
export const nextVersion = (
  before: Appointment,
  changes: Partial<Appointment>,
  happened: Omit<Appointment['history'][number], 'atMs'>,
  nowMs: number,
): Appointment => ({
  ...before,
  ...changes,
  history: [...before.history, { atMs: nowMs, ...happened }],
  updatedAtMs: nowMs,
  version: before.version + 1,
});
