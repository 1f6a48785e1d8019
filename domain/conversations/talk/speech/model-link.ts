import type { Clock } from '../../../clock.ts';
import { errorFields, type Log, type LogFields } from '../../../log.ts';
import { ModelFault } from '../text/text-model.ts';
import type { Deadlines } from './deadlines.ts';
import { createKeptAudio } from './kept-audio.ts';
import type { SpeechEvent, SpeechLoss, SpeechModels, SpeechSession, SpeechSetup, SpokenItem } from './speech-model.ts';

/** Two attempts that hang, or three that fail at once, are as long as somebody holds a silent line. */
const attemptMs = 2_800;
const pausesMs = [300, 1_000];
const mostFailures = pausesMs.length + 1;
const patienceMs = 5_000;
/** A session that opens and stays silent costs the caller more than one that cannot be had. */
const silentSession = 2;
/** A session that is lost sooner than this without having said anything was none. */
const stillbornMs = 10_000;

export interface LinkHandlers {
  onAudio(item: SpokenItem, payload: Buffer): void;
  onEvent(event: SpeechEvent): void;
  /** A session is there; it knows what was said before. */
  onLive(session: SpeechSession, isFirst: boolean): void;
  /** The session is gone, and another one is sought. */
  onLost(): void;
  /** There will be none. */
  onGivenUp(reason: 'misconfigured' | 'failed'): void;
}

/** The model's side of a call: a session, and another one when it is lost. Keeps the caller's words in between. */
export interface ModelLink {
  /** The session, while there is one. */
  readonly session: SpeechSession | undefined;
  /** Counts sessions: items of a former one mean nothing to this one. */
  readonly generation: number;
  /** There is no session any more, and none is sought. */
  readonly isClosed: boolean;
  open(): void;
  /** The caller's audio; kept while there is no session. */
  hear(payload: Buffer): void;
  /** The session is of no use any more: as if it had been lost. */
  renew(): void;
  /** Ends the session and the search for one, at once. */
  close(): void;
}

interface LinkDeps {
  models: SpeechModels;
  deadlines: Deadlines<'attempt' | 'pause'>;
  clock: Clock;
  log: Log;
  where: LogFields;
}

export function createModelLink(
  { models, deadlines, clock, log, where }: LinkDeps,
  setup: () => SpeechSetup,
  handlers: LinkHandlers,
): ModelLink {
  const kept = createKeptAudio();
  let session: SpeechSession | undefined;
  let generation = 0;
  let failures = 0;
  let isClosed = false;
  let liveSinceMs = 0;
  let hasSpoken = false;
  let hasBeenLive = false;
  /** Since when there has been no session. */
  let soughtSinceMs: number | undefined;
  let attempt: AbortController | undefined;

  function open(): void {
    const own = ++generation;
    soughtSinceMs ??= clock.now();
    const abort = new AbortController();
    attempt = abort;
    const isCurrent = () => own === generation && !isClosed;
    deadlines.set('attempt', attemptMs, () => abort.abort(new ModelFault('timeout', 'no session of speech in time')));
    const events = {
      onAudio(item: SpokenItem, payload: Buffer) {
        if (own !== generation) return;
        hasSpoken = true;
        failures = 0;
        handlers.onAudio(item, payload);
      },
      onEvent(event: SpeechEvent) {
        if (isCurrent()) handlers.onEvent(event);
      },
      onLost(loss: SpeechLoss) {
        if (isCurrent()) lose(loss, !hasSpoken && clock.now() - liveSinceMs < stillbornMs ? 1 : 0);
      },
    };
    models.open(setup(), events, { signal: abort.signal }).then(
      (opened) => {
        if (!isCurrent()) return opened.close();
        deadlines.clear('attempt');
        live(opened);
      },
      (error: unknown) => {
        if (!isCurrent()) return;
        deadlines.clear('attempt');
        log.warn('model.failed', {
          ...where,
          reason: error instanceof ModelFault ? error.kind : 'failed',
          ...errorFields(error),
        });
        fail(error instanceof ModelFault && error.kind === 'refused');
      },
    );
    // Whoever does not settle after an abort must not hold the call.
    abort.signal.addEventListener('abort', () => {
      if (!isCurrent()) return;
      generation++;
      log.warn('model.failed', { ...where, reason: 'timeout' });
      fail(false);
    });
  }

  function live(opened: SpeechSession): void {
    session = opened;
    attempt = undefined;
    liveSinceMs = clock.now();
    hasSpoken = false;
    const isFirst = !hasBeenLive;
    hasBeenLive = true;
    if (!isFirst) log.info('model.reconnected', { ...where, durationMs: clock.now() - (soughtSinceMs ?? clock.now()) });
    soughtSinceMs = undefined;
    kept.release((payload) => opened.hear(payload));
    handlers.onLive(opened, isFirst);
  }

  function lose(loss: SpeechLoss, weight: number): void {
    session = undefined;
    log.warn('model.failed', { ...where, reason: loss });
    handlers.onLost();
    if (isClosed) return;
    failures += weight;
    if (loss === 'refused' || loss === 'wrong-format') giveUp('misconfigured');
    else if (weight > 0 && failures >= mostFailures) giveUp('failed');
    else open();
  }

  function fail(isRefused: boolean): void {
    const pauseMs = pausesMs[failures++];
    if (isRefused) giveUp('misconfigured');
    else if (pauseMs === undefined || clock.now() - (soughtSinceMs ?? clock.now()) > patienceMs) giveUp('failed');
    else deadlines.set('pause', pauseMs, open);
  }

  function giveUp(reason: 'misconfigured' | 'failed'): void {
    close();
    if (reason === 'misconfigured') log.error('model.misconfigured', where);
    handlers.onGivenUp(reason);
  }

  function close(): void {
    if (isClosed) return;
    isClosed = true;
    deadlines.clear('attempt');
    deadlines.clear('pause');
    kept.forget();
    attempt?.abort(new ModelFault('failed', 'the call is over'));
    session?.close();
    session = undefined;
  }

  return {
    get session() {
      return session;
    },
    get generation() {
      return generation;
    },
    get isClosed() {
      return isClosed;
    },
    open,
    hear(payload) {
      if (session) session.hear(payload);
      else if (!isClosed) kept.keep(payload);
    },
    renew() {
      session?.close();
      if (session) lose('dropped', silentSession);
    },
    close,
  };
}
