import type { Delivery } from './deliveries.ts';
import type { EmailDocument } from './email-document.ts';

/** One attempt to write to one recipient. */
export interface OutgoingEmail extends Delivery {
  /** Counted per delivery from 1. Whatever becomes of the message is reported with it. */
  attempt: number;
  to: string;
  /** The clinic's own address for answers. */
  replyTo?: string;
  document: EmailDocument;
}

/** Hands an e-mail to the service that carries it: once, without trying again by itself. */
export interface EmailSender {
  /**
   * @throws EmailRefused when it is certain that nothing was accepted. After any other error nobody knows, and the
   *   recipient may have the message.
   */
  send(email: OutgoingEmail): Promise<{ messageId: string }>;
}
