import { jaroWinkler } from '@skyra/jaro-winkler';
import type { E164 } from '../../e164.ts';
import { nameTokens } from './folded-name.ts';
import type { Patient } from './patient.ts';

/** Two words at least this alike may be one word, heard or spelled differently. */
const alike = 0.92;

/** A given name alone is half a village's. */
const fewestTokens = 2;

/** Longer than any name on a passport; a list of guesses is longer. */
const mostTokens = 10;

/** A second given name and a name of birth; whoever says more words that are not on record tries out names. */
const mostWordsNotOnRecord = 2;

export interface NameMatch {
  /** `exact`: every word of the shorter name is a word of the longer. `alike`: every one is, or is much like one. */
  quality: 'exact' | 'alike';
  /** Words of the longer name that the shorter lacks. */
  extra: number;
  /** How alike the words are, from 0 to 1, on average. */
  likeness: number;
}

/**
 * Compares two names as sets of folded words, whichever order they come in: family name first is usual in much of West
 * Africa. All words of the shorter name must be found in the longer. A name of one word matches nothing.
 */
export function matchNames(one: string, other: string): NameMatch | undefined {
  const [shorter, longer] = [nameTokens(one), nameTokens(other)].sort((a, b) => a.length - b.length) as [
    string[],
    string[],
  ];
  if (shorter.length < fewestTokens || longer.length > mostTokens) return undefined;
  const likenesses = pairUp(shorter, longer);
  if (!likenesses) return undefined;
  return {
    quality: likenesses.every((likeness) => likeness === 1) ? 'exact' : 'alike',
    extra: longer.length - shorter.length,
    likeness: likenesses.reduce((sum, likeness) => sum + likeness, 0) / likenesses.length,
  };
}

/** Whether two names are the same words, in whichever order. */
export function isSameName(one: string, other: string): boolean {
  const match = matchNames(one, other);
  return match?.quality === 'exact' && match.extra === 0;
}

/** Whether a name that was told is proof of the one on record: the same words, and hardly any that are not on record. */
export function provesName(told: string, onRecord: string): boolean {
  const recorded = nameTokens(onRecord);
  const notOnRecord = nameTokens(told).filter((token) => !recorded.includes(token));
  return matchNames(told, onRecord)?.quality === 'exact' && notOnRecord.length <= mostWordsNotOnRecord;
}

/** The same words first, then the others each with its likest; no word answers for two. Nothing when one stays alone. */
function pairUp(shorter: readonly string[], longer: readonly string[]): number[] | undefined {
  const left = longer.filter((token) => !shorter.includes(token));
  const likenesses: number[] = [];
  for (const token of shorter) {
    if (longer.includes(token)) {
      likenesses.push(1);
      continue;
    }
    const [best] = left
      .map((candidate) => ({ candidate, likeness: jaroWinkler(token, candidate) }))
      .sort((a, b) => b.likeness - a.likeness || (a.candidate < b.candidate ? -1 : 1));
    if (!best || best.likeness < alike) return undefined;
    left.splice(left.indexOf(best.candidate), 1);
    likenesses.push(best.likeness);
  }
  return likenesses;
}

export interface Candidate {
  patient: Patient;
  match: NameMatch;
  /** The calling number is one of the patient's. A hint, never proof. */
  reachedOnNumber: boolean;
}

/**
 * Those among `patients` whose name matches, the likeliest first: the same words before words much alike, then the
 * clinic's own record before what a caller told, no words missing, whoever has the calling number, the likest.
 * What a caller told in full never hides the clinic's record of a shorter name.
 */
export function rankCandidates(name: string, patients: readonly Patient[], callerNumber?: E164): Candidate[] {
  return patients
    .flatMap((patient): Candidate[] => {
      const match = matchNames(name, `${patient.givenName} ${patient.familyName}`);
      const reachedOnNumber = callerNumber !== undefined && patient.phones.includes(callerNumber);
      return match ? [{ patient, match, reachedOnNumber }] : [];
    })
    .sort((a, b) => compareCandidates(a, b) || (a.patient.patientId < b.patient.patientId ? -1 : 1));
}

/** Negative when `a` is likelier; 0 when nothing but their ids tells them apart. */
export function compareCandidates(a: Candidate, b: Candidate): number {
  // Who booked twice from one telephone before the clinic knew them means the later time.
  const toldTwice = [a, b].every(({ patient, reachedOnNumber }) => patient.provisional && reachedOnNumber);
  return (
    Number(b.match.quality === 'exact') - Number(a.match.quality === 'exact') ||
    Number(a.patient.provisional) - Number(b.patient.provisional) ||
    a.match.extra - b.match.extra ||
    Number(b.reachedOnNumber) - Number(a.reachedOnNumber) ||
    b.match.likeness - a.match.likeness ||
    (toldTwice ? b.patient.createdAtMs - a.patient.createdAtMs : 0)
  );
}
