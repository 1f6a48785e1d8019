import type { RecipientEvent } from '../clinics/settings/email-settings.ts';
import { isWrittenTo, type RecipientState } from '../clinics/clinic-store.ts';
import type { Conversation } from '../conversations/conversation.ts';

/**
 * Who hears of a conversation: the recipients who asked for such ones and whose address works. Alternatives step in, by
 * their own filters, only while a regular recipient who would have heard of it is disabled, or while all those who would
 * have are still awaited.
 */
export function summaryRecipients(
  recipients: readonly RecipientState[],
  conversation: Pick<Conversation, 'acts' | 'outcome' | 'endKind'>,
): RecipientState[] {
  const heard = eventsOf(conversation);
  const interested = recipients.filter(({ events }) => events.some((event) => heard.has(event)));
  const regular = interested.filter(({ alternative }) => !alternative);
  const isMissed = regular.some(({ disabled }) => disabled) || (regular.length > 0 && !regular.some(isWrittenTo));
  return interested.filter((recipient) => isWrittenTo(recipient) && (!recipient.alternative || isMissed));
}

/** Every filter a conversation passes. A moved appointment is one taken anew; a call that never connected has failed. */
function eventsOf({ acts, outcome, endKind }: Pick<Conversation, 'acts' | 'outcome' | 'endKind'>): Set<RecipientEvent> {
  const happened = new Set([...acts, outcome]);
  const events = new Set<RecipientEvent>(['all']);
  if (happened.has('booked') || happened.has('rescheduled')) events.add('booked');
  if (happened.has('emergency')) events.add('emergency');
  if (endKind === 'error' || endKind === 'not_connected') events.add('failed');
  return events;
}
