import { createHash } from 'node:crypto';
import { isMergedEventType, providerIdOf, type RetellWebhook, routingHints } from '#adapters/retell/call-event.ts';
import type { Clock } from '#domain/clock.ts';
import type { CallEventQueue } from '#domain/conversations/call-event-queue.ts';
import type { EventInbox, StoredEvent } from '#domain/conversations/event-inbox.ts';
import { maskNumber } from '#domain/conversations/mask-number.ts';
import { retellConversationId } from '#domain/ids.ts';
import type { Log } from '#domain/log.ts';

interface Deps {
  inbox: EventInbox;
  queue: CallEventQueue;
  clock: Clock;
  log: Log;
}

/**
 * Keeps an authentic event of Retell's once and queues it by its key. The same event again changes nothing; one that was
 * stored and perhaps never queued is queued.
 */
export function storeRetellEvent({ inbox, queue, clock, log }: Deps) {
  return async (
    webhook: RetellWebhook,
    rawBody: Uint8Array,
    from: Pick<StoredEvent, 'source' | 'clinicId'>,
  ): Promise<void> => {
    const providerId = providerIdOf(webhook);
    const conversationId = retellConversationId(providerId);
    const eventType = webhook.event.replace(/[^A-Za-z0-9_-]/g, '?');
    const eventKey = `retell|${eventType}|${providerId}|${createHash('sha256').update(rawBody).digest('hex')}`;
    const { clinicNumber } = routingHints(webhook);
    const merged = isMergedEventType(webhook.event);
    const stored = await inbox.store(
      {
        eventKey,
        provider: 'retell',
        eventType,
        conversationId,
        state: merged ? 'received' : 'ignored',
        maskedNumber: clinicNumber && maskNumber(clinicNumber),
        receivedAt: clock.now(),
        ...from,
      },
      rawBody,
    );
    if (!merged) {
      log.info('event.ignored', { conversationId, eventKey });
      return;
    }
    if (stored.outcome === 'duplicate') log.info('event.duplicate', { conversationId, eventKey });
    if (stored.outcome === 'stored' || stored.state === 'received') await queue.publish({ eventKey, conversationId });
    if (stored.outcome === 'stored') log.info('event.received', { conversationId, eventKey, eventType });
  };
}
