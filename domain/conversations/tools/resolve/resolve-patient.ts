import { nameTokens } from '../../../scheduling/patients/folded-name.ts';
import { isSameName, matchNames } from '../../../scheduling/patients/matching.ts';
import type { KnownPatient } from '../../dialogue.ts';

/** Whom a caller speaks of among those known in this conversation. */
export type ResolvedPatient =
  | { outcome: 'known'; patient: KnownPatient }
  /** Nobody known is meant; whoever it is has not been verified here. */
  | { outcome: 'other' }
  /** More than one is meant. */
  | { outcome: 'ambiguous' };

/** Who is meant by a handle, a name or nothing at all, which is enough while only one is known. */
export function resolvePatient(
  { patient_name: said, date_of_birth: dob }: { patient_name?: string; date_of_birth?: string },
  known: readonly KnownPatient[],
): ResolvedPatient {
  const born = known.filter((patient) => !dob || !patient.dob || patient.dob === dob);
  if (said === undefined) return only(dob ? born : known);
  const handled = known.filter(({ handle }) => handle === said.trim());
  if (handled.length) return only(handled);
  // A name word for word means nobody whose name is only much the same: twins share the rest.
  const named = born.filter(({ foldedName }) => isSameName(said, foldedName));
  return only(named.length ? named : born.filter((patient) => isMeant(said, patient, dob)));
}

/** With the date of birth a name may be misheard; without it every word must be one of the patient's. */
function isMeant(said: string, { foldedName, dob: known }: KnownPatient, dob: string | undefined): boolean {
  const quality = matchNames(said, foldedName)?.quality;
  if (quality === 'exact') return true;
  if (quality === 'alike') return dob !== undefined && dob === known;
  const tokens = nameTokens(said);
  return tokens.length === 1 && nameTokens(foldedName).includes(tokens[0] as string);
}

function only(meant: readonly KnownPatient[]): ResolvedPatient {
  if (meant.length === 0) return { outcome: 'other' };
  return meant.length === 1 ? { outcome: 'known', patient: meant[0] as KnownPatient } : { outcome: 'ambiguous' };
}
