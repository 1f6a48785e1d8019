/** As much as is held back for the end of a sentence, in words and in time. */
const mostWords = 12;
export const heldBackMs = 200;

/** What of a stream of words can be spoken already. */
export interface SpeakablePieces {
  /** What is ready once more has come; empty while nothing is. */
  take(delta: string, nowMs: number): string;
  /** What is ready though nothing came. */
  ripe(): string;
  /** The rest, when no more will come. */
  rest(): string;
  readonly isHolding: boolean;
}

/** Asterisks and the like are read aloud by some voices, whatever the instructions say. */
const spoken = (text: string): string => text.replace(/[*`#]+/g, '');

/**
 * Cuts a stream into pieces that are spoken well: the first word goes out at once, whatever follows at the end of a
 * sentence, or when a dozen words or a fifth of a second are held back. Together they are the stream, letter by letter.
 */
export function speakablePieces(): SpeakablePieces {
  let held = '';
  let isFirst = true;
  let sinceMs = 0;

  function cut(at: number): string {
    const piece = held.slice(0, at);
    held = held.slice(at);
    if (piece) isFirst = false;
    return spoken(piece);
  }

  return {
    take(delta, nowMs) {
      if (held === '') sinceMs = nowMs;
      held += delta;
      const isLate = isFirst || nowMs - sinceMs >= heldBackMs || wordsIn(held) >= mostWords;
      const at = isLate ? afterLastWord(held) : afterLastSentence(held);
      if (at > 0) sinceMs = nowMs;
      return cut(at);
    },
    ripe: () => cut(afterLastWord(held)),
    rest: () => cut(held.length),
    get isHolding() {
      return held.trim() !== '';
    },
  };
}

/** Behind the blank after the last whole word. */
const afterLastWord = (text: string): number => /^[\s\S]*\S\s+/.exec(text)?.[0].length ?? 0;

const afterLastSentence = (text: string): number => /^[\s\S]*[.!?…]["»”]?\s+/.exec(text)?.[0].length ?? 0;

const wordsIn = (text: string): number => text.trim().split(/\s+/).length;
