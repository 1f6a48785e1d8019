import type { ClinicId, ConversationId } from '../ids.ts';
import type { SummaryTemplate } from '../messages/call-completed.ts';

/** What is sent: an e-mail about a call, or the one that welcomes a clinic. */
export type DeliveryTemplate = SummaryTemplate | 'welcome';

/** One e-mail to one recipient, about one conversation; a welcome goes under an id of that form. */
export interface Delivery {
  clinicId: ClinicId;
  conversationId: ConversationId;
  template: DeliveryTemplate;
  recipientId: string;
}

/** Another attempt holds the claim, or held it and may have been accepted: ask again after its lease. */
export class DeliveryInFlight extends Error {
  override name = 'DeliveryInFlight';
}

/** Two attempts were made and nobody knows what became of them: a third would break the promise. A person decides. */
export class DeliveryUndecided extends Error {
  override name = 'DeliveryUndecided';
}

/** An e-mail the sender refused for certain: nothing went out, and a new attempt may follow at once. */
export class EmailRefused extends Error {
  override name = 'EmailRefused';
}

/**
 * Sends at most once per delivery, exceptionally twice: the mail service has no idempotency of its own, so an attempt
 * is claimed before it is made and a lost answer is settled by the service's own event about that attempt.
 */
export interface Deliveries {
  /**
   * @throws DeliveryInFlight while another attempt holds the claim; DeliveryUndecided after two of which nobody knows
   *   what became; EmailRefused, after giving the claim back, when
   *   nothing was sent; any other error of `send` leaves the claim until its lease ends.
   */
  once(delivery: Delivery, send: (attempt: number) => Promise<{ messageId: string }>): Promise<'sent' | 'already-sent'>;
  /** The mail service's word that it accepted an attempt. */
  recordAccepted(delivery: Delivery, attempt: number, messageId: string): Promise<void>;
}
