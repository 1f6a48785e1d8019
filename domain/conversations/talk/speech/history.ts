import { isOfLine, type Turn } from '../turns/turn.ts';
import { asksToWait, onlyResumes } from './holding-words.ts';
import type { HistoryItem } from './speech-model.ts';
import type { SpeechWords } from './speech-words.ts';

/** What a session is told at most of what was said before: the newest, some twenty minutes of talk. */
const mostItems = 120;
const mostLetters = 2_000;

/**
 * A talk so far, as a new session is told it. What tools did is told by us and in the words of their answers: calls of
 * another session mean nothing to this one, and their arguments may hold whatever a caller dictated.
 */
export function historyOf(turns: readonly Turn[], words: SpeechWords): HistoryItem[] {
  const items = turns.flatMap(({ speaker, text, tool }): HistoryItem[] => {
    if (speaker !== 'tool') return text.trim() ? [{ by: speaker, text: text.slice(0, mostLetters) }] : [];
    if (!tool) return [];
    return [
      {
        by: 'us',
        text: words.toolAnswered(tool.name, JSON.stringify({ code: tool.code, say: tool.say })).slice(0, mostLetters),
      },
    ];
  });
  return items.slice(-mostItems);
}

const lastSaid = (turns: readonly Turn[]): Turn | undefined =>
  turns.findLast(({ speaker, text }) => speaker === 'tool' || text.trim() !== '');

/** Whether the line itself has just asked the caller something: they know why they are back with us. */
export const hasLineAsked = (turns: readonly Turn[]): boolean => {
  const last = lastSaid(turns);
  return last !== undefined && isOfLine(last);
};

/**
 * Whether somebody waits for a word of ours: the caller spoke last, what a tool answered was not told, or we were cut
 * off. Whoever was asked to wait waits still.
 */
export const isAnswerOwed = (turns: readonly Turn[]): boolean => {
  const last = lastSaid(turns.filter(({ speaker, text }) => speaker !== 'agent' || !onlyResumes(text)));
  return last !== undefined && (last.speaker !== 'agent' || last.interrupted === true || asksToWait(last.text));
};
