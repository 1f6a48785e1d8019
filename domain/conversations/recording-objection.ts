import type { Clinic } from '../clinics/clinic.ts';
import type { Language } from '../language.ts';
import { foldSpeech } from './folded-speech.ts';

/** Of the clinic that was called. */
export type RecordingSetting = Pick<Clinic['voice'], 'recording'>;

/** Up to `n` words may stand between two others. */
const gap = (n: number): string => `(?:\\w+ ){0,${n}}`;

/**
 * What objects to being recorded, as whole words of folded speech: what the notice says to say, and what people say
 * instead. Meant to err towards stopping: a recording too few costs nobody anything.
 */
const phrases: Readonly<Record<Language, readonly string[]>> = {
  fr: [
    'je (?:le |la |m y )?refuse(?! (?:pas|plus)\\b)',
    'je decline(?! (?:pas|plus)\\b)',
    'je (?:m y |m )oppose(?! (?:pas|plus)\\b)',
    `(?:veux|veut|souhaite|voudrais|desire|accepte|aime|aimerais|consens|autorise|tiens a|d accord) (?:pas|plus) ${gap(6)}enregistr\\w+`,
    `pas d accord ${gap(5)}enregistr\\w+`,
    `(?:arret\\w+|stopp?\\w*|coup\\w+|suspend\\w+|interromp\\w+|desactiv\\w+|refus\\w+|contre|sans) ${gap(3)}enregistr\\w+`,
    '(?:m|n|nous|l) enregistr\\w+ (?:pas|plus)',
    'pas d enregistrement',
  ],
  en: [
    'i (?:do |must |will |would like to |d like to )?(?:decline|refuse|object)',
    `i (?:don t|do not|dont|can t|cannot) consent`,
    `(?:don t|do not|dont|won t|will not|never) (?:want|consent|agree|wish|like|accept|allow|authori[sz]e) ${gap(5)}record(?:ed|ing)`,
    `(?:don t|do not|dont) want (?:you|this|anyone) ${gap(2)}record\\w*`,
    `(?:no|without|stop|turn off|switch off|against|object to|end) ${gap(2)}recording`,
    '(?:don t|do not|dont|stop) record(?:ing)? (?:me|us|this|it|the call|my call|my voice)',
    `(?:not|rather not|prefer not) (?:to )?be(?:ing)? recorded`,
  ],
};

/** Every language is heard in every call, as with emergencies. */
const anyPhrase = new RegExp(`(?<!\\w)(?:${[...phrases.fr, ...phrases.en].join('|')})(?!\\w)`);

/**
 * Whether an utterance objects to the recording of the call. Where nobody said that it is recorded, whoever declines
 * declines something else, unless they speak of recording.
 */
export function objectsToRecording(
  utterance: string,
  { recording }: RecordingSetting = { recording: 'notice' },
): boolean {
  const said = foldSpeech(utterance);
  return anyPhrase.test(said) && (recording !== 'off' || /enregistr|record/.test(said));
}

/**
 * The place of the words by which a caller who is known to object does so; -1 where none show it. Where none speak of
 * recording, whoever declines declined what the clinic said when its setting was another one.
 */
export function placeOfObjection(saidByCaller: readonly string[], setting?: RecordingSetting): number {
  const place = saidByCaller.findIndex((said) => objectsToRecording(said, setting));
  return place === -1 ? saidByCaller.findIndex((said) => objectsToRecording(said)) : place;
}
