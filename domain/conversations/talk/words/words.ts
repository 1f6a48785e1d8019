import { type Language, type LanguageTag, languageOf } from '../../../language.ts';
import { en } from './en.ts';
import { fr } from './fr.ts';
import type { TalkWords } from './talk-words.ts';

/** What a talk says by itself, in every language we speak. */
export const talkWords: Record<Language, TalkWords> = { fr, en };

/** Under which the words of `recordingNotice` are on record; raised when they change. */
export const recordingNoticeId = 'recording-notice-1';

export const talkWordsOf = (tag: LanguageTag): TalkWords => talkWords[languageOf(tag)];
