import { createHash } from 'node:crypto';
import type { Clock } from '#domain/clock.ts';
import type { EventInbox, StoredEvent } from '#domain/conversations/event-inbox.ts';
import type { Log } from '#domain/log.ts';

interface Deps {
  inbox: EventInbox;
  clock: Clock;
  log: Log;
}

/** Keeps authentic bytes that cannot be read, once, for a person to look at: perhaps the vendor has changed its words. */
export function keepPoison({ inbox, clock, log }: Deps, provider: StoredEvent['provider']) {
  return async (kind: 'unreadable' | 'unreadable-ring', rawBody: Uint8Array): Promise<void> => {
    const eventKey = `${provider}|${kind}|${createHash('sha256').update(rawBody).digest('hex')}`;
    log.error('event.poison', { eventKey });
    await inbox.store(
      {
        eventKey,
        provider,
        eventType: 'unreadable',
        state: 'poison',
        reason: 'unreadable',
        receivedAt: clock.now(),
        source: 'webhook',
      },
      rawBody,
    );
  };
}
