import { createHash } from 'node:crypto';
import type { Clock } from '#domain/clock.ts';
import type { CallEventQueue } from '#domain/conversations/call-event-queue.ts';
import type { FetchedCall } from '#domain/conversations/call-source.ts';
import type { EventInbox, StoredEvent } from '#domain/conversations/event-inbox.ts';
import { retellConversationId } from '#domain/ids.ts';

interface Deps {
  inbox: EventInbox;
  queue: CallEventQueue;
  clock: Clock;
}

/** Feeds what the vendor told us on our request into the same inbox and queue as what it sends by itself. */
export function keepFetchedCall({ inbox, queue, clock }: Deps) {
  return async (providerId: string, call: FetchedCall, source: StoredEvent['source']): Promise<void> => {
    const conversationId = retellConversationId(providerId);
    const bodyHash = createHash('sha256').update(call.rawBody).digest('hex');
    const eventKey = `retell|${call.eventType}|${providerId}|${bodyHash}`;
    const stored = await inbox.store(
      {
        eventKey,
        provider: 'retell',
        eventType: call.eventType,
        conversationId,
        state: 'received',
        receivedAt: clock.now(),
        source,
      },
      call.rawBody,
    );
    if (stored.outcome === 'stored' || stored.state === 'received') await queue.publish({ eventKey, conversationId });
  };
}
