import type { Clinic } from '../../../clinics/clinic.ts';
import type { AppointmentType } from '../../../clinics/practice/appointment-type.ts';
import type { Provider } from '../../../clinics/practice/provider.ts';
import { activeProviders } from '../../../clinics/practice/spoken-providers.ts';
import { wordsOf } from '../../folded-speech.ts';
import { bestNamed } from './match-name.ts';
import { spokenOrdinal } from './spoken-ordinal.ts';

/** Whom a caller means. `some`: whoever of these, since a specialty was named; `any`: everybody will do. */
export type ResolvedProvider =
  | { outcome: 'any' }
  | { outcome: 'one'; provider: Provider }
  | { outcome: 'some'; providers: Provider[] }
  | { outcome: 'ambiguous'; providers: Provider[] }
  | { outcome: 'unknown' };

/** Around a name, and part of none. */
const courtesies = new Set(
  (
    'le la les l un une de du des avec chez the a an with by see voir please svp s il vous plait ' +
    'docteur docteure doctor dr professeur professeure professor prof pr monsieur madame mister mr mrs ms mx mme m'
  ).split(' '),
);

/** Any doctor at all, as people say it. */
const anyDoctor = new Set(
  'medecin medecins praticien praticienne practitioner physician provider somebody someone'.split(' '),
);

const noPreference =
  /^(?:(?:je |i |ca |c est |it |it s |that s )*(?:n importe (?:lequel|laquelle|qui|quel|quelle)|peu m? ?importe|(?:m |est )*egal|any|anyone|anybody|anything|whoever|whichever|either|indifferent|aucune preference|pas de preference|sans preference|no preference|don t (?:mind|care)|(?:le |la )?(?:premier|premiere) (?:disponible|libre)|(?:the )?(?:first|next|earliest|soonest) available|le plus tot(?: possible)?|asap|none|aucun|tous|all)(?: \w+){0,3})$/;

/** A specialty and who has it, `pédiatrie` and `pédiatre`, share a beginning. */
const specialtyStem = 6;

/**
 * Whom a name as the caller said it means among the clinic's active providers: “docteur Ahmed”, “le premier” of the
 * list as it is told, which for a type is of those who perform it, “n’importe lequel”, a specialty. A name that fits two
 * is ambiguous, never guessed. An id names nobody, and neither does a doctor of another clinic.
 */
export function resolveProvider(
  said: string | undefined,
  clinic: Pick<Clinic, 'providers'>,
  type?: Pick<AppointmentType, 'providers'>,
): ResolvedProvider {
  const heard = wordsOf(said ?? '');
  if (heard.length === 0 || noPreference.test(heard.join(' '))) return { outcome: 'any' };
  const told = activeProviders(clinic.providers);
  const performers = told.filter(
    ({ id }) => !type?.providers || type.providers.some((performer) => performer.id === id),
  );
  const position = spokenOrdinal(said ?? '', performers.length);
  if (position !== undefined) return { outcome: 'one', provider: performers[position] as Provider };

  const name = heard.filter((word) => !courtesies.has(word));
  if (name.every((word) => anyDoctor.has(word))) return { outcome: 'any' };
  // Of two with one name, the one who does what is asked for is meant.
  const named = bestNamed(name, told, (provider) => namesOf(provider, name));
  const fitting = named.length > 1 ? named.filter((provider) => performers.includes(provider)) : named;
  if (fitting.length === 1) return { outcome: 'one', provider: fitting[0] as Provider };
  if (named.length > 1) return { outcome: 'ambiguous', providers: fitting.length ? fitting : named };

  const specialists = told.filter(({ specialties }) => specialties.some((specialty) => isSpecialty(name, specialty)));
  if (specialists.length === 1) return { outcome: 'one', provider: specialists[0] as Provider };
  return specialists.length ? { outcome: 'some', providers: specialists } : { outcome: 'unknown' };
}

/** A spoken name of one word is not enough when more was heard: “Koffi Somebody” is not the Koffi we have. */
const namesOf = ({ givenName, familyName, spokenName }: Provider, heard: readonly string[]): string[] => [
  `${givenName} ${familyName}`,
  ...(spokenName && (heard.length === 1 || wordsOf(spokenName).length > 1) ? [spokenName] : []),
];

/** `un pédiatre`, `pediatrics`, `médecin généraliste` for `pédiatrie`, `médecine générale`. */
function isSpecialty(heard: readonly string[], specialty: string): boolean {
  const known = wordsOf(specialty);
  const stem = (word: string) => word.slice(0, specialtyStem);
  const telling = heard.filter((word) => word.length >= 4);
  return telling.length > 0 && telling.every((word) => known.some((other) => stem(other) === stem(word)));
}
