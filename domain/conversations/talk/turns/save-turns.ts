import type { ClinicId, ConversationId } from '../../../ids.ts';
import { errorFields, type Log } from '../../../log.ts';
import type { TalkStore } from '../talk.ts';
import type { Turn } from './turn.ts';

/** Between attempts, in milliseconds: a failing store is let be for three seconds before a turn is put back. */
export const retryDelaysMs = [100, 200, 400, 800, 1_600] as const;
/** Turns of two hours: a store that is away for longer costs the oldest. */
const mostWaiting = 2_000;

export interface TurnSaver {
  /** Saves a turn in the background, after those given before. A later one of the same place takes its turn. */
  save(turn: Turn): void;
  /** Settles when all turns given so far are saved, or were given up after retries until somebody asks again. */
  saved(): Promise<void>;
}

interface Deps {
  talks: Pick<TalkStore, 'keepTurn'>;
  log: Log;
  pause(ms: number): Promise<void>;
}

/**
 * Keeps the turns of one talk behind the back of whoever talks: one after the other, again while the store fails.
 *
 * @param superseded somebody else holds the talk; nothing is saved any more
 */
export function saveTurns(
  { talks, log, pause }: Deps,
  { clinicId, conversationId }: { clinicId: ClinicId; conversationId: ConversationId },
  superseded: () => void,
): TurnSaver {
  const waiting = new Map<number, Turn>();
  let running: Promise<void> | undefined;
  let isOver = false;

  async function keep(turn: Turn): Promise<'kept' | 'superseded' | 'failed'> {
    for (const delayMs of [...retryDelaysMs, undefined]) {
      try {
        return (await talks.keepTurn(clinicId, conversationId, waiting.get(turn.seq) ?? turn)).outcome;
      } catch (error) {
        if (delayMs === undefined) {
          log.error('talk.save-failed', { clinicId, conversationId, count: waiting.size, ...errorFields(error) });
          return 'failed';
        }
        await pause(delayMs);
      }
    }
    return 'failed';
  }

  async function drain(): Promise<void> {
    try {
      for (let next = first(waiting); next && !isOver; next = first(waiting)) {
        const outcome = await keep(next);
        if (outcome === 'superseded') {
          isOver = true;
          waiting.clear();
          superseded();
          return;
        }
        const latest = waiting.get(next.seq);
        if (outcome === 'failed') {
          // To the end, so that one that can never be saved does not stand in the way of the others.
          waiting.delete(next.seq);
          if (latest) waiting.set(next.seq, latest);
          return;
        }
        if (latest === next) waiting.delete(next.seq);
      }
    } finally {
      // In the same moment in which nothing more was found: what is given a moment later must find nobody at work.
      running = undefined;
    }
  }

  function start(): void {
    if (!running && !isOver && waiting.size > 0) running = drain();
  }

  return {
    save(turn) {
      if (isOver) return;
      waiting.set(turn.seq, turn);
      const oldest = first(waiting);
      if (waiting.size > mostWaiting && oldest) {
        waiting.delete(oldest.seq);
        log.error('talk.save-failed', { clinicId, conversationId, reason: 'too-many-waiting' });
      }
      start();
    },
    async saved() {
      start();
      await running;
    },
  };
}

const first = (waiting: ReadonlyMap<number, Turn>): Turn | undefined => waiting.values().next().value;
