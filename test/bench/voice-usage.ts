import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Usage {
  /** User and system time since the start of the process. */
  cpuMs: number;
  rssBytes: number;
}

/** In a service under test: tells whoever measures it where it listens, and what it has used when asked. */
export function answerUsage(server: Server): void {
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuMs: (user + system) / 1000, rssBytes: process.memoryUsage.rss() } satisfies Usage);
  });
  // In good order, so that a profile is written where one was asked for.
  for (const end of ['disconnect', 'SIGTERM'] as const) process.on(end, () => process.exit());
  process.send?.({ port: (server.address() as AddressInfo).port });
}
