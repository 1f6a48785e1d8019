import { errorFields } from '../../../log.ts';
import { providerIdOf } from '../begun-conversation.ts';
import { persistently } from '../persistently.ts';
import type { TurnSaver } from '../turns/save-turns.ts';
import type { Talk } from '../talk.ts';
import type { TalkDeps } from '../talk-deps.ts';
import { ownWords } from '../talk-event.ts';
import { transcriptOf, type Turn } from '../turns/turn.ts';

interface Ended {
  talk: Talk;
  /** What of them may be stored. */
  turns(): readonly Turn[];
  saver: Pick<TurnSaver, 'saved'>;
  pause(ms: number): Promise<void>;
}

/**
 * Finishes a talk that is over: its turns are saved, nobody can take it up any more, and whoever records calls is told
 * of it, unless Retell tells of its own. Nothing when another holds it by now.
 *
 * @throws Error when that it is finished cannot be written
 */
export function tellEnd({ talks, events, clock, log }: TalkDeps, { talk, turns, saver, pause }: Ended) {
  const { clinicId, conversationId, epoch } = talk;

  return async (): Promise<void> => {
    await saver.saved();
    const finished = await persistently(pause, () =>
      talks.change(clinicId, conversationId, (current) =>
        current.epoch === epoch && current.finishedAtMs === undefined
          ? { ...current, finishedAtMs: clock.now() }
          : current,
      ),
    );
    if (finished?.epoch !== epoch || finished.finishedAtMs === undefined) return;
    const endedAtMs = finished.finishedAtMs;
    log.info('talk.ended', { clinicId, conversationId, durationMs: endedAtMs - talk.openedAtMs });
    if (talk.provider === 'retell') return;
    try {
      await persistently(pause, () =>
        events.tell({
          event: 'talk_ended',
          clinicId,
          conversationId,
          providerId: providerIdOf(talk),
          ...ownWords(talk),
          direction: talk.direction,
          ...(talk.fromNumber !== undefined && { fromNumber: talk.fromNumber }),
          ...(talk.toNumber !== undefined && { toNumber: talk.toNumber }),
          startedAtMs: talk.openedAtMs,
          endedAtMs,
          transcript: transcriptOf(turns()),
          occurredAtMs: endedAtMs,
        }),
      );
    } catch (error) {
      // Twilio's own word that the call is over comes as well, and the turns are there to be read.
      log.error('talk.save-failed', { clinicId, conversationId, reason: 'talk_ended', ...errorFields(error) });
    }
  };
}
