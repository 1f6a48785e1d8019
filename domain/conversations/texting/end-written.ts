import { errorFields, type Log } from '../../log.ts';
import type { Clock } from '../../clock.ts';
import type { Conversation } from '../conversation.ts';
import { providerIdOf } from '../talk/begun-conversation.ts';
import { ownWords, type TalkEvents } from '../talk/talk-event.ts';
import type { TalkStore } from '../talk/talk.ts';
import { transcriptOf } from '../talk/turns/turn.ts';

interface Deps {
  talks: Pick<TalkStore, 'get' | 'change' | 'turns'>;
  events: TalkEvents;
  clock: Clock;
  log: Log;
  /** Nobody has written for so long: what comes after it is another conversation. */
  idleMs: number;
}

/**
 * Ends a conversation in writing that nobody goes on with, and tells so as the end of a call is told: then the clinic
 * hears of it. Doing it again changes nothing. Answers whether it is over.
 */
export function endWritten({ talks, events, clock, log, idleMs }: Deps) {
  return async ({ clinicId, conversationId }: Pick<Conversation, 'clinicId' | 'conversationId'>): Promise<boolean> => {
    const [talk, turns] = await Promise.all([
      talks.get(clinicId, conversationId),
      talks.turns(clinicId, conversationId),
    ]);
    if (!talk) return false;
    const lastMs = turns.at(-1)?.atMs ?? talk.openedAtMs;
    if (talk.finishedAtMs === undefined && clock.now() - lastMs < idleMs) return false;
    const finished = await talks.change(clinicId, conversationId, (current) =>
      // Somebody took it up again since it was read.
      current.finishedAtMs !== undefined || current.epoch !== talk.epoch
        ? current
        : { ...current, finishedAtMs: clock.now() },
    );
    if (finished?.finishedAtMs === undefined) return false;
    try {
      await events.tell({
        event: 'talk_ended',
        clinicId,
        conversationId,
        providerId: providerIdOf(talk),
        ...ownWords(talk),
        direction: talk.direction,
        ...(talk.fromNumber !== undefined && { fromNumber: talk.fromNumber }),
        ...(talk.toNumber !== undefined && { toNumber: talk.toNumber }),
        startedAtMs: talk.openedAtMs,
        endedAtMs: Math.max(lastMs, talk.openedAtMs),
        transcript: transcriptOf(turns),
        occurredAtMs: finished.finishedAtMs,
      });
    } catch (error) {
      // Whoever sweeps comes by again: it is finished, and still stands open.
      log.error('talk.save-failed', { clinicId, conversationId, reason: 'talk_ended', ...errorFields(error) });
      return false;
    }
    log.info('talk.ended', { clinicId, conversationId, durationMs: Math.max(0, lastMs - talk.openedAtMs) });
    return true;
  };
}
