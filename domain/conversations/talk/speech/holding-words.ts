import { foldSpeech } from '../../folded-speech.ts';
import { talkWords } from '../words/words.ts';
import { speechWords } from './speech-words.ts';

const languages = ['fr', 'en'] as const;

const waiting: readonly string[] = languages
  .flatMap((language) => {
    const { fillers, prepared } = speechWords[language];
    const { filler, stillHere } = talkWords[language];
    return [...fillers, prepared['one-moment'], filler, stillHere];
  })
  .map(foldSpeech);

const resuming: ReadonlySet<string> = new Set(
  languages.flatMap((language) => [speechWords[language].resumed, talkWords[language].resumed]).map(foldSpeech),
);

/** Whether the last that was said asks to wait; a transcript joins what was said in one breath. */
export function asksToWait(text: string): boolean {
  const words = foldSpeech(text);
  return waiting.some((wait) => words === wait || words.endsWith(` ${wait}`));
}

/** Whether it only says that the talk goes on: whatever was open before is open still. */
export const onlyResumes = (text: string): boolean => resuming.has(foldSpeech(text));
