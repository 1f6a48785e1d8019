import { createHash } from 'node:crypto';
import type { Clock } from '#domain/clock.ts';
import type { CallEventQueue } from '#domain/conversations/call-event-queue.ts';
import type { EventInbox } from '#domain/conversations/event-inbox.ts';
import { TalkEvent, type TalkEvents } from '#domain/conversations/talk/talk-event.ts';

interface Deps {
  inbox: Pick<EventInbox, 'store'>;
  queue: CallEventQueue;
  clock: Clock;
  /** Which of our own writers this is: the voice service, or a step of the workflow. */
  source: 'voice' | 'workflow';
}

/**
 * Tells what became of a talk of ours the way vendors' events come: stored once, queued by its key, merged in the order
 * of its call.
 */
export function createTalkEvents({ inbox, queue, clock, source }: Deps): TalkEvents {
  return {
    async tell(told) {
      const event = TalkEvent.parse(told);
      const { conversationId, event: eventType } = event;
      const eventKey = `internal|${eventType}|${conversationId}|${fingerprint(event)}`;
      const stored = await inbox.store(
        {
          eventKey,
          provider: 'internal',
          eventType,
          conversationId,
          state: 'received',
          receivedAt: clock.now(),
          source,
        },
        Buffer.from(JSON.stringify(event)),
      );
      if (stored.outcome === 'stored' || stored.state === 'received') await queue.publish({ eventKey, conversationId });
    },
  };
}

/** The same knowledge has the same name, whenever it is told. */
function fingerprint({ occurredAtMs: _, ...known }: TalkEvent): string {
  return createHash('sha256').update(JSON.stringify(known)).digest('hex');
}
