import type { Language } from '../language.ts';
import { foldSpeech } from './folded-speech.ts';
import { objectsToRecording } from './recording-objection.ts';
import type { Turn } from './talk/turns/turn.ts';

/** Whoever was asked answers with one of so many utterances: what they accept later is something else. */
const answersHeard = 2;

/** `open`: the caller may still agree. */
export type Agreement = 'given' | 'open' | 'missed';

/** Up to six words, then the recording. */
const ofRecording = '(?: (?:\\w+ ){0,6}(?:enregistr|record)\\w*)';

/**
 * What agrees to being recorded, as whole words of folded speech: what the question asks to be said, and what is as
 * clear. What agrees to a thing that is named must name the recording. Meant to err towards not recording.
 */
const phrases: Readonly<Record<Language, readonly string[]>> = {
  fr: [
    `(?<!(?:si|que|quand) )(?:j accepte|je consens|je suis (?:tout a fait |bien )?d accord)(?! (?:pas|plus|rien|jamais|aucun\\w*|mais|si|sauf)\\b)(?:${ofRecording}|(?! (?:a|au|avec|ce|cet|cette|ces|d|de|des|du|l|la|le|les|ma|mes|mon|pour|qu|que|sur|un|une|vos|votre)\\b))`,
    `(?<!(?:si|que) )j autorise${ofRecording}`,
    '(?<!(?:si|que) )vous pouvez (?:(?:m|nous) enregistrer|enregistrer (?:cet|l|la|cette|notre) (?:appel|conversation)|enregistrer(?! (?:ce|cet|cette|d|de|des|du|l|la|le|les|ma|mes|mon|notre|un|une)\\b))',
  ],
  en: [
    `(?<!(?:if|that|do|when|should|must|can|unless) )i (?:do |fully )?(?:agree|accept|consent)(?! (?:not|no|nothing|but|if|unless|except|only)\\b)(?:${ofRecording}|(?! (?:a|an|for|my|on|that|the|this|these|those|to|with|your)\\b))`,
    '(?<!(?:if|that|think|unless|when) )you (?:may|can) record(?: (?:me|us|it|(?:this|the|my|our) (?:call|conversation))\\b|(?! \\w))',
  ],
};

/** Every language is heard in every call, as with objections. */
const anyPhrase = new RegExp(`(?<!\\w)(?:${[...phrases.fr, ...phrases.en].join('|')})(?!\\w)`);

/** Whether an utterance agrees to the recording of the call. Whoever also objects does not. */
export const agreesToRecording = (utterance: string): boolean =>
  !objectsToRecording(utterance) && utterance.split(/[.!?]/).some((sentence) => anyPhrase.test(foldSpeech(sentence)));

/**
 * Whether a caller who is asked has agreed to the recording: in what they said before the question had been heard to its
 * end, or in their first utterances after it.
 */
export function agreementIn(turns: readonly Turn[], askedAtMs: number | undefined): Agreement {
  const said = turns.filter(({ speaker, text }) => speaker === 'caller' && text !== '');
  const before = askedAtMs === undefined ? 0 : said.filter(({ atMs }) => atMs < askedAtMs).length;
  const answers = said.slice(0, before + answersHeard);
  if (answers.some(({ text }) => agreesToRecording(text))) return 'given';
  return answers.length < before + answersHeard ? 'open' : 'missed';
}
