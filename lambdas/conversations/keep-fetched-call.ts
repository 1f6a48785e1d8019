import type { Clock } from '#domain/clock.ts';
import type { CallEventQueue } from '#domain/conversations/call-event-queue.ts';
import type { Carrier, FetchedCall } from '#domain/conversations/call-source.ts';
import type { EventInbox, StoredEvent } from '#domain/conversations/event-inbox.ts';
import { type ClinicId, retellConversationId, twilioConversationId } from '#domain/ids.ts';

const conversationIdOf = { retell: retellConversationId, twilio: twilioConversationId } as const;

interface Deps {
  inbox: EventInbox;
  queue: CallEventQueue;
  clock: Clock;
}

/**
 * Feeds what the vendor told us on our request into the same inbox and queue as what it sends by itself. Kept once per
 * kind of event: the vendor signs its links anew at each request, which makes other bytes of the same knowledge. Answers
 * whether it is on its way to the merge.
 *
 * `clinicId`: of whom it is known to be, so that it can be no other's.
 */
export function keepFetchedCall({ inbox, queue, clock }: Deps) {
  return async (
    { provider, providerId, clinicId }: { provider: Carrier; providerId: string; clinicId?: ClinicId },
    call: FetchedCall,
    source: StoredEvent['source'],
  ): Promise<boolean> => {
    const conversationId = conversationIdOf[provider](providerId);
    const eventKey = `${provider}|${call.eventType}|${providerId}|fetched`;
    const stored = await inbox.store(
      {
        eventKey,
        provider,
        eventType: call.eventType,
        conversationId,
        state: 'received',
        receivedAt: clock.now(),
        source,
        ...(clinicId && { clinicId }),
      },
      call.rawBody,
    );
    const onItsWay = stored.outcome === 'stored' || stored.state === 'received';
    if (onItsWay) await queue.publish({ eventKey, conversationId });
    return onItsWay;
  };
}
