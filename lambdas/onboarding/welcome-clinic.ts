import { recipientIdOf } from '#domain/clinics/recipients/recipient-id.ts';
import type { Clinic } from '#domain/clinics/clinic.ts';
import { derivedUuid, webConversationId } from '#domain/ids.ts';
import type { Deliveries } from '#domain/notifications/deliveries.ts';
import type { EmailSender } from '#domain/notifications/email-sender.ts';
import { welcomeEmail } from '#domain/notifications/welcome-email.ts';
import type { Onboarding } from '#domain/onboarding/onboarding.ts';

interface Deps {
  deliveries: Deliveries;
  email: EmailSender;
  consoleUrl: string;
}

/** Writes once to each address that is to hear of calls. */
export function welcomeClinic({ deliveries, email, consoleUrl }: Deps) {
  return async (clinic: Clinic, { reservation }: Pick<Onboarding, 'reservation'>): Promise<void> => {
    const conversationId = webConversationId(derivedUuid('welcome', clinic.id, reservation));
    const document = welcomeEmail(clinic, consoleUrl);
    for (const { address, alternative } of clinic.email.recipients) {
      if (alternative) continue;
      const delivery = {
        clinicId: clinic.id,
        conversationId,
        template: 'welcome',
        recipientId: recipientIdOf(address),
      } as const;
      await deliveries.once(delivery, (attempt) =>
        email.send({ ...delivery, attempt, to: address, replyTo: clinic.email.replyTo, document }),
      );
    }
  };
}
