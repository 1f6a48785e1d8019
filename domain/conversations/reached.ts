import { type Conversation, type Reached, statusRank } from './conversation.ts';

/** Vendors' words for a machine at the other end. */
const machines = new Set(['voicemail_reached', 'ivr_reached']);
const busy = new Set(['dial_busy', 'busy']);
const unanswered = new Set(['dial_no_answer', 'no-answer', 'user_declined', 'canceled']);

/** What a call of ours met, once it is over; nothing of calls that came in. */
export function reachedOf(
  call: Pick<
    Conversation,
    'direction' | 'status' | 'endKind' | 'startedAt' | 'disconnectionReason' | 'answeredBy' | 'analysis'
  >,
): Reached | undefined {
  const { direction, status, endKind, startedAt, disconnectionReason: reason = '', answeredBy, analysis } = call;
  if (direction !== 'outbound' || statusRank[status] < statusRank.ended) return undefined;
  if (answeredBy === 'machine' || machines.has(reason) || analysis?.inVoicemail) return 'voicemail';
  if (busy.has(reason)) return 'busy';
  if (unanswered.has(reason)) return 'no-answer';
  return endKind === 'not_connected' || (endKind === 'error' && startedAt === undefined) ? 'failed' : 'answered';
}
