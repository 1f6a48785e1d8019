import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { refuseUpgrade } from '#adapters/websocket/refuse-upgrade.ts';
import type { Log } from '#domain/log.ts';
import type { Wire } from './wire.ts';

/** Longer than the load balancer keeps a connection it does not use, so that it is never the one to find it closed. */
const keepAliveMs = 75_000;
/** A peer that is slower with a few hundred bytes of headers is none of ours. */
const headersMs = 5_000;
/** An address with its key and a signature fit many times. */
const mostHeaderBytes = 8_192;
/** How often it is told how many calls go on: what the service is scaled by. */
const tellEveryMs = 10_000;
const lookEveryMs = 1_000;

interface Deps {
  /** By the beginning of the path. */
  wires: Readonly<Record<string, Wire>>;
  /** Sockets at once, those included that may never become a call. */
  maxConnections: number;
  log: Log;
  /** Asked each second, and when calls begin or end. */
  tend?(): Promise<void>;
}

export interface VoiceServer {
  /** Answers the port. */
  listen(port: number, host: string): Promise<number>;
  /** Calls going on now. */
  live(): number;
  /**
   * Takes no more calls. Resolves when those going on are over: in their own time, or handed over after `patienceMs`.
   */
  drain(patienceMs: number): Promise<void>;
  close(): Promise<void>;
}

/** The voice service's one door: sockets to their wires, `/health` to the load balancer, nothing else. */
export function createVoiceServer({ wires, maxConnections, log, tend }: Deps): VoiceServer {
  let isDraining = false;
  const live = () => Object.values(wires).reduce((sum, wire) => sum + wire.live(), 0);

  const server: Server = createServer(
    {
      maxHeaderSize: mostHeaderBytes,
      headersTimeout: headersMs,
      requestTimeout: headersMs,
      keepAliveTimeout: keepAliveMs,
      connectionsCheckingInterval: lookEveryMs,
    },
    (request, response) => {
      request.resume();
      const isHealth = pathOf(request.url) === '/health' && (request.method === 'GET' || request.method === 'HEAD');
      // A full task is a healthy one: it sends callers on. Whoever took it away would drop all of its calls.
      const [status, body] = !isHealth
        ? [404, { error: { code: 'not-found', message: 'There is nothing here but /health and sockets.' } }]
        : isDraining
          ? [503, { status: 'draining' }]
          : [200, { status: 'ready', calls: live() }];
      const text = JSON.stringify(body);
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
      response.writeHead(status as number, isDraining ? { ...headers, connection: 'close' } : headers);
      response.end(request.method === 'HEAD' ? undefined : text);
    },
  );
  server.maxConnections = maxConnections;

  server.on('upgrade', (request, socket, head) => {
    // Whatever becomes of it, a peer that is gone must not end the process.
    socket.on('error', () => socket.destroy());
    const path = pathOf(request.url);
    const wire = Object.entries(wires).find(([start]) => path === start || path.startsWith(`${start}/`))?.[1];
    if (!wire) refuseUpgrade(socket, 404);
    else if (isDraining) refuseUpgrade(socket, 503);
    else wire.upgrade(request, socket, head);
  });

  const telling = setInterval(() => log.info('voice.live', { count: live() }), tellEveryMs);
  const tending = setInterval(() => void tend?.(), lookEveryMs);

  /** Resolves when nobody is on the line, or after so long. */
  function untilEmpty(patienceMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const looking = setInterval(() => live() === 0 && resolve(), 50);
    const patience = setTimeout(resolve, patienceMs);
    if (live() === 0) resolve();
    return promise.finally(() => {
      clearInterval(looking);
      clearTimeout(patience);
    });
  }

  return {
    async listen(port, host) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      server.once('error', reject);
      server.listen(port, host, resolve);
      await promise;
      return (server.address() as AddressInfo).port;
    },

    live,

    async drain(patienceMs) {
      isDraining = true;
      log.info('voice.draining', { count: live() });
      await untilEmpty(patienceMs);
      const left = live();
      if (left === 0) return;
      log.warn('talk.handed-over', { count: left });
      await Promise.all(Object.values(wires).map((wire) => wire.handOver()));
    },

    async close() {
      clearInterval(telling);
      clearInterval(tending);
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      server.closeAllConnections();
      await promise;
    },
  };
}

const pathOf = (url: string | undefined): string => (url ?? '').split('?', 1)[0] ?? '';
