import type { Language } from '../../language.ts';
import { foldSpeech } from '../folded-speech.ts';

/** With nothing after it but politeness: `ne m'appelez pas avant dix heures` asks for something else. */
const atEnd = {
  fr: '(?= (?:s il vous plait|s il te plait|svp|merci|madame|monsieur|au revoir)(?!\\w)|$)',
  en: '(?= (?:please|thanks|thank you|now|ok|okay|sir|madam|ma am|bye|goodbye)(?!\\w)|$)',
};

/**
 * What asks for no more calls, as whole words of folded speech: what the opening of each call says to say, and what
 * people say instead. Meant to err towards not calling: a person of the clinic can still pick up the telephone.
 */
const phrases: Readonly<Record<Language, readonly string[]>> = {
  fr: [
    '(?:ne )?(?:m|nous|me) (?:appelez|appeler|rappelez|telephonez|contactez|demarchez) (?:plus|jamais)',
    `(?<!vous )(?<!vous ne )(?:ne )?(?:m|nous|me) (?:appelez|rappelez|telephonez|contactez) pas${atEnd.fr}`,
    `(?:veux|voudrais|souhaite) (?:plus|pas) que (?:vous|on) (?:m|me|nous) (?:appeliez|rappeliez|telephoniez|contactiez|appelle|rappelle|telephone|contacte)${atEnd.fr}`,
    '(?:arretez|cessez) (?:de )?(?:m|me|nous) (?:appeler|rappeler|telephoner|contacter)',
    'plus (?:recevoir )?(?:d appels|de vos appels|ces appels)',
    'plus etre (?:appelee?s?|rappelee?s?|contactee?s?)',
    '(?:retirez|enlevez|supprimez|effacez) (?:mon|ce) numero',
  ],
  en: [
    '(?:don t|do not|dont|never|stop) (?:ever )?(?:call|calling|phone|phoning|contact|contacting|ring|ringing) (?:me|us|here|this number|again|any ?more)',
    `stop (?:calling|phoning|ringing)${atEnd.en}`,
    '(?:no more|stop (?:these|those|the|your)) calls',
    '(?:not|don t|dont) want (?:any more|anymore|these|your|any) calls',
    '(?:remove|delete|take) (?:me|my number|this number) (?:off|from) (?:your|the) list',
    '(?:remove|delete) my number',
  ],
};

/** Every language is heard in every call. */
const anyPhrase = new RegExp(`(?<!\\w)(?:${[...phrases.fr, ...phrases.en].join('|')})(?!\\w)`);

/** Whether somebody we called wants to be called no more. */
export const asksNoMoreCalls = (utterance: string): boolean => anyPhrase.test(foldSpeech(utterance));

/** The same of a transcript, lines of `Agent: …` and `User: …`: only what the person said counts. */
export const transcriptAsksNoMoreCalls = (transcript: string): boolean =>
  transcript.split('\n').some((line) => line.startsWith('User:') && asksNoMoreCalls(line.slice('User:'.length)));
