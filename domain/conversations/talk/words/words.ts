import { type Language, type LanguageTag, languageOf } from '../../../language.ts';
import type { RecordingSetting } from '../../recording-objection.ts';
import { en } from './en.ts';
import { fr } from './fr.ts';
import type { TalkWords } from './talk-words.ts';

/** What a talk says by itself, in every language we speak. */
export const talkWords: Record<Language, TalkWords> = { fr, en };

/** Under which the words of `recordingNotice` and of `recordingQuestion` are on record; raised when they change. */
export const recordingNoticeId = 'recording-notice-1';
export const recordingQuestionId = 'recording-question-1';

export const talkWordsOf = (tag: LanguageTag): TalkWords => talkWords[languageOf(tag)];

/** What a caller is told of the recording, or asked, and the id of these words; nothing where nothing is recorded. */
export function recordingNoticeOf({ recording }: RecordingSetting, tag: LanguageTag) {
  if (recording === 'off') return undefined;
  const { recordingNotice, recordingQuestion } = talkWordsOf(tag);
  return recording === 'explicit'
    ? { id: recordingQuestionId, text: recordingQuestion }
    : { id: recordingNoticeId, text: recordingNotice };
}
