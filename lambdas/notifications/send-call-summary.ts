import type { ClinicStore } from '#domain/clinics/clinic-store.ts';
import type { ConversationStore } from '#domain/conversations/conversation-store.ts';
import type { Log } from '#domain/log.ts';
import { callSummaryEmail } from '#domain/notifications/call-summary-email.ts';
import { type Deliveries, DeliveryInFlight } from '#domain/notifications/deliveries.ts';
import type { EmailSender } from '#domain/notifications/email-sender.ts';
import type { PlannedSummary } from './plan-summary.ts';

interface Deps {
  clinics: ClinicStore;
  conversations: ConversationStore;
  deliveries: Deliveries;
  email: EmailSender;
  log: Log;
  consoleUrl: string;
}

export interface SentSummary {
  recipientId: string;
  outcome: 'sent' | 'already-sent';
}

/**
 * Writes to one recipient about one call, at most once. An address taken off the clinic's list, or disabled, since the
 * plan was made counts as done: there is nobody to write to.
 *
 * @throws DeliveryInFlight when another attempt must be waited for; the workflow then waits longer.
 */
export function sendCallSummary({ clinics, conversations, deliveries, email, log, consoleUrl }: Deps) {
  return async (planned: PlannedSummary): Promise<SentSummary> => {
    const { clinicId, conversationId, template, recipientId, degraded } = planned;
    const [clinic, conversation] = await Promise.all([
      clinics.profile(clinicId),
      conversations.get(clinicId, conversationId),
    ]);
    if (!clinic || !conversation) throw new Error('an e-mail is due for a clinic or conversation that does not exist');
    const recipient = clinic.recipients.find((one) => one.recipientId === recipientId);
    if (!recipient || recipient.disabled) return { recipientId, outcome: 'already-sent' };

    const delivery = { clinicId, conversationId, template, recipientId };
    const document = callSummaryEmail({ clinic, recipient, conversation, template, degraded, consoleUrl });
    const { replyTo } = clinic.email;
    try {
      const outcome = await deliveries.once(delivery, (attempt) =>
        email.send({ ...delivery, attempt, to: recipient.address, replyTo, document }),
      );
      return { recipientId, outcome };
    } catch (error) {
      if (error instanceof DeliveryInFlight) log.warn('delivery.in-flight', { clinicId, conversationId, recipientId });
      throw error;
    }
  };
}
