import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { TextSocket } from './text-socket.ts';
import { WsSocket, wsOptions } from './ws-socket.ts';

export interface AcceptOptions {
  /** A longer message closes the socket with 1009. */
  maxMessageBytes: number;
}

const servers = new Map<number, WebSocketServer>();

function serverFor(maxMessageBytes: number): WebSocketServer {
  const server =
    servers.get(maxMessageBytes) ??
    new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: maxMessageBytes,
      ...wsOptions,
    });
  servers.set(maxMessageBytes, server);
  return server;
}

/** Answers an `upgrade` of a `node:http` server with 101. `undefined` when it asked for no WebSocket: it has its 4xx then. */
export function acceptSocket(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  { maxMessageBytes }: AcceptOptions,
): TextSocket | undefined {
  let accepted: TextSocket | undefined;
  serverFor(maxMessageBytes).handleUpgrade(request, socket, head, (ws) => {
    accepted = new WsSocket(ws);
  });
  return accepted;
}
