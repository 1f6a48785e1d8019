import type { Log, LogFields } from '../../../log.ts';
import { objectsToRecording } from '../../recording-objection.ts';
import type { LiveTalk } from '../live-talk.ts';
import { orderRecordingStop } from '../order-recording-stop.ts';
import { showObjection } from '../stored-turns.ts';
import type { Deadlines } from './deadlines.ts';
import type { CallControl } from './phone-line.ts';

interface Deps {
  talk: LiveTalk;
  control: Pick<CallControl, 'stopRecording'>;
  deadlines: Deadlines<'recording'>;
  log: Log;
  where: LogFields;
}

/**
 * Hears whether the caller objects to the recording of their call, and stops it at once where there is one: the
 * objection is on record whether or not the vendor takes the order. `stopped` once it was taken.
 */
export function createRecordingStop({ talk, control, deadlines, log, where }: Deps, stopped: () => void) {
  const setting = talk.clinic.voice;

  function heed(): void {
    void talk.consent('objected');
    if (setting.recording === 'off') return;
    const later = (ms: number, run: () => void) => deadlines.set('recording', ms, run);
    orderRecordingStop({ stopRecording: () => control.stopRecording(), later, log, where }, stopped);
  }

  return {
    /** The caller has said this. */
    hear(utterance: string): void {
      if (!talk.hasObjected && objectsToRecording(utterance, setting)) heed();
    },
    /** A talk is gone on with: whoever held it may have died before the order was given. */
    resume(): void {
      if (talk.hasObjected || showObjection(talk.turns(), setting)) heed();
    },
  };
}
