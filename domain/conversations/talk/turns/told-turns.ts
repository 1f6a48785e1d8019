import type { LiveTalk, OpenTurn } from '../live-talk.ts';

/** What an answer told the caller, as turns of the agent: a new one after each tool. */
export interface ToldTurns {
  add(text: string): void;
  /** Something else comes next: what was told so far is one turn. */
  close(): void;
  /** No more comes. */
  end(how: { interrupted: boolean }): void;
  /** Of all that was told the caller heard no more than these words, the first of it. */
  heard(words: string): void;
}

export function toldTurns(talk: Pick<LiveTalk, 'begin'>): ToldTurns {
  const parts: { place: OpenTurn; text: string }[] = [];
  let isOpen = false;

  function fill(interrupted: boolean): void {
    const last = parts.at(-1);
    if (isOpen && last) last.place.fill(last.text, interrupted ? { interrupted } : {});
    isOpen = false;
  }

  return {
    add(text) {
      if (!isOpen) parts.push({ place: talk.begin('agent'), text: '' });
      isOpen = true;
      parts.at(-1)!.text += text;
    },
    close: () => fill(false),
    end: ({ interrupted }) => fill(interrupted),
    heard(words) {
      let left = wordsOf(words).length;
      for (const { place, text } of parts) {
        const all = wordsOf(text);
        if (left < all.length) place.fill(all.slice(0, left).join(' '), { interrupted: true });
        left = Math.max(0, left - all.length);
      }
    },
  };
}

/** The wire that keeps turns itself, by what its vendor says was heard. */
export const untold: ToldTurns = { add: () => {}, close: () => {}, end: () => {}, heard: () => {} };

const wordsOf = (text: string): string[] => text.split(/\s+/).filter(Boolean);
