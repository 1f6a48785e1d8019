import type { Clock } from '../../../clock.ts';
import type { OpenTurn } from '../live-talk.ts';
import type { TurnSaver } from './save-turns.ts';
import { type ToolUse, type Turn, turnsPerEpoch } from './turn.ts';

/** More than anybody says at one go. */
const longestText = 20_000;

export interface TalkTurns {
  /** In order; places that are still open, and those where in the end nothing was said, left out. */
  all(): readonly Turn[];
  begin(speaker: 'agent' | 'caller'): OpenTurn;
  /** Takes the next place for a tool that is called now. */
  beginTool(): { fill(use: ToolUse): void };
}

/** The turns of a talk, those of former holders first, each in the place that was taken when it began. */
export function talkTurns(
  { clock, saver }: { clock: Clock; saver: Pick<TurnSaver, 'save'> },
  { epoch, known }: { epoch: number; known: readonly Turn[] },
): TalkTurns {
  const places: { turn?: Turn }[] = known.map((turn) => ({ turn }));
  let taken = 0;
  let listed: readonly Turn[] | undefined;

  function take() {
    const place: { turn?: Turn } = {};
    places.push(place);
    const seq = epoch * turnsPerEpoch + taken++;
    const atMs = clock.now();
    const keep = (turn: Omit<Turn, 'seq' | 'atMs' | 'revision'>) => {
      const before = place.turn;
      place.turn = { seq, atMs, ...turn, ...(before && { revision: (before.revision ?? 0) + 1 }) };
      listed = undefined;
      saver.save(place.turn);
    };
    return { place, seq, keep };
  }

  return {
    all: () =>
      (listed ??= places.flatMap(({ turn }) => (turn && (turn.speaker === 'tool' || turn.text !== '') ? [turn] : []))),

    begin(speaker) {
      const { place, seq, keep } = take();
      return {
        seq,
        fill(text, { interrupted } = {}) {
          const said = text.trim().slice(0, longestText);
          const { turn } = place;
          if (turn ? turn.text === said && turn.interrupted === interrupted : said === '') return;
          keep({ speaker, text: said, ...(interrupted !== undefined && { interrupted }) });
        },
      };
    },

    beginTool() {
      const { keep } = take();
      return { fill: (tool) => keep({ speaker: 'tool', text: '', tool }) };
    },
  };
}
