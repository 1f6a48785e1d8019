import { cleanLines, shortened } from './hostile-text.ts';
import { bytesOf } from './html-bytes.ts';

export interface Turn {
  /** Absent for lines that name nobody. */
  speaker?: 'assistant' | 'counterpart' | 'transferred';
  text: string;
}

const speakers = { Agent: 'assistant', User: 'counterpart', 'Transfer Target': 'transferred' } as const;
const spokenLine = /^(Agent|User|Transfer Target): ?(.*)$/;

/** A transcript of lines `Agent: …` and `User: …` as turns; what one side says in a row is one turn of several lines. */
export function transcriptTurns(transcript: string): Turn[] {
  const turns: Turn[] = [];
  for (const line of cleanLines(transcript).split('\n')) {
    const [, name, said] = spokenLine.exec(line) ?? [];
    const last = turns.at(-1);
    const speaker = name ? speakers[name as keyof typeof speakers] : last?.speaker;
    const text = said ?? line;
    if (!text) continue;
    if (last && last.speaker === speaker) last.text += `\n${text}`;
    else turns.push({ speaker, text });
  }
  return turns;
}

/** What a turn takes in the HTML besides its words: its markup, generously. */
const turnBytes = 400;
/** The turns from the beginning that fit into so many bytes of HTML, the last of them cut where it must be. */
export function turnsWithin(turns: readonly Turn[], maxBytes: number): { turns: Turn[]; cut: boolean } {
  let left = maxBytes;
  for (const [index, turn] of turns.entries()) {
    left -= turnBytes;
    let length = 0;
    for (const character of turn.text) {
      left -= bytesOf(character);
      if (left < 0) break;
      length += character.length;
    }
    if (left < 0) {
      const kept = turns.slice(0, index);
      const part = length > 1 ? [{ ...turn, text: shortened(turn.text, length) }] : [];
      return { turns: [...kept, ...part], cut: true };
    }
  }
  return { turns: [...turns], cut: false };
}
