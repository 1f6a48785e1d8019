import { advanceCall } from '../advance-call.ts';
import type { CallEvent } from '../call-event.ts';
import type { Conversation } from '../conversation.ts';
import type { Talk } from './talk.ts';

/** The vendor's own id within a conversation's. */
export const providerIdOf = ({ conversationId }: Pick<Talk, 'conversationId'>): string =>
  conversationId.slice(conversationId.indexOf('_') + 1);

/**
 * A conversation as a talk knows it, for the item that must be there before any vendor has told of the call. Everything
 * in it is one more event to the merge. Of a Retell call Retell says when it began, and whether it came by telephone or
 * from a site, where calls have no direction.
 */
export function begunConversation(talk: Talk, now: number): Conversation {
  const event: CallEvent = {
    kind: 'started',
    conversationId: talk.conversationId,
    provider: talk.provider,
    providerId: providerIdOf(talk),
    providerObject: talk.channel === 'voice' ? 'call' : 'chat',
    status: 'ongoing',
    ...(talk.fromNumber !== undefined && { fromNumber: talk.fromNumber }),
    ...(talk.toNumber !== undefined && { toNumber: talk.toNumber }),
    ...(talk.provider !== 'retell' && { channel: talk.channel, startedAt: talk.openedAtMs }),
    ...((talk.provider !== 'retell' || talk.direction === 'outbound') && { direction: talk.direction }),
    anomalies: [],
    unknownValues: [],
    occurredAt: 0,
    bodyHash: '',
  };
  return advanceCall(undefined, event, { clinicId: talk.clinicId, routedBy: 'session', now });
}
