import { errorFields, type Log, type LogFields } from '../../../log.ts';
import { objectsToRecording } from '../../recording-objection.ts';
import type { LiveTalk } from '../live-talk.ts';
import type { Deadlines } from './deadlines.ts';
import type { CallControl } from './phone-line.ts';

const againMs = 1_000;
const mostAttempts = 3;

interface Deps {
  talk: LiveTalk;
  control: Pick<CallControl, 'stopRecording'>;
  deadlines: Deadlines<'recording'>;
  log: Log;
  where: LogFields;
}

/**
 * Hears whether the caller objects to the recording of their call, and stops it at once: the objection is on record
 * whether or not the vendor takes the order. `stopped` once it was taken.
 */
export function createRecordingStop({ talk, control, deadlines, log, where }: Deps, stopped: () => void) {
  let hasObjected = talk.clinic.voice.recording === 'off';

  async function stop(attempt: number): Promise<void> {
    try {
      await control.stopRecording();
      log.info('recording.stopped', where);
      stopped();
    } catch (error) {
      log.error('request.failed', { ...where, route: 'stop-recording', attempt, ...errorFields(error) });
      if (attempt < mostAttempts) deadlines.set('recording', againMs, () => void stop(attempt + 1));
    }
  }

  return {
    /** The caller has said this. */
    hear(utterance: string): void {
      if (hasObjected || !objectsToRecording(utterance)) return;
      hasObjected = true;
      void talk.consent('objected');
      void stop(1);
    },
    /** A talk is gone on with: whoever held it may have died before the order was given. */
    resume(): void {
      if (hasObjected) return;
      const before = talk.turns().some(({ speaker, text }) => speaker === 'caller' && objectsToRecording(text));
      if (!before) return;
      hasObjected = true;
      void stop(1);
    },
  };
}
