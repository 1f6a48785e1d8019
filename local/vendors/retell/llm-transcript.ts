import type Retell from 'retell-sdk';
import type { Speech } from './speech.ts';

type Entries = NonNullable<Retell.PhoneCallResponse['transcript_with_tool_calls']>;
type Utterance = NonNullable<Retell.PhoneCallResponse['transcript_object']>[number];

/** What was really said in a live call, word by word, and what tools did between. */
export interface LiveTranscript {
  /** A word of somebody who speaks; another one's turn begins with their first. */
  word(role: 'agent' | 'user', word: string): void;
  /** The next word begins another utterance. */
  endTurn(): void;
  unintelligible(): void;
  digit(digit: string): void;
  tool(entry: Entries[number]): void;
  /** As frames carry it. */
  readonly utterances: readonly Utterance[];
  readonly entries: Entries;
  speech(durationMs: number): Speech;
}

/** @param atSeconds seconds since the call began */
export function createLiveTranscript(atSeconds: () => number): LiveTranscript {
  const utterances: Utterance[] = [];
  const entries: Entries = [];
  const answerMs: number[] = [];
  let current: Utterance | undefined;

  function begin(role: 'agent' | 'user', content: string): Utterance {
    const before = utterances.at(-1);
    const utterance: Utterance = { role, content, words: [] };
    utterances.push(utterance);
    entries.push(utterance);
    const last = before?.words.at(-1);
    if (role === 'agent' && before?.role === 'user' && last?.end !== undefined) {
      answerMs.push(Math.max(0, Math.round((atSeconds() - last.end) * 1000)));
    }
    return utterance;
  }

  return {
    word(role, word) {
      if (current?.role !== role) current = begin(role, '');
      const at = Number(atSeconds().toFixed(3));
      current.content = current.content === '' ? word : `${current.content} ${word}`;
      current.words.push({ word, start: at, end: Number((at + 0.04).toFixed(3)) });
    },
    endTurn() {
      current = undefined;
    },
    unintelligible() {
      begin('user', '(unintelligible audio)');
      current = undefined;
    },
    digit(digit) {
      entries.push({ role: 'dtmf', digit });
    },
    tool: (entry) => void entries.push(entry),
    utterances,
    entries,
    speech: (durationMs) => ({
      transcript: utterances
        .map(({ role, content }) => `${role === 'agent' ? 'Agent' : 'User'}: ${content}`)
        .join('\n'),
      utterances,
      entries,
      durationMs,
      answerMs,
    }),
  };
}
