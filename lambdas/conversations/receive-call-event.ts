import { createHash } from 'node:crypto';
import { isMergedEventType, providerIdOf, RetellWebhook, routingHints } from '#adapters/retell/call-event.ts';
import type { Secret } from '#adapters/secrets/secret.ts';
import { errorAnswer, type HttpAnswer, type HttpRequest } from '#lambdas/http.ts';
import { keepPoison } from '#lambdas/keep-poison.ts';
import { retellRequests } from '#lambdas/retell-request.ts';
import type { Clock } from '#domain/clock.ts';
import type { CallEventQueue } from '#domain/conversations/call-event-queue.ts';
import type { EventInbox } from '#domain/conversations/event-inbox.ts';
import { maskNumber } from '#domain/conversations/mask-number.ts';
import { retellConversationId } from '#domain/ids.ts';
import type { Log } from '#domain/log.ts';

/** Five megabytes, the most a conversation of an hour comes to with room to spare. */
const largestBytes = 5_000_000;

interface Deps {
  retellKey: Secret;
  inbox: EventInbox;
  queue: CallEventQueue;
  clock: Clock;
  log: Log;
}

/**
 * Takes a Retell event in: verified, stored once, queued by its key, answered. The same event again changes nothing;
 * one that was stored and perhaps never queued is queued. Whose it is and what it says is for later.
 */
export function receiveCallEvent({ retellKey, inbox, queue, clock, log }: Deps) {
  const authenticate = retellRequests({ key: retellKey, clock, log });
  const poison = keepPoison({ inbox, clock, log }, 'retell');

  return async (request: HttpRequest): Promise<HttpAnswer> => {
    const checked = await authenticate(request, largestBytes);
    if (!checked.authentic) return checked.answer;
    const { rawBody } = request;
    const parsed = RetellWebhook.safeParse(checked.body);
    if (!parsed.success) {
      await poison('unreadable', rawBody);
      return errorAnswer(
        400,
        'unreadable-event',
        'The body is not a Retell event: it needs "event" and a "call" with call_id or a "chat" with chat_id.',
      );
    }

    const webhook = parsed.data;
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
        source: 'webhook',
      },
      rawBody,
    );
    if (!merged) {
      log.info('event.ignored', { conversationId, eventKey });
      return { status: 204 };
    }
    if (stored.outcome === 'duplicate') log.info('event.duplicate', { conversationId, eventKey });
    if (stored.outcome === 'stored' || stored.state === 'received') await queue.publish({ eventKey, conversationId });
    if (stored.outcome === 'stored') log.info('event.received', { conversationId, eventKey, eventType });
    return { status: 204 };
  };
}
