import { errorFields } from '../../../log.ts';
import { persistently } from '../persistently.ts';
import type { Talk } from '../talk.ts';
import type { TalkDeps } from '../talk-deps.ts';

/**
 * Puts on record that nobody holds a talk any more, so that whoever hears that its call is over may finish it. Answers
 * whether that was heard already: then it is for the holder to finish it.
 */
export function letGo(
  { talks, clock, log }: Pick<TalkDeps, 'talks' | 'clock' | 'log'>,
  { clinicId, conversationId, epoch }: Pick<Talk, 'clinicId' | 'conversationId' | 'epoch'>,
  pause: (ms: number) => Promise<void>,
) {
  return async (): Promise<boolean> => {
    try {
      const left = await persistently(pause, () =>
        talks.change(clinicId, conversationId, (current) =>
          current.epoch === epoch && current.finishedAtMs === undefined
            ? { ...current, letGoAtMs: clock.now() }
            : current,
        ),
      );
      return left?.epoch === epoch && left.callOverAtMs !== undefined && left.finishedAtMs === undefined;
    } catch (error) {
      // As if the task had died: whoever reads the talk waits a minute for its end.
      log.error('talk.save-failed', { clinicId, conversationId, reason: 'let-go', ...errorFields(error) });
      return false;
    }
  };
}
