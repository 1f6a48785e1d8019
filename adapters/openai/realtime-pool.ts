import type { ConnectOptions } from '#adapters/websocket/connect-socket.ts';
import type { TextSocket } from '#adapters/websocket/text-socket.ts';
import type { Clock } from '#domain/clock.ts';
import type { Timers } from '#domain/conversations/talk/timers.ts';
import { ModelFault } from '#domain/conversations/talk/text/text-model.ts';
import { errorFields, type Log } from '#domain/log.ts';
import { readEvent } from './realtime-events.ts';

/** Far below the hour a session may last, and short enough that nothing on the way has forgotten the connection. */
const freshMs = 90_000;
const openingMs = 2_500;
/** Longer than any message with audio; the vendor's own limit is 15 MiB. */
const maxMessageBytes = 1024 * 1024;
const firstPauseMs = 1_000;
const longestPauseMs = 30_000;

export type Connect = (url: string, options: ConnectOptions) => Promise<TextSocket>;

export interface PoolOptions {
  /** Such as `wss://api.openai.com/v1/realtime`. */
  url: string;
  /** Read for each connection, so that a rotated key is taken up. */
  key(): Promise<string>;
  connect: Connect;
  /** For which models sockets are kept open, and how many of each. */
  models: readonly string[];
  spare: number;
  clock: Clock;
  timers: Timers;
  log: Log;
}

/** Sockets to the model on which `session.created` has come and nothing else was said: a call takes one as it begins. */
export interface RealtimePool {
  /** One that is open, or a new one. @throws ModelFault */
  take(model: string, signal: AbortSignal): Promise<TextSocket>;
  /** Begins to keep sockets open. */
  start(): void;
  stop(): void;
  /** Open and not taken. */
  spareCount(): number;
}

interface Spare {
  socket: TextSocket;
  openedAtMs: number;
}

export function createRealtimePool(options: PoolOptions): RealtimePool {
  const { url, key, connect, models, spare, clock, timers, log } = options;
  const spares = new Map<string, Spare[]>(models.map((model) => [model, []]));
  const opening = new Map<string, number>();
  const givenUp = new AbortController();
  let isRunning = false;
  let pauseMs = 0;
  let pausing: unknown;
  let ageing: unknown;

  async function open(model: string, signal: AbortSignal): Promise<TextSocket> {
    const address = new URL(url);
    address.searchParams.set('model', model);
    let socket: TextSocket;
    try {
      socket = await connect(address.href, {
        headers: { Authorization: `Bearer ${await key()}` },
        handshakeTimeoutMs: openingMs,
        maxMessageBytes,
        signal,
      });
    } catch (error) {
      throw signal.aborted ? signal.reason : connectFault(error);
    }
    const { promise, resolve, reject } = Promise.withResolvers<TextSocket>();
    const fail = (fault: unknown) => {
      socket.onMessage = () => undefined;
      socket.onClose = () => undefined;
      socket.terminate();
      reject(fault);
    };
    const abort = () => fail(signal.reason);
    const late = timers.set(() => fail(new ModelFault('timeout', 'no session was created in time')), openingMs);
    socket.onClose = (code) => fail(new ModelFault('failed', `the socket closed with ${code} before a session`));
    socket.onMessage = (message) => {
      const event = readEvent(message);
      if (event?.type === 'session.created') resolve(socket);
      else if (event?.type === 'error') fail(refusalOf(event.error.code));
    };
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    try {
      return await promise;
    } finally {
      timers.clear(late);
      signal.removeEventListener('abort', abort);
    }
  }

  function fill(): void {
    if (!isRunning || pausing !== undefined) return;
    for (const model of models) {
      const missing = spare - (spares.get(model)?.length ?? 0) - (opening.get(model) ?? 0);
      for (let i = 0; i < missing; i++) void openSpare(model);
    }
    age();
  }

  async function openSpare(model: string): Promise<void> {
    opening.set(model, (opening.get(model) ?? 0) + 1);
    try {
      const socket = await open(model, givenUp.signal);
      if (!isRunning) return socket.close(1000);
      pauseMs = 0;
      keep(model, socket);
    } catch (error) {
      if (!isRunning) return;
      const isRefused = error instanceof ModelFault && error.kind === 'refused';
      log[isRefused ? 'error' : 'warn'](isRefused ? 'model.misconfigured' : 'model.failed', {
        reason: 'spare',
        ...errorFields(error),
      });
      pause();
    } finally {
      opening.set(model, (opening.get(model) ?? 1) - 1);
      fill();
    }
  }

  function keep(model: string, socket: TextSocket): void {
    const kept = spares.get(model);
    const entry = { socket, openedAtMs: clock.now() };
    kept?.push(entry);
    socket.onMessage = () => undefined;
    socket.onClose = () => {
      const at = kept?.indexOf(entry) ?? -1;
      if (at === -1) return;
      kept?.splice(at, 1);
      // A vendor that closes what it opened is not to be asked again at once.
      pause();
    };
  }

  /** While the vendor fails, sockets are tried for less and less often. */
  function pause(): void {
    if (!isRunning || pausing !== undefined) return;
    pauseMs = Math.min(longestPauseMs, pauseMs === 0 ? firstPauseMs : pauseMs * 2);
    pausing = timers.set(() => {
      pausing = undefined;
      fill();
    }, pauseMs);
  }

  /** Replaces what has been open for long. */
  function age(): void {
    if (ageing !== undefined || !isRunning) return;
    const oldest = Math.min(...[...spares.values()].flat().map(({ openedAtMs }) => openedAtMs));
    if (oldest === Infinity) return;
    ageing = timers.set(
      () => {
        ageing = undefined;
        for (const kept of spares.values()) for (const entry of [...kept]) if (!isFresh(entry)) letGo(kept, entry);
        fill();
        age();
      },
      Math.max(0, oldest + freshMs - clock.now()),
    );
  }

  const isFresh = ({ openedAtMs }: Spare): boolean => clock.now() - openedAtMs < freshMs;

  function letGo(kept: Spare[], entry: Spare): void {
    kept.splice(kept.indexOf(entry), 1);
    entry.socket.onClose = () => undefined;
    entry.socket.close(1000);
  }

  return {
    async take(model, signal) {
      const kept = spares.get(model) ?? [];
      while (kept.length > 0) {
        const entry = kept[0] as Spare;
        if (!isFresh(entry)) {
          letGo(kept, entry);
          continue;
        }
        kept.shift();
        fill();
        return entry.socket;
      }
      return open(model, signal);
    },
    start() {
      isRunning = true;
      fill();
    },
    stop() {
      isRunning = false;
      givenUp.abort(new ModelFault('failed', 'the service stops'));
      timers.clear(pausing);
      timers.clear(ageing);
      for (const kept of spares.values()) for (const entry of [...kept]) letGo(kept, entry);
    },
    spareCount: () => [...spares.values()].reduce((sum, kept) => sum + kept.length, 0),
  };
}

/** The answer to an upgrade says whether asking again may help. */
function connectFault(error: unknown): ModelFault {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  if (typeof status !== 'number') return new ModelFault('failed', 'the model cannot be reached', { cause: error });
  const kind = status === 429 ? 'busy' : status >= 400 && status < 500 && status !== 408 ? 'refused' : 'failed';
  return new ModelFault(kind, `the model answered the upgrade with ${status}`);
}

function refusalOf(code: string | null | undefined): ModelFault {
  const kind = code === 'rate_limit_exceeded' ? 'busy' : code === 'server_error' ? 'failed' : 'refused';
  return new ModelFault(kind, `the model refused a session: ${code ?? 'no code'}`);
}
