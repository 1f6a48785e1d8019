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
