import type { Appointment } from '../../../scheduling/calendar/appointment.ts';
import { nextStatuses } from '../../../scheduling/calendar/appointment.ts';
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

type RepeatableAct = 'cancelled' | 'rescheduled';

/**
 * The one appointment that was, before this conversation did so with it, where the caller says. A cancelled one is no
 * longer upcoming: it is found only if it was booked in this conversation.
 */
async function doneAlready(
  { appointments }: Deps,
  { clinic, state, requester }: ToolCall,
  {
    act,
    all,
    patients,
    isMeant,
  }: {
    act: RepeatableAct;
    all: readonly OwnAppointment[];
    patients: readonly KnownPatient[];
    isMeant: (startMs: number) => boolean;
  },
): Promise<OwnAppointment | undefined> {
  const booked =
    act === 'cancelled' ? await Promise.all(state.appointmentIds.map((id) => appointments.get(clinic.id, id))) : [];
  const cancelled = booked.flatMap((appointment) => {
    const patient = patients.find(({ patientId }) => patientId === appointment?.patientId);
    return appointment?.status === 'cancelled' && patient ? [{ appointment, patient }] : [];
  });
  const done = (act === 'cancelled' ? cancelled : all).filter(({ appointment: { startMs, history } }) =>
    history.some(
      (change) =>
        change.act === act && change.actorId === requester.actor.actorId && isMeant(change.fromStartMs ?? startMs),
    ),
  );
  return done.length === 1 ? done[0] : undefined;
}

export type ResolvedAppointment =
  { outcome: 'appointment'; own: OwnAppointment } | { outcome: 'refused'; answer: ToolAnswer };

/**
 * The one appointment a caller means among their own: by date and time, by patient, or because there is only one. Where
 * several are meant they are named to choose from, which goes on record as a disclosure.
 *
 * @param act what is to be done with it: where none fits, one with which this conversation has done so already, since a
 * caller who heard no answer asks again
 */
export async function resolveAppointment(
  deps: Deps,
  wish: { current_date?: string; current_time?: string; patient_name?: string },
  call: ToolCall,
  act?: RepeatableAct,
): Promise<ResolvedAppointment> {
  const whose = wish.patient_name === undefined ? undefined : resolvePatient(wish, call.state.patients);
  if (call.state.patients.length === 0 || whose?.outcome === 'other') {
    return { outcome: 'refused', answer: refused(call, 'NOT_VERIFIED') };
  }
  const patients = whose?.outcome === 'known' ? [whose.patient] : call.state.patients;
  const all = await ownAppointments(deps, call, patients);
  const isMeant = (startMs: number): boolean => {
    const { date, time } = wallClock(startMs, call.clinic.zone);
    return (wish.current_date ?? date) === date && (wish.current_time ?? time) === time;
  };
  const meant = all.filter(({ appointment }) => isMeant(appointment.startMs));
  const [own] = meant;
  if (!own) {
    const done = act && (await doneAlready(deps, call, { act, all, patients, isMeant }));
    if (done) return { outcome: 'appointment', own: done };
    const hasNobodyVerified = call.state.patients.every(({ as }) => as === 'provisional');
    const code = all.length === 0 && hasNobodyVerified ? 'NOT_VERIFIED' : 'APPOINTMENT_UNKNOWN';
    return { outcome: 'refused', answer: refused(call, code) };
  }
  if (meant.length === 1) return { outcome: 'appointment', own };
  await recordDisclosure(deps, call, meant);
  const list = spokenSlots(
    meant.map(({ appointment }) => appointment),
    call,
  );
  const words = wordsOfTag(call.language);
  return { outcome: 'refused', answer: refused(call, 'ARGUMENTS_INVALID', sentences(words.whichAppointment(list))) };
}
