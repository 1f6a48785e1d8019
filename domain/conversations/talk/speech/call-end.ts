import { errorFields, type Log, type LogFields } from '../../../log.ts';
import type { LiveTalk } from '../live-talk.ts';
import type { Ending } from '../talk.ts';
import type { AgentVoice } from './agent-voice.ts';
import type { Deadlines } from './deadlines.ts';
import type { Departure } from './departure.ts';
import type { CallControl, LineEnd, PhoneLine } from './phone-line.ts';
import type { PreparedName } from './prepared-audio.ts';
import { guarded, type SpeechSession } from './speech-model.ts';

/** A last sentence that the model does not begin to say within this is said without it. */
const lastWordMs = 6_000;
const savingMs = 2_000;
/** After an order to the vendor, the stream is over within this or closed by us. */
const leavingMs = 5_000;

/**
 * How a call ends: put on record, then said to the caller to the last word, and only when that was heard, ordered from
 * the vendor. Until the order, an alarm takes it back.
 */
export interface CallEnd {
  /** What is on record, from when it was decided. */
  readonly ending: Ending | undefined;
  /** The last word was made: only its end is waited for. */
  readonly isSaid: boolean;
  /** The vendor was told, or we have left: nothing takes it back any more. */
  readonly isFinal: boolean;
  /** Puts it on record. Without a last word a prepared sentence stands for it. */
  decide(ending: Ending, lastWord?: string): void;
  takeBack(): void;
  /** Has the last word said: by the model, where there is one and a word for it to say. */
  say(session: SpeechSession | undefined): void;
  /** A prepared sentence in place of the last word. */
  play(name: PreparedName): void;
  /** The model has made the last word. */
  made(): void;
  /** Its sound has all been sent. */
  sent(): void;
  /** Nothing plays any more: if it was said, it was heard. */
  heard(): void;
  /** The caller's side is gone, before its end or because of it. */
  lineEnded(how: LineEnd): void;
}

interface Deps {
  talk: Pick<LiveTalk, 'end'>;
  line: Pick<PhoneLine, 'close'>;
  control: Pick<CallControl, 'hangUp' | 'goOn'>;
  voice: Pick<AgentVoice, 'prepared' | 'isPlaying' | 'remainingMs' | 'heardWithinMs'>;
  departure: Pick<Departure, 'hasLeft' | 'leave'>;
  deadlines: Deadlines<'act' | 'save' | 'leave'>;
  log: Log;
  where: LogFields;
}

export function createCallEnd(deps: Deps): CallEnd {
  const { talk, line, control, voice, departure, deadlines, log, where } = deps;
  let decided: { ending: Ending; lastWord: string; saved: Promise<void> } | undefined;
  let isSaid = false;
  let isOrdered = false;

  function orderAfterSound(): void {
    deadlines.set('act', voice.heardWithinMs, order);
  }

  function play(name: PreparedName): void {
    voice.prepared(name);
    isSaid = true;
    orderAfterSound();
  }

  function order(): void {
    if (isOrdered || departure.hasLeft || !decided) return;
    const { ending, saved } = decided;
    isOrdered = true;
    deadlines.clear('act');
    const { promise: late, resolve } = Promise.withResolvers<void>();
    deadlines.set('save', savingMs, resolve);
    void Promise.race([saved, late])
      .then(() => (ending.kind === 'hangup' ? control.hangUp() : control.goOn()))
      .then(
        (outcome) => {
          if (outcome === 'over') departure.leave({ over: true });
          else deadlines.set('leave', leavingMs, () => line.close());
        },
        (error: unknown) => {
          log.error('transfer.failed', { ...where, outcome: ending.kind, ...errorFields(error) });
          // The vendor asks what comes next when the stream is over.
          line.close();
        },
      );
  }

  return {
    get ending() {
      return decided?.ending;
    },
    get isSaid() {
      return isSaid;
    },
    get isFinal() {
      return isOrdered || departure.hasLeft;
    },
    decide(ending, lastWord = '') {
      const saved = talk.end(ending).catch((error: unknown) => {
        log.error('talk.save-failed', { ...where, ...errorFields(error) });
      });
      decided = { ending, lastWord, saved };
      isSaid = false;
    },
    takeBack() {
      deadlines.clear('act');
      decided = undefined;
    },
    say(session) {
      if (!decided) return;
      const { ending, lastWord } = decided;
      if (!session || !lastWord) return play(ending.kind === 'hangup' ? 'goodbye' : `trouble-${ending.kind}`);
      session.listen(guarded);
      session.respond({ purpose: 'ending', say: lastWord, urgent: true });
      deadlines.set('act', voice.remainingMs + lastWordMs, () => (voice.isPlaying ? orderAfterSound() : order()));
    },
    play,
    made() {
      isSaid = true;
    },
    sent: orderAfterSound,
    heard() {
      if (isSaid) order();
    },
    lineEnded(how) {
      const kind = decided?.ending.kind;
      if (how === 'broken' && !departure.hasLeft && !isOrdered) log.warn('stream.broken', where);
      // A call that was sent on goes on without us: its own end is told by whoever hears of it.
      const wasSentOn = isOrdered && kind !== 'hangup';
      departure.leave({ over: how === 'hung-up' ? !wasSentOn : kind === 'hangup' });
    },
  };
}
