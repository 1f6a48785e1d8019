import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Answers an upgrade with a status in place of 101, and nothing else. */
export function refuseUpgrade(socket: Duplex, status: number, headers: Record<string, string> = {}): void {
  // A peer that is gone already must not end the process.
  socket.on('error', () => socket.destroy());
  const lines = Object.entries({ Connection: 'close', 'Content-Length': '0', ...headers });
  socket.once('finish', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
  );
}
