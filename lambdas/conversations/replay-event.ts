import type { CallEventQueue } from '#domain/conversations/call-event-queue.ts';
import type { EventInbox, StoredEvent } from '#domain/conversations/event-inbox.ts';
import { type ClinicId, ConversationId } from '#domain/ids.ts';
import type { Notice } from '#domain/messages/notice.ts';
import { storedMessageNotice } from './texting/message-notice.ts';

/** What became of the wish to replay one event. */
export type ReplayOutcome =
  { outcome: 'replayed' } | { outcome: 'nothing-to-replay'; message: string } | { outcome: 'no-such-event' };

interface Deps {
  inbox: EventInbox;
  queue: CallEventQueue;
  /** Where what was written to a clinic's number waits to be answered. */
  notices: { tellAgain(notice: Notice): Promise<void> };
}

const isRing = ({ eventType, eventKey }: StoredEvent): boolean =>
  ['call_inbound', 'chat_inbound', 'incoming-call'].includes(eventType) || /^\w+\|unreadable-ring\|/.test(eventKey);

/** The queue's group of events that could not be read and may be readable now; the worker finds out whose they are. */
const notYetRead = ConversationId.parse('retell_not-yet-read');

/**
 * Puts a quarantined event back on its way, now that its number is mapped, or an unreadable one
 * that a newer release may understand. It is routed by today's mapping and merged
 * like any other, or answered if somebody wrote it; an e-mail that went out is not sent again. In a conflict `clinicId`
 * says which of the clinics that the event itself points to it belongs to.
 */
export function replayEvent({ inbox, queue, notices }: Deps) {
  return async (eventKey: string, clinicId?: ClinicId): Promise<ReplayOutcome> => {
    const stored = await inbox.load(eventKey);
    if (!stored) return { outcome: 'no-such-event' };
    const { event, rawBody } = stored;
    if (event.state !== 'quarantined' && event.state !== 'poison') {
      return { outcome: 'nothing-to-replay', message: `it is ${event.state} already` };
    }
    if (isRing(event)) {
      await inbox.settle(event, 'dismissed', { reason: event.reason });
      return { outcome: 'nothing-to-replay', message: 'the moment of a ring is past; it is taken off the list' };
    }
    if (!(await inbox.release(eventKey, { clinicId }))) {
      return { outcome: 'nothing-to-replay', message: 'somebody else has just replayed it' };
    }
    const message = event.eventType === 'message' ? storedMessageNotice(eventKey, rawBody) : undefined;
    if (message) await notices.tellAgain(message);
    else await queue.publish({ eventKey, conversationId: event.conversationId ?? notYetRead }, { again: true });
    return { outcome: 'replayed' };
  };
}
