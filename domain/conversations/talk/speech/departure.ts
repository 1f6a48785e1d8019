import { errorFields, type Log, type LogFields } from '../../../log.ts';
import type { LiveTalk } from '../live-talk.ts';
import type { AgentVoice } from './agent-voice.ts';
import type { CallerTurns } from './caller-turns.ts';
import type { Deadlines } from './deadlines.ts';
import type { ModelLink } from './model-link.ts';
import type { PhoneLine } from './phone-line.ts';
import type { SpeechEvent } from './speech-model.ts';
import type { ToolRuns } from './tool-runs.ts';

/** The caller's last words are waited for this long after hanging up. */
const lastWordsMs = 3_000;

/** A talk is handed over between two sentences, if there is a pause within this. */
const handOverMs = 4_000;

/**
 * How we leave a call, whoever goes on with it: the caller's last words and the functions that run are waited for, all
 * is saved, and nothing is left open.
 */
export interface Departure {
  /** Resolves when the talk is saved and closed. */
  readonly over: Promise<void>;
  /** Nothing is said or asked for any more. */
  readonly hasLeft: boolean;
  /** With `over` the talk is finished; without, somebody may go on with it. A second time changes nothing. */
  leave(how: { over: boolean }): void;
  /** Another task is to go on with the talk: at the next pause, or soon. */
  handOverSoon(): void;
  readonly isHandingOver: boolean;
  /** The pause is there: another task goes on. */
  handOver(): void;
  /** The call ends here. */
  stay(): void;
  /** Somebody else has the talk: not a sound more of ours is heard. */
  giveWay(): void;
  /** What the session tells after we have left: only the caller's last words count. */
  hear(event: SpeechEvent): void;
  /** A function ended after we have left. */
  settle(): void;
}

interface Deps {
  talk: LiveTalk;
  line: Pick<PhoneLine, 'clear' | 'close'>;
  link: ModelLink;
  voice: AgentVoice;
  callerTurns: CallerTurns;
  runs: ToolRuns;
  deadlines: Deadlines<'hand-over' | 'save' | 'leave' | 'recording' | 'last-words'>;
  log: Log;
  where: LogFields;
}

export function createDeparture(deps: Deps): Departure {
  const { talk, line, link, voice, callerTurns, runs, deadlines, log, where } = deps;
  const { promise: over, resolve } = Promise.withResolvers<void>();
  let left: { over: boolean } | undefined;
  let isClosing = false;

  const isAwaiting = () =>
    link.session !== undefined && (callerTurns.isWaiting || callerTurns.isSpeaking || runs.count > 0);

  function leave(how: { over: boolean }): void {
    if (left) return;
    left = how;
    voice.close();
    runs.interrupt();
    // What the vendor was told goes on.
    deadlines.keep('save', 'leave', 'recording');
    if (!isAwaiting()) return void close(how);
    link.session?.interrupt();
    if (callerTurns.isSpeaking) link.session?.commit();
    deadlines.set('last-words', lastWordsMs, () => void close(how));
  }

  /** With everything saved that is known. */
  function handOver(): void {
    if (left) return;
    log.info('talk.handed-over', where);
    leave({ over: false });
  }

  function settle(): void {
    if (left && !isAwaiting()) void close(left);
  }

  async function close(how: { over: boolean }): Promise<void> {
    if (isClosing) return;
    isClosing = true;
    link.close();
    callerTurns.abandon();
    deadlines.stop();
    try {
      if (!how.over) {
        await talk.saved();
        line.close();
      }
      await talk.close(how);
    } catch (error) {
      log.error('talk.save-failed', { ...where, ...errorFields(error) });
    } finally {
      line.close();
      resolve();
    }
  }

  return {
    over,
    get hasLeft() {
      return left !== undefined;
    },
    leave,
    handOverSoon: () => deadlines.set('hand-over', handOverMs, handOver),
    get isHandingOver() {
      return deadlines.has('hand-over');
    },
    handOver,
    stay: () => deadlines.clear('hand-over'),
    giveWay() {
      if (left) return;
      if (voice.isPlaying) line.clear();
      line.close();
      leave({ over: false });
    },
    hear(event) {
      if (event.kind === 'committed') {
        // Committed by us, it ends without being heard to stop.
        callerTurns.stops();
        callerTurns.committed(event.itemId);
      }
      if (event.kind === 'transcribed') callerTurns.transcribed(event.itemId, event.text);
      settle();
    },
    settle,
  };
}
