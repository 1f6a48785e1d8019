import type { Clinic } from '../../../clinics/clinic.ts';
import type { AppointmentType } from '../../../clinics/practice/appointment-type.ts';
import { wordsOf } from '../../folded-speech.ts';
import { bestNamed } from './match-name.ts';
import { spokenOrdinal } from './spoken-ordinal.ts';

export type ResolvedType =
  | { outcome: 'one'; type: AppointmentType }
  | { outcome: 'ambiguous'; types: AppointmentType[] }
  /** Only the clinic's people book it. */
  | { outcome: 'not-bookable' }
  | { outcome: 'unknown' };

const collator = new Intl.Collator('fr');
const anyName = ({ names }: AppointmentType): string => Object.values(names)[0] ?? '';

/** What callers can book, in the order the clinic shows it. */
export const bookableTypes = ({ appointmentTypes }: Pick<Clinic, 'appointmentTypes'>): AppointmentType[] =>
  appointmentTypes
    .filter(({ active, bookableByAgent }) => active && bookableByAgent)
    .sort(
      (a, b) => a.displayOrder - b.displayOrder || collator.compare(anyName(a), anyName(b)) || (a.id < b.id ? -1 : 1),
    );

/** Around what is wanted, and part of no name. */
const courtesies = new Set(
  'un une le la les l de du des d pour a an the for some rendez vous rdv appointment visit visite'.split(' '),
);

/**
 * What a visit as the caller named it means, in any language of the clinic. Where nothing was named the only thing that
 * can be booked is meant. A name that fits two is ambiguous, never guessed.
 */
export function resolveType(said: string | undefined, clinic: Pick<Clinic, 'appointmentTypes'>): ResolvedType {
  const bookable = bookableTypes(clinic);
  const heard = wordsOf(said ?? '');
  const name = heard.filter((word) => !courtesies.has(word));
  if (name.length === 0) return oneOf(bookable);

  const position = spokenOrdinal(said ?? '', bookable.length);
  if (position !== undefined) return { outcome: 'one', type: bookable[position] as AppointmentType };
  const active = clinic.appointmentTypes.filter((type) => type.active);
  const named = bestNamed(name, active, ({ names }) => Object.values(names).map(withoutCourtesies));
  const fitting = named.filter((type) => bookable.includes(type));
  if (fitting.length) return oneOf(fitting);
  return { outcome: named.length ? 'not-bookable' : 'unknown' };
}

const withoutCourtesies = (name = ''): string =>
  wordsOf(name)
    .filter((word) => !courtesies.has(word))
    .join(' ');

function oneOf(types: AppointmentType[]): ResolvedType {
  if (types.length === 0) return { outcome: 'unknown' };
  return types.length === 1 ? { outcome: 'one', type: types[0] as AppointmentType } : { outcome: 'ambiguous', types };
}
