import { WebSocket } from 'ws';
import type { TextSocket } from './text-socket.ts';
import { WsSocket, wsOptions } from './ws-socket.ts';

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

/**
 * Opens a socket to `ws:` or `wss:`.
 * @throws UpgradeRefused when the server would not; another Error when there was no server, no time left or an abort.
 */
export async function connectSocket(url: string, options: ConnectOptions): Promise<TextSocket> {
  const { headers, handshakeTimeoutMs, maxMessageBytes, signal } = options;
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<TextSocket>();
  const socket = new WebSocket(url, {
    ...(headers && { headers }),
    handshakeTimeout: handshakeTimeoutMs,
    maxPayload: maxMessageBytes,
    ...wsOptions,
  });
  const abort = () => socket.terminate();
  signal?.addEventListener('abort', abort, { once: true });
  socket.once('open', () => {
    socket.off('error', reject);
    resolve(new WsSocket(socket));
  });
  socket.on('error', reject);
  socket.once('unexpected-response', (request, response) => {
    request.destroy();
    reject(new UpgradeRefused(response.statusCode ?? 0));
  });
  try {
    return await promise;
  } catch (error) {
    // An abandoned handshake still reports its end.
    socket.on('error', () => undefined);
    socket.terminate();
    throw signal?.aborted ? new Error('the connection was given up', { cause: signal.reason }) : error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}
