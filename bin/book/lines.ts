import type {
  AppointmentAnswer,
  ClinicAnswer,
  EntryAnswer,
  Offer,
  PatientAnswer,
} from '#lambdas/scheduling/api/answers.ts';
import type * as z from 'zod';
import { paint } from '../clinic/paint.ts';

export type Catalogue = z.infer<typeof ClinicAnswer>;
export type Appointment = z.infer<typeof AppointmentAnswer>;
export type Person = z.infer<typeof PatientAnswer>;

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** Weekday of a local date. */
export const weekday = (date: string): string => weekdays[new Date(`${date}T00:00:00Z`).getUTCDay()] ?? '';

/** `Tue 2026-10-06 10:00` of a local start. */
export const localText = (localStart: string): string =>
  `${weekday(localStart.slice(0, 10))} ${localStart.slice(0, 10)} ${localStart.slice(11, 16)}`;

/** An offered time by itself, for a refusal that brings others. */
export const offerLine = ({ localStart }: Pick<z.infer<typeof Offer>, 'localStart'>): string => localText(localStart);

const nameIn = (things: readonly { id: string; name: string }[], id: string | undefined): string =>
  things.find((thing) => thing.id === id)?.name ?? '';

/** When, what, with whom and where, as columns. */
export function timeCells(
  {
    localStart,
    typeId,
    providerId,
    operatoryId,
  }: Pick<Appointment, 'localStart' | 'typeId' | 'providerId' | 'operatoryId'>,
  { types, providers, operatories }: Catalogue,
): string[] {
  return [
    localText(localStart),
    nameIn(types, typeId),
    nameIn(providers, providerId),
    nameIn(operatories, operatoryId),
  ];
}

export const personName = ({ givenName, familyName }: Person): string => `${givenName} ${familyName}`;

/** One appointment in a list: when, what, who, with whom, its state and its id. */
export function appointmentCells(appointment: Appointment, clinic: Catalogue, people: readonly Person[]): string[] {
  const [when = '', ...rest] = timeCells(appointment, clinic);
  const patient = people.find(({ id }) => id === appointment.patientId);
  return [when, patient ? personName(patient) : appointment.patientId, ...rest, appointment.status, appointment.id];
}

/** Everything about one appointment. */
export function appointmentLines(appointment: Appointment, clinic: Catalogue, patient: Person | undefined): string[] {
  const [when, type, provider, operatory] = timeCells(appointment, clinic);
  const rows: [string, string | undefined][] = [
    ['when', `${when}–${localEnd(appointment)} (${appointment.zone})`],
    ['what', type],
    ['with', [provider, operatory].filter(Boolean).join(', ')],
    ['who', patient && [personName(patient), patient.dob, ...patient.phones].filter(Boolean).join(', ')],
    ['patient', appointment.patientId],
    ['status', [appointment.status, appointment.cancellationReason].filter(Boolean).join(': ')],
    ['reason', appointment.reason],
    ['flags', appointment.flags.join(', ')],
    ['version', String(appointment.version)],
    ...appointment.history.map(({ at, act, by, fromStart }): [string, string] => [
      at.slice(0, 16).replace('T', ' '),
      `${act} by ${by}${fromStart ? `, was ${fromStart}` : ''}`,
    ]),
  ];
  return [
    paint('bold', appointment.id),
    ...rows.filter(([, value]) => value).map(([label, value]) => `${label.padEnd(17)} ${value}`),
  ];
}

/** The end on the clock of the clinic, which may have changed since the start. */
function localEnd({ end, zone }: Appointment): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' }).format(
    Date.parse(end),
  );
}

/** One entry of a waitlist. */
export function entryCells(entry: z.infer<typeof EntryAnswer>, clinic: Catalogue): string[] {
  return [
    entry.createdAt.slice(0, 16).replace('T', ' '),
    nameIn(clinic.types, entry.typeId),
    nameIn(clinic.providers, entry.providerId) || 'anybody',
    entry.contact,
    entry.status,
    entry.offer ? localText(entry.offer.localStart) : '',
    entry.id,
  ];
}

/** What can be booked, with whom and where. */
export function catalogueLines(clinic: Catalogue): string[] {
  const { name, slug, zone, gridMinutes, horizonDays, providers, operatories, types } = clinic;
  const inactive = (active: boolean) => (active ? '' : ' (not active)');
  return [
    `${paint('bold', name)} (${slug}), ${zone}, grid of ${gridMinutes} min, ${horizonDays} days ahead`,
    '',
    ...types.map((type) => `${type.name}, ${type.durationMin} min${inactive(type.active)}  ${paint('dim', type.id)}`),
    '',
    ...providers.map((one) => `${one.name}${inactive(one.active)}  ${paint('dim', one.id)}`),
    '',
    ...operatories.map((one) => `${one.name}${inactive(one.active)}  ${paint('dim', one.id)}`),
  ];
}
