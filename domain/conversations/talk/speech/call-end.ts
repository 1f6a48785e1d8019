import type { Clock } from '../../../clock.ts';
import { languageOf } from '../../../language.ts';
import { errorFields, type Log, type LogFields } from '../../../log.ts';
import type { LiveTalk } from '../live-talk.ts';
import type { Ending } from '../talk.ts';
import type { AgentVoice } from './agent-voice.ts';
import { createCallLimit } from './call-limit.ts';
import type { Deadlines } from './deadlines.ts';
import type { Departure } from './departure.ts';
import type { ModelLink } from './model-link.ts';
import type { CallControl, LineEnd, PhoneLine } from './phone-line.ts';
import type { PreparedName } from './prepared-audio.ts';
import { guarded } from './speech-model.ts';
import { speechWords } from './speech-words.ts';

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
  /** From now on the call is held to its longest time. */
  limit(): void;
  /** The call ends so, once this has been said and heard. */
  finish(ending: Ending, lastWord: string): void;
  /** No model will speak on this call any more: a person does, or a number is taken to call back. */
  fallBack(reason: 'misconfigured' | 'failed' | 'response' | 'busy'): void;
  /** The call goes on, in any case for as long as it takes to end one. */
  takeBack(): void;
  /** Has the last word said: by the model, or by a prepared sentence where it cannot. */
  say(): void;
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
  talk: Pick<LiveTalk, 'end' | 'personNow' | 'openedAtMs' | 'language'>;
  line: Pick<PhoneLine, 'close'>;
  control: Pick<CallControl, 'hangUp' | 'goOn'>;
  link: Pick<ModelLink, 'session' | 'close'>;
  voice: AgentVoice;
  departure: Pick<Departure, 'hasLeft' | 'leave'>;
  deadlines: Deadlines<'act' | 'save' | 'leave' | 'limit'>;
  clock: Clock;
  log: Log;
  where: LogFields;
  maxCallMs: number;
}

interface EndHandlers {
  /** It is on record how the call ends: nothing else is waited for. */
  decided(): void;
  /** The model failed so often that it is not asked for the last word. */
  hasFailed(): boolean;
}

export function createCallEnd(deps: Deps, handlers: EndHandlers): CallEnd {
  const { talk, line, control, link, voice, departure, deadlines, clock, log, where } = deps;
  const startedMs = clock.now();
  const limit = createCallLimit(deps, timeIsUp);
  let decided: { ending: Ending; lastWord: string; saved: Promise<void> } | undefined;
  let isSaid = false;
  let isOrdered = false;

  const isFinal = () => isOrdered || departure.hasLeft;

  function timeIsUp(): void {
    if (decided || departure.hasLeft) return;
    const number = talk.personNow();
    const words = speechWords[languageOf(talk.language)];
    voice.silence();
    link.session?.interrupt();
    if (number) finish({ kind: 'transfer', number }, words.timeIsUpTransfer);
    else finish({ kind: 'hangup' }, words.timeIsUpGoodbye);
  }

  function finish(ending: Ending, lastWord: string): void {
    if (isFinal()) return;
    decide(ending, lastWord);
    say();
  }

  function decide(ending: Ending, lastWord: string): void {
    const saved = talk.end(ending).catch((error: unknown) => {
      log.error('talk.save-failed', { ...where, ...errorFields(error) });
    });
    decided = { ending, lastWord, saved };
    isSaid = false;
    limit.clear();
    handlers.decided();
  }

  function say(): void {
    if (!decided) return;
    const { ending, lastWord } = decided;
    const session = handlers.hasFailed() ? undefined : link.session;
    if (!session || !lastWord) return play(ending.kind === 'hangup' ? 'goodbye' : `trouble-${ending.kind}`);
    session.listen(guarded);
    session.respond({ purpose: 'ending', say: lastWord, urgent: true });
    deadlines.set('act', voice.remainingMs + lastWordMs, () => (voice.isPlaying ? orderAfterSound() : order()));
  }

  function orderAfterSound(): void {
    deadlines.set('act', voice.heardWithinMs, order);
  }

  function play(name: PreparedName): void {
    voice.prepared(name);
    isSaid = true;
    orderAfterSound();
  }

  function order(): void {
    if (isFinal() || !decided) return;
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
      return isFinal();
    },
    limit: limit.set,
    finish,
    fallBack(reason) {
      if (isFinal()) return;
      link.close();
      if (decided) {
        if (!isSaid) say();
        return;
      }
      log.warn('voice.fallback', { ...where, reason, durationMs: clock.now() - startedMs });
      const number = talk.personNow();
      decide(number ? { kind: 'transfer', number } : { kind: 'callback' }, '');
      play(`${reason === 'busy' ? 'busy' : 'trouble'}-${number ? 'transfer' : 'callback'}`);
    },
    takeBack() {
      deadlines.clear('act');
      decided = undefined;
      limit.extend();
    },
    say,
    made() {
      isSaid = true;
    },
    sent: orderAfterSound,
    heard() {
      if (isSaid) order();
    },
    lineEnded(how) {
      const kind = decided?.ending.kind;
      if (how === 'broken' && !isFinal()) log.warn('stream.broken', where);
      // A call that was sent on goes on without us: its own end is told by whoever hears of it.
      const wasSentOn = isOrdered && kind !== 'hangup';
      departure.leave({ over: how === 'hung-up' ? !wasSentOn : kind === 'hangup' });
    },
  };
}
