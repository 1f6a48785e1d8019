import { randomBytes } from 'node:crypto';
import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import { FramedSocket } from './framed-socket.ts';
import { isAcceptedBy } from './handshake.ts';
import type { TextSocket } from './text-socket.ts';

export interface ConnectOptions {
  headers?: Record<string, string>;
  /** From the call to the server's 101, the name's look-up and TLS included. */
  handshakeTimeoutMs: number;
  /** A longer message closes the socket with 1009. */
  maxMessageBytes: number;
  /** Gives up a connection that is not open yet. */
  signal?: AbortSignal;
}

/** The server answered the upgrade with something else than 101. */
export class UpgradeRefused extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`the upgrade was answered with ${status}`);
    this.status = status;
  }
}

/** Keeps no connection, but the TLS sessions that make the next ones cheaper. */
const agent = { 'http:': new http.Agent({ keepAlive: false }), 'https:': new https.Agent({ keepAlive: false }) };

/**
 * Opens a socket to `ws:` or `wss:`.
 * @throws UpgradeRefused when the server would not; another Error when there was no server, no time left or an abort.
 */
export async function connectSocket(url: string, options: ConnectOptions): Promise<TextSocket> {
  const { headers, handshakeTimeoutMs, maxMessageBytes, signal } = options;
  signal?.throwIfAborted();
  const target = new URL(url.replace(/^ws/, 'http'));
  const isSecure = target.protocol === 'https:';
  const key = randomBytes(16).toString('base64');
  const { promise, resolve, reject } = Promise.withResolvers<TextSocket>();
  const request = (isSecure ? https : http).request(target, {
    agent: agent[isSecure ? 'https:' : 'http:'],
    headers: {
      ...headers,
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': key,
      'sec-websocket-version': '13',
    },
  });
  request.on('error', reject);
  request.once('response', (response) => {
    reject(new UpgradeRefused(response.statusCode ?? 0));
    response.destroy();
  });
  request.once('upgrade', (response, socket, head) => {
    if (isAcceptedBy(response, key)) {
      resolve(new FramedSocket(socket as Socket, { role: 'client', maxMessageBytes, head }));
    } else {
      socket.destroy();
      reject(new Error('the server accepted another kind of upgrade'));
    }
  });
  const timer = setTimeout(() => request.destroy(new Error('the handshake has taken too long')), handshakeTimeoutMs);
  const abort = () => request.destroy(new Error('the connection was given up', { cause: signal?.reason }));
  signal?.addEventListener('abort', abort, { once: true });
  request.end();
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
