import type { Log, LogFields } from '../../../log.ts';
import { objectsToRecording } from '../../recording-objection.ts';
import type { LiveTalk } from '../live-talk.ts';
import { orderRecording } from '../order-recording.ts';
import { showObjection } from '../turns/stored-turns.ts';
import type { Deadlines } from './deadlines.ts';
import type { CallControl } from './phone-line.ts';

interface Deps {
  talk: LiveTalk;
  control: Pick<CallControl, 'startRecording' | 'stopRecording'>;
  deadlines: Deadlines<'recording'>;
  log: Log;
  where: LogFields;
}

/**
 * Hears whether the caller agrees to the recording of their call, and begins it, or objects to it, and stops it at once
 * where there is one: what they said is on record whether or not the vendor takes the order. `stopped` once it was taken.
 */
export function followConsent({ talk, control, deadlines, log, where }: Deps, stopped: () => void) {
  const setting = talk.clinic.voice;
  let starting: Promise<unknown> | undefined;

  function begin(): void {
    void talk.consent('agreed');
    const order = () => (starting = control.startRecording());
    // Whoever has objected since is not recorded by a second try.
    const later = (ms: number, run: () => void) => deadlines.set('recording', ms, () => !talk.hasObjected && run());
    orderRecording('start', { order, later, log, where });
  }

  function heed(): void {
    void talk.consent('objected');
    if (setting.recording === 'off' || talk.agreement === 'open' || talk.agreement === 'missed') return;
    const order = async () => {
      // How it went was told where it was ordered; what may have begun by it is stopped.
      await starting?.catch(() => undefined);
      return control.stopRecording();
    };
    const later = (ms: number, run: () => void) => deadlines.set('recording', ms, run);
    orderRecording('stop', { order, later, log, where }, stopped);
  }

  return {
    /** The caller has said this. */
    hear(utterance: string): void {
      if (talk.hasObjected) return;
      if (objectsToRecording(utterance, setting)) heed();
      else if (talk.agreement === 'given' && !starting) begin();
    },
    /** A talk is gone on with: whoever held it may have died before the order was given. */
    resume(): void {
      if (talk.hasObjected || showObjection(talk.turns(), setting)) heed();
      else if (talk.agreement === 'given') begin();
    },
  };
}
