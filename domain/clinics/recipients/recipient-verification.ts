import type { PendingAuditEvent } from '../../audit/audit-event.ts';
import { type Clock, isoInstant } from '../../clock.ts';
import type { ClinicId } from '../../ids.ts';
import type { Notices } from '../../messages/notice.ts';
import type { ClinicStore, RecipientState } from '../clinic-store.ts';
import { isFresh, type Link, type LinkAsk, type LinkStore, nextAsk } from '../links/link.ts';
import { linkDue } from '../links/tell-owed-links.ts';

export interface RecipientVerification {
  /**
   * Sends the link by which an address proves to be read, to a recipient that awaits it. Repeated at once it changes
   * nothing; later it sends another link instead of the last.
   */
  ask(
    clinicId: ClinicId,
    recipientId: string,
  ): Promise<{ outcome: 'asked' | 'unchanged' | 'too-often' | 'not-awaiting' | 'no-such-recipient' }>;
}

export interface AwaitingRecipients {
  /** Asks for a link while the recipient awaits one. `before`: the ask that was read. */
  ask(next: LinkAsk, before: LinkAsk | undefined): Promise<{ outcome: 'saved' | 'changed-meanwhile' }>;
  /** Uses the link up and writes to the address from now on, on record: all or nothing. */
  confirm(link: Link, event: PendingAuditEvent): Promise<{ outcome: 'confirmed' | 'changed-meanwhile' }>;
}

/** People who ask for one address at one moment are few. */
const mostRounds = 5;

interface Deps {
  clinics: Pick<ClinicStore, 'profile'>;
  links: Pick<LinkStore, 'asked'>;
  awaiting: AwaitingRecipients;
  notices: Notices;
  clock: Clock;
}

export function createRecipientVerification({ clinics, links, awaiting, notices, clock }: Deps): RecipientVerification {
  return {
    async ask(clinicId, recipientId) {
      const matter = { purpose: 'recipient', id: recipientId } as const;
      for (let round = 0; round < mostRounds; round++) {
        const [clinic, ask] = await Promise.all([clinics.profile(clinicId), links.asked(clinicId, matter)]);
        const recipient = clinic?.recipients.find((one) => one.recipientId === recipientId);
        if (!recipient) return { outcome: 'no-such-recipient' };
        if (!recipient.awaiting) return { outcome: 'not-awaiting' };
        if (ask && isFresh(ask, clock.now())) {
          // Whoever wrote it may have died before it was queued.
          await notices.tell(linkDue(ask));
          return { outcome: 'unchanged' };
        }
        const next = nextAsk(ask, clinicId, matter, clock.now());
        if (next === 'too-often') return { outcome: 'too-often' };
        if ((await awaiting.ask(next, ask)).outcome === 'changed-meanwhile') continue;
        await notices.tell(linkDue(next));
        return { outcome: 'asked' };
      }
      throw new Error('a link was asked for by others five times in a row');
    },
  };
}

/** The recipient that an open link is about, while it awaits the click. */
export async function awaitingRecipient(
  { clinics }: Pick<Deps, 'clinics'>,
  { clinicId, id }: Pick<Link, 'clinicId' | 'id'>,
): Promise<RecipientState | undefined> {
  const clinic = await clinics.profile(clinicId);
  return clinic?.recipients.find(({ recipientId, awaiting }) => recipientId === id && awaiting);
}

/** What a click on the link of a recipient does. */
export function confirmRecipient({ clinics, awaiting, clock }: Pick<Deps, 'clinics' | 'awaiting' | 'clock'>) {
  return async (link: Link, requestId: string): Promise<'done' | 'gone'> => {
    if (!(await awaitingRecipient({ clinics }, link))) return 'gone';
    const { outcome } = await awaiting.confirm(link, {
      v: 1,
      clinicId: link.clinicId,
      occurredAt: isoInstant(clock.now()),
      actorType: 'user',
      // Whoever reads the mailbox; that is all that is known of them.
      actorId: `recipient-${link.id}`,
      act: 'settings.update',
      outcome: 'success',
      resourceType: 'recipient',
      resourceId: link.id,
      fields: ['email.recipients.awaiting'],
      reason: 'address confirmed by its link',
      requestId,
    });
    return outcome === 'confirmed' ? 'done' : 'gone';
  };
}
