import type { LiveTalk, OpenTurn } from '../live-talk.ts';

/**
 * What the caller says, in the order in which it became part of the conversation; its words come later and in any
 * order, and are joined to their place by the item they belong to.
 */
export interface CallerTurns {
  /** The caller began to speak. */
  begins(): void;
  stops(): void;
  readonly isSpeaking: boolean;
  committed(itemId: string): void;
  /** Fills the place; answers whether there were words. */
  transcribed(itemId: string, text: string): boolean;
  /** The session is gone: nobody is heard to stop, and words that have not come never will. Answers whether any were awaited. */
  abandon(): boolean;
  /** Words are awaited. */
  readonly isWaiting: boolean;
}

export function createCallerTurns(talk: LiveTalk): CallerTurns {
  const waiting = new Map<string, OpenTurn>();
  let isSpeaking = false;
  return {
    begins() {
      isSpeaking = true;
    },
    stops() {
      isSpeaking = false;
    },
    get isSpeaking() {
      return isSpeaking;
    },
    committed(itemId) {
      if (!waiting.has(itemId)) waiting.set(itemId, talk.begin('caller'));
    },
    transcribed(itemId, text) {
      const words = text.trim();
      const turn = waiting.get(itemId);
      waiting.delete(itemId);
      if (words) (turn ?? talk.begin('caller')).fill(words);
      return words !== '';
    },
    abandon() {
      const wereAwaited = waiting.size > 0;
      waiting.clear();
      isSpeaking = false;
      return wereAwaited;
    },
    get isWaiting() {
      return waiting.size > 0;
    },
  };
}
