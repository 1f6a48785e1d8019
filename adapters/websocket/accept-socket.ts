import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { FramedSocket } from './framed-socket.ts';
import { acceptKey, checkUpgrade } from './handshake.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import type { TextSocket } from './text-socket.ts';

export interface AcceptOptions {
  /** A longer message closes the socket with 1009. */
  maxMessageBytes: number;
}

/** Answers an `upgrade` of a `node:http` server with 101. `undefined` when it asked for no WebSocket: it has its 4xx then. */
export function acceptSocket(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  { maxMessageBytes }: AcceptOptions,
): TextSocket | undefined {
  const check = checkUpgrade(request);
  if ('status' in check) {
    refuseUpgrade(socket, check.status, check.status === 426 ? { 'Sec-WebSocket-Version': '13' } : {});
    return undefined;
  }
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptKey(check.key)}\r\n\r\n`,
  );
  return new FramedSocket(socket as Socket, { role: 'server', maxMessageBytes, head });
}
