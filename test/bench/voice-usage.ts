import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Usage {
  /** User and system time since the start of the process. */
  cpuMs: number;
  rssBytes: number;
  /** How long it was ready to run and its core was taken by others, where the system tells. */
  waitedMs: number;
}

function waitedMs(): number {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0; // Another system: nothing is known of it.
  }
}

/** In a service under test: tells whoever measures it where it listens, and what it has used when asked. */
export function answerUsage(server: Server): void {
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    const usage = { cpuMs: (user + system) / 1000, rssBytes: process.memoryUsage.rss(), waitedMs: waitedMs() };
    process.send?.(usage satisfies Usage);
  });
  // In good order, so that a profile is written where one was asked for.
  for (const end of ['disconnect', 'SIGTERM'] as const) process.on(end, () => process.exit());
  process.send?.({ port: (server.address() as AddressInfo).port });
}
