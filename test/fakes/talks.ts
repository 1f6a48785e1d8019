import type { Talk, TalkStore } from '#domain/conversations/talk/talk.ts';
import { epochOf, type Turn } from '#domain/conversations/talk/turns/turn.ts';

export interface FakeTalks extends TalkStore {
  /** Every talk, as it stands. */
  all(): Talk[];
}

/** Talks and their turns in memory, under the same rules of versions and epochs as the table. */
export function inMemoryTalks(): FakeTalks {
  const talks = new Map<string, Talk>();
  const turns = new Map<string, Map<number, Turn>>();
  return {
    all: () => [...talks.values()],
    async get(clinicId, conversationId) {
      return structuredClone(talks.get(`${clinicId} ${conversationId}`));
    },
    async open(clinicId, talk) {
      const key = `${clinicId} ${talk.conversationId}`;
      const standing = talks.get(key) ?? { channel: 'voice', ...talk, clinicId, epoch: 0, breaks: 0, version: 1 };
      talks.set(key, structuredClone(standing));
      return structuredClone(standing);
    },
    async change(clinicId, conversationId, change) {
      const key = `${clinicId} ${conversationId}`;
      const current = structuredClone(talks.get(key));
      if (!current) return undefined;
      const next = change(current);
      if (next === current) return current;
      const written = structuredClone({ ...next, clinicId, conversationId, version: current.version + 1 });
      talks.set(key, written);
      return structuredClone(written);
    },
    async keepTurn(clinicId, conversationId, turn) {
      const key = `${clinicId} ${conversationId}`;
      if (talks.get(key)?.epoch !== epochOf(turn)) return { outcome: 'superseded' };
      const kept = turns.get(key) ?? new Map<number, Turn>();
      turns.set(key, kept);
      const before = kept.get(turn.seq);
      if (!before || (before.revision ?? 0) < (turn.revision ?? 0)) kept.set(turn.seq, structuredClone(turn));
      return { outcome: 'kept' };
    },
    async turns(clinicId, conversationId) {
      const kept = turns.get(`${clinicId} ${conversationId}`) ?? new Map<number, Turn>();
      return structuredClone([...kept.values()].sort((a, b) => a.seq - b.seq));
    },
    async emptyTurns(clinicId, conversationId, places) {
      const kept = turns.get(`${clinicId} ${conversationId}`) ?? new Map<number, Turn>();
      for (const seq of places) {
        const known = kept.get(seq);
        if (known) kept.set(seq, { ...known, text: '', tool: undefined, revision: 1_000_000 });
      }
    },
  };
}
