import type { LiveTalk, OpenTurn } from '../live-talk.ts';
import { type CutItem, heardPart, type Playback, type PlayedItem } from './playback.ts';
import type { SpokenItem } from './speech-model.ts';

/** Something the agent says: its sound, its words, its place in the talk. */
export interface Utterance {
  readonly played: PlayedItem;
  readonly turn: OpenTurn;
  /** The model's item and the session it belongs to; none of prepared audio. */
  readonly item: SpokenItem | undefined;
  readonly generation: number;
  text: string;
  /** All words are there, and kept. */
  isWhole: boolean;
  /** Its session was gone before its end: however much of it is heard, there was more to say. */
  isBroken: boolean;
}

/** What the agent says, kept as far as it was heard. */
export interface AgentTurns {
  /** The utterance of a model's item, begun at its first sound or word. */
  of(item: SpokenItem, generation: number): Utterance;
  /** A sentence that needs no model. */
  prepared(text: string): Utterance;
  words(utterance: Utterance, text: string, whole: boolean): void;
  /** More was heard: what was heard to its end has been said. */
  heard(): void;
  /** Cut off: only what was heard was said. */
  cut(cut: CutItem): Utterance | undefined;
  /** The session is gone: no more words or sound of its items follow. */
  abandon(): Utterance[];
}

export function createAgentTurns(talk: LiveTalk, playback: Playback): AgentTurns {
  const byItem = new Map<string, Utterance>();
  const byPlayed = new Map<PlayedItem, Utterance>();
  let count = 0;

  function begin(name: string, known: Pick<Utterance, 'item' | 'generation'>): Utterance {
    const played = playback.begin(name);
    const utterance: Utterance = {
      ...known,
      played,
      turn: talk.begin('agent'),
      text: '',
      isWhole: false,
      isBroken: false,
    };
    byPlayed.set(played, utterance);
    return utterance;
  }

  function forget({ item, played }: Utterance): void {
    byPlayed.delete(played);
    if (item) byItem.delete(item.itemId);
  }

  function said(utterance: Utterance): void {
    if (utterance.text.trim() && !utterance.isBroken) utterance.turn.fill(utterance.text.trim());
    forget(utterance);
  }

  return {
    of(item, generation) {
      const known = byItem.get(item.itemId);
      if (known) return known;
      const begun = begin(item.itemId, { item, generation });
      byItem.set(item.itemId, begun);
      return begun;
    },
    prepared(text) {
      const utterance = begin(`prepared-${++count}`, { item: undefined, generation: 0 });
      utterance.text = text;
      utterance.isWhole = true;
      utterance.turn.fill(text);
      return utterance;
    },
    words(utterance, text, whole) {
      if (utterance.isWhole || utterance.played.cut) return;
      utterance.text = whole ? text : utterance.text + text;
      if (!whole) return;
      utterance.isWhole = true;
      if (playback.isHeard(utterance.played)) return said(utterance);
      // Whoever takes the talk over now has it still to say.
      if (utterance.text.trim()) utterance.turn.fill(utterance.text.trim(), { interrupted: true });
    },
    heard() {
      for (const utterance of byPlayed.values()) {
        if (utterance.isWhole && playback.isHeard(utterance.played)) said(utterance);
      }
    },
    cut(cut) {
      const utterance = byPlayed.get(cut.item);
      if (!utterance) return undefined;
      const heard = heardPart(utterance.text, cut).trim();
      const isSaid = utterance.isWhole && !utterance.isBroken && cut.heardMs >= cut.sentMs;
      // Kept before and heard by nobody: its place becomes empty again.
      if (heard || utterance.isWhole) utterance.turn.fill(heard, isSaid ? {} : { interrupted: true });
      utterance.isWhole = true;
      byPlayed.delete(cut.item); // Known by its item still: more of it may come, and is nobody's.
      return utterance;
    },
    abandon() {
      const unfinished = [...byItem.values()].filter(({ isWhole }) => !isWhole);
      for (const utterance of unfinished) {
        utterance.isWhole = true;
        utterance.isBroken = true;
        const wasSaid = utterance.played.sentBytes > 0 && utterance.text.trim() !== '';
        if (wasSaid) utterance.turn.fill(utterance.text.trim(), { interrupted: true });
      }
      byItem.clear();
      return unfinished;
    },
  };
}
