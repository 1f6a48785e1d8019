import type { Appointment } from '../../../scheduling/appointment.ts';
import { nextStatuses } from '../../../scheduling/appointment.ts';
import { wallClock } from '../../../wall-time.ts';
import type { KnownPatient } from '../../dialogue.ts';
import { spokenSlots } from '../../words/spoken-slots.ts';
import { sentences, wordsOfTag } from '../../words/words.ts';
import { recordDisclosure } from '../call-record.ts';
import { refused } from '../refusals.ts';
import type { ToolAnswer, ToolCall, ToolDeps } from '../tool.ts';
import { resolvePatient } from './resolve-patient.ts';

/** An appointment the caller may hear of, and whose it is. */
export interface OwnAppointment {
  appointment: Appointment;
  patient: KnownPatient;
}

type Deps = Pick<ToolDeps, 'appointments' | 'acts'>;

/**
 * Upcoming appointments of those who were verified in this conversation, by start. Of somebody the caller only told of,
 * those that were booked in this conversation: the caller knows them.
 */
export async function ownAppointments(
  { appointments }: Deps,
  { clinic, state, nowMs }: ToolCall,
  patients: readonly KnownPatient[] = state.patients,
): Promise<OwnAppointment[]> {
  const verified = patients.filter(({ as }) => as !== 'provisional');
  const told = patients.filter(({ as }) => as === 'provisional');
  const [upcoming, booked] = await Promise.all([
    Promise.all(verified.map(({ patientId }) => appointments.upcoming(clinic.id, patientId, nowMs))),
    told.length ? Promise.all(state.appointmentIds.map((id) => appointments.get(clinic.id, id))) : [],
  ]);
  const ofTold = booked.flatMap((appointment) => {
    const patient = told.find(({ patientId }) => patientId === appointment?.patientId);
    return appointment && patient && standsAfter(appointment, nowMs) ? [{ appointment, patient }] : [];
  });
  const ofVerified = upcoming.flatMap((theirs, index) =>
    theirs.map((appointment) => ({ appointment, patient: verified[index] as KnownPatient })),
  );
  return [...ofVerified, ...ofTold].sort((a, b) => a.appointment.startMs - b.appointment.startMs);
}

const standsAfter = ({ status, startMs }: Appointment, nowMs: number): boolean =>
  startMs >= nowMs && nextStatuses[status].includes('cancelled');

export type ResolvedAppointment =
  { outcome: 'appointment'; own: OwnAppointment } | { outcome: 'refused'; answer: ToolAnswer };

/**
 * The one appointment a caller means among their own: by date and time, by patient, or because there is only one. Where
 * several are meant they are named to choose from, which goes on record as a disclosure.
 */
export async function resolveAppointment(
  deps: Deps,
  wish: { current_date?: string; current_time?: string; patient_name?: string },
  call: ToolCall,
): Promise<ResolvedAppointment> {
  const whose = wish.patient_name === undefined ? undefined : resolvePatient(wish, call.state.patients);
  if (call.state.patients.length === 0 || whose?.outcome === 'other') {
    return { outcome: 'refused', answer: refused(call, 'NOT_VERIFIED') };
  }
  const all = await ownAppointments(deps, call, whose?.outcome === 'known' ? [whose.patient] : undefined);
  const hasNobodyVerified = call.state.patients.every(({ as }) => as === 'provisional');
  if (all.length === 0 && hasNobodyVerified) return { outcome: 'refused', answer: refused(call, 'NOT_VERIFIED') };
  const meant = all.filter(({ appointment }) => {
    const { date, time } = wallClock(appointment.startMs, call.clinic.zone);
    return (wish.current_date ?? date) === date && (wish.current_time ?? time) === time;
  });
  const [own] = meant;
  if (!own) return { outcome: 'refused', answer: refused(call, 'APPOINTMENT_UNKNOWN') };
  if (meant.length === 1) return { outcome: 'appointment', own };
  await recordDisclosure(deps, call, meant);
  const list = spokenSlots(
    meant.map(({ appointment }) => appointment),
    call,
  );
  const words = wordsOfTag(call.language);
  return { outcome: 'refused', answer: refused(call, 'ARGUMENTS_INVALID', sentences(words.whichAppointment(list))) };
}
