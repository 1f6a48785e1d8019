import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** One kind of socket the voice service takes, as the server mounts it. */
export interface Wire {
  /** Takes a socket over, or refuses it. The socket's errors are the wire's business from here on. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Calls going on now. */
  live(): number;
  /** Lets go of every call in the way after which its vendor goes on with another task. Resolves when all are saved. */
  handOver(): Promise<void>;
}

/** Refuses a socket before it is one, with nothing that tells why. */
export function refuseUpgrade(socket: Duplex, status: 400 | 403 | 404 | 503): void {
  const words = { 400: 'Bad Request', 403: 'Forbidden', 404: 'Not Found', 503: 'Service Unavailable' };
  socket.end(`HTTP/1.1 ${status} ${words[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
