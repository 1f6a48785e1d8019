import type { LinkMatter } from '../clinics/links/link.ts';
import type { ClinicId } from '../ids.ts';
import type { Delivery } from './deliveries.ts';
import type { EmailDocument } from './email-document.ts';

interface Letter {
  to: string;
  /** The clinic's own address for answers. */
  replyTo?: string;
  document: EmailDocument;
}

/** One attempt to write to one recipient about a conversation. */
export interface SummaryLetter extends Letter, Delivery {
  /** Counted per delivery from 1. Whatever becomes of the message is reported with it. */
  attempt: number;
}

/** A link for somebody to click. Whatever becomes of the message is reported with what it is about. */
export interface LinkLetter extends Letter, LinkMatter {
  clinicId: ClinicId;
  round: number;
}

export type OutgoingEmail = SummaryLetter | LinkLetter;

/** Hands an e-mail to the service that carries it: once, without trying again by itself. */
export interface EmailSender {
  /**
   * @throws EmailRefused when it is certain that nothing was accepted. After any other error nobody knows, and the
   *   recipient may have the message.
   */
  send(email: OutgoingEmail): Promise<{ messageId: string }>;
}
