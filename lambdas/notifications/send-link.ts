import type { Clock } from '#domain/clock.ts';
import type { ClinicStore } from '#domain/clinics/clinic-store.ts';
import type { LinkAsk, LinkStore } from '#domain/clinics/links/link.ts';
import { InvitationId, type InvitationStore } from '#domain/clinics/members/invitation.ts';
import type { Log } from '#domain/log.ts';
import type { LinkDue } from '#domain/messages/notice.ts';
import type { EmailSender } from '#domain/notifications/email-sender.ts';
import { type LinkEmail, linkEmail } from '#domain/notifications/link-email.ts';

interface Deps {
  clinics: Pick<ClinicStore, 'profile'>;
  invitations: Pick<InvitationStore, 'get'>;
  links: Pick<LinkStore, 'asked' | 'mint' | 'settle'>;
  email: EmailSender;
  clock: Clock;
  log: Log;
  /** Where the links lead. */
  apiUrl: string;
}

/**
 * Writes a link to whom it is for. Its secret is made here and lies nowhere else. Somebody may get two when the mail
 * service's answer is lost: both open the same, which happens once.
 */
export function sendLink({ clinics, invitations, links, email, clock, log, apiUrl }: Deps) {
  return async ({ clinicId, purpose, id, round }: LinkDue): Promise<void> => {
    const ask = await links.asked(clinicId, { purpose, id });
    if (!ask || ask.round !== round || ask.sentAtMs !== undefined || ask.usedAtMs !== undefined) return;
    const clinic = await clinics.profile(clinicId);
    const whom = clinic && (await addressee(ask));
    if (!whom || ask.untilMs <= clock.now()) {
      // Taken back meanwhile: there is nobody to write to.
      await links.settle(ask);
      return;
    }
    const token = await links.mint(ask, clock.now());
    const href = `${apiUrl}/api/links/${token}`;
    const { address, about } = whom;
    const { replyTo } = clinic.email;
    const document = linkEmail({ clinic, about, address, href, untilMs: ask.untilMs });
    await email.send({ clinicId, purpose, id, round, to: address, document, ...(replyTo && { replyTo }) });
    await links.settle(ask, clock.now());
    log.info('link.sent', { clinicId, reason: purpose });

    async function addressee({ id: of }: LinkAsk): Promise<Pick<LinkEmail, 'address' | 'about'> | undefined> {
      if (purpose === 'recipient') {
        const recipient = clinic?.recipients.find(({ recipientId, awaiting }) => recipientId === of && awaiting);
        return recipient && { address: recipient.address, about: { purpose } };
      }
      const invitationId = InvitationId.parse(of);
      const invitation = await invitations.get(clinicId, invitationId);
      if (invitation?.state !== 'awaiting') return undefined;
      return { address: invitation.email, about: { purpose, role: invitation.role } };
    }
  };
}
