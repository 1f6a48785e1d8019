import type { AgentTurns, Utterance } from './agent-turns.ts';
import type { PhoneLine } from './phone-line.ts';
import type { Playback } from './playback.ts';
import { decodedBytes } from './prepared-audio.ts';
import type { Purpose } from './speech-model.ts';

/** What of an utterance was heard, where its end was not. */
interface CutUtterance {
  utterance: Utterance;
  heardMs: number;
}

/** The agent's voice on the line: what is sent to it, marked, and taken back. */
export interface AgentVoice {
  play(utterance: Utterance, payload: Buffer): void;
  /** No more of it follows. Answers whether a mark will tell when it was heard. */
  end(utterance: Utterance): boolean;
  /** A sentence that needs no model, all of it. */
  prepared(text: string, payloads: readonly Buffer[], purpose: Purpose | undefined): void;
  /** What is not heard yet never will be. Answers what was cut off; `undefined` when nothing played. */
  silence(): CutUtterance[] | undefined;
}

export function createAgentVoice(line: PhoneLine, playback: Playback, turns: AgentTurns): AgentVoice {
  const send = (mark: string | undefined): boolean => {
    if (mark !== undefined) line.mark(mark);
    return mark !== undefined;
  };
  const voice: AgentVoice = {
    play({ played }, payload) {
      line.play(payload);
      send(playback.sent(played, decodedBytes(payload)));
    },
    end: ({ played }) => send(playback.end(played)),
    prepared(text, payloads, purpose) {
      const utterance = turns.prepared(text, purpose);
      for (const payload of payloads) voice.play(utterance, payload);
      voice.end(utterance);
    },
    silence() {
      if (!playback.isPlaying) return undefined;
      const cuts = playback.cut();
      line.clear();
      return cuts.flatMap((cut) => {
        const utterance = turns.cut(cut);
        return utterance && cut.heardMs < cut.sentMs ? [{ utterance, heardMs: cut.heardMs }] : [];
      });
    },
  };
  return voice;
}
