import * as z from 'zod';
import type { Clock } from '#domain/clock.ts';
import type { ClinicStore, DisabledReason } from '#domain/clinics/clinic-store.ts';
import { LinkPurpose, type LinkStore } from '#domain/clinics/links/link.ts';
import { ClinicId, ConversationId } from '#domain/ids.ts';
import type { Log } from '#domain/log.ts';
import { SummaryTemplate } from '#domain/messages/call-completed.ts';
import type { Deliveries } from '#domain/notifications/deliveries.ts';

const tag = <T extends z.ZodType>(type: T) => z.tuple([type], z.string()).transform(([value]) => value as z.infer<T>);

/** SES event publishing, the parts we act on. The tags are ours, put on each message when it was sent. */
export const SesEvent = z.looseObject({
  eventType: z.string(),
  mail: z.looseObject({ messageId: z.string(), tags: z.record(z.string(), z.array(z.string())).default({}) }),
  bounce: z.looseObject({ bounceType: z.string() }).optional(),
});
export type SesEvent = z.infer<typeof SesEvent>;

/** SES publishes this plain text, and no event, when its destination is made: once per deployed stage. */
export const isSetUpNotice = (body: string): boolean => body.startsWith('Successfully validated SNS topic');

const OurTags = z.object({
  clinicId: tag(ClinicId),
  conversationId: tag(ConversationId),
  template: tag(z.enum([...SummaryTemplate.options, 'welcome'])),
  recipientId: tag(z.string()),
  attempt: tag(z.coerce.number()),
});

/** Of a message with a link. */
const LinkTags = z.object({
  clinicId: tag(ClinicId),
  purpose: tag(LinkPurpose),
  id: tag(z.string()),
  round: tag(z.coerce.number()),
});

interface Deps {
  clinics: ClinicStore;
  deliveries: Deliveries;
  links: Pick<LinkStore, 'bounced'>;
  clock: Clock;
  log: Log;
}

/**
 * Takes in what SES says became of an e-mail: an accepted attempt is put on record, an address that bounces for good or
 * complains is written to no more, and of a link it is known that nobody got it. The rest is for the metrics SES keeps itself.
 */
export function recordEmailEvent({ clinics, deliveries, links, clock, log }: Deps) {
  return async ({ eventType, mail, bounce }: SesEvent): Promise<void> => {
    const link = LinkTags.safeParse(mail.tags);
    if (link.success) {
      const { clinicId, purpose, id, round } = link.data;
      const reason = failureOf(eventType, bounce?.bounceType);
      if (reason) await links.bounced(clinicId, { purpose, id }, round, clock.now());
      if (reason && purpose === 'recipient') await disable({ clinicId, recipientId: id }, reason);
      return;
    }
    const tags = OurTags.safeParse(mail.tags);
    if (!tags.success) {
      log.warn('email-event.ignored', { reason: 'no tags of ours' });
      return;
    }
    const { clinicId, conversationId, template, recipientId, attempt } = tags.data;
    if (eventType === 'Send') {
      await deliveries.recordAccepted({ clinicId, conversationId, template, recipientId }, attempt, mail.messageId);
      return;
    }
    const reason = failureOf(eventType, bounce?.bounceType);
    if (!reason) return;
    await disable({ clinicId, conversationId, recipientId }, reason);
  };

  async function disable(
    where: { clinicId: ClinicId; conversationId?: ConversationId; recipientId: string },
    reason: DisabledReason,
  ): Promise<void> {
    const why = { reason, at: clock.now() };
    const { outcome } = await clinics.disableRecipient(where.clinicId, where.recipientId, why);
    if (outcome === 'disabled') log.error('recipient.disabled', { ...where, reason });
  }
}

/** A soft bounce is tried again by SES itself; only a permanent one tells of a dead address. */
function failureOf(eventType: string, bounceType: string | undefined): DisabledReason | undefined {
  if (eventType === 'Complaint') return 'complaint';
  return eventType === 'Bounce' && bounceType === 'Permanent' ? 'bounce' : undefined;
}
