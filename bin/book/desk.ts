import { systemClock } from '#domain/clock.ts';
import { splitName } from '#domain/scheduling/patients/split-name.ts';
import { Misuse, print, printJson } from '../command-line.ts';
import { findNamed } from '../find-named.ts';
import { type ApiClient, createApiClient } from './api-client.ts';
import { type ConnectionOptions, findApi } from './connection.ts';
import { type Appointment, type Catalogue, timeCells } from './lines.ts';
import { dateOf, instantOfClinic } from './wanted-date.ts';

/** What the commands take besides their words. */
export interface Options extends ConnectionOptions {
  with?: string;
  from?: string;
  to?: string;
  after?: string;
  before?: string;
  count?: string;
  patient?: string;
  'patient-id'?: string;
  dob?: string;
  phone?: string;
  consent: boolean;
  reason?: string;
  'if-version'?: string;
}

/** A clinic as its API describes it, and the API. */
export interface Desk {
  client: ApiClient;
  clinic: Catalogue;
  nowMs: number;
}

/** Finds the API and asks it for the clinic, by whose names and clock everything else is told. */
export async function openDesk(options: Options): Promise<Desk> {
  const client = createApiClient(await findApi(options));
  const { clinic } = await client.ask({ action: 'clinic' });
  return { client, clinic, nowMs: systemClock.now() };
}

export const typeOf = ({ clinic }: Desk, name: string) => findNamed('type', clinic.types, name);
export const providerOf = ({ clinic }: Desk, name: string | undefined) =>
  name === undefined ? undefined : findNamed('provider', clinic.providers, name).id;
export const when = ({ clinic: { zone }, nowMs }: Desk, date: string, time: string): string =>
  instantOfClinic(dateOf(date, zone, nowMs), time, zone);
export const day = ({ clinic: { zone }, nowMs }: Desk, date: string | undefined): string | undefined =>
  date === undefined ? undefined : dateOf(date, zone, nowMs);

/** Exactly the words a command takes. */
export function words(what: string, rest: string[], count: number): string[] {
  if (rest.length !== count) throw new Misuse(what);
  return rest;
}

export function patientOf(options: Options) {
  const { patient, 'patient-id': patientId, dob, phone } = options;
  if ((patient === undefined) === (patientId === undefined)) throw new Misuse('name one of --patient and --patient-id');
  if (patientId !== undefined) return { patientId };
  const name = splitName(patient ?? '');
  if (!name?.familyName) throw new Misuse('--patient needs a given and a family name');
  return { patient: { ...name, dob, phone } };
}

export const ifVersion = ({ 'if-version': version }: Options) => ({
  ...(version !== undefined && { ifVersion: version }),
});

/** Prints an answer as it came, or in a few lines. */
export function tell(options: Options, answer: unknown, lines: () => string[]): number {
  if (options.json) printJson(answer);
  else print(lines());
  return 0;
}

export const oneLine = (clinic: Catalogue, appointment: Appointment): string =>
  [...timeCells(appointment, clinic).filter(Boolean), appointment.id].join('  ');

/** The provider or room a person names. */
export function whose({ clinic: { providers, operatories } }: Desk, name: string) {
  const things = [
    ...providers.map((one) => ({ ...one, field: 'providerId' as const })),
    ...operatories.map((one) => ({ ...one, field: 'operatoryId' as const })),
  ];
  return findNamed('provider or room', things, name);
}
