import { SendRawEmailCommand, SESClient, type SESClientConfig, SESServiceException } from '@aws-sdk/client-ses';
import MailComposer from 'nodemailer/lib/mail-composer';
import { EmailRefused } from '#domain/notifications/deliveries.ts';
import type { EmailSender, OutgoingEmail } from '#domain/notifications/email-sender.ts';
import { renderEmail } from './render-email.ts';

export interface SesSettings {
  /** Our own address, on the domain whose identity we hold. The clinic's name stands beside it. */
  senderAddress: string;
  /** Reports what became of each message. */
  configurationSet: string;
}

/**
 * A client that asks once: SES has no idempotency, so a second request could be a second e-mail. A request without an
 * answer ends after `requestTimeoutMs`; what became of it is then unknown. Endpoint, region and rights come from the
 * environment unless they are given.
 */
export function createSes(given: SESClientConfig & { requestTimeoutMs?: number } = {}): SESClient {
  const { requestTimeoutMs = 10_000, ...config } = given;
  return new SESClient({
    ...config,
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 2_000, requestTimeout: requestTimeoutMs, throwOnRequestTimeout: true },
  });
}

/** Sends through SES, tagged so that its events find their delivery. See `EmailSender` for what its errors mean. */
export function createEmailSender({ senderAddress, configurationSet }: SesSettings, client = createSes()): EmailSender {
  return {
    async send(email) {
      const message = await mimeMessage(email, senderAddress);
      try {
        const { MessageId } = await client.send(
          new SendRawEmailCommand({
            Source: senderAddress,
            Destinations: [email.to],
            RawMessage: { Data: message },
            ConfigurationSetName: configurationSet,
            Tags: tagsOf(email),
          }),
        );
        if (!MessageId) throw new Error('the mail service answered without a message id');
        return { messageId: MessageId };
      } catch (error) {
        if (!nothingWasSent(error)) throw error;
        // Its own message may quote addresses; the name tells enough.
        throw new EmailRefused(`the mail service was not given the message: ${nameOf(error)}`, { cause: error });
      }
    },
  };
}

/** The whole message, headers and both parts, as it goes over the wire. */
export async function mimeMessage(email: OutgoingEmail, senderAddress: string): Promise<Buffer> {
  const { subject, html, text } = renderEmail(email.document);
  return new MailComposer({
    // As objects, so that no part of a name is ever read as an address.
    from: { name: email.document.clinicName, address: senderAddress },
    to: { name: '', address: email.to },
    ...(email.replyTo && { replyTo: { name: '', address: email.replyTo } }),
    subject,
    headers: {
      'Auto-Submitted': 'auto-generated',
      'Content-Language': email.document.language,
      ...('conversationId' in email && { 'X-Frontdesk-Conversation': email.conversationId }),
      ...(email.document.urgent && { Importance: 'high', 'X-Priority': '1' }),
    },
    text,
    html,
    encoding: 'quoted-printable',
    newline: 'win',
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
}

/** SES allows letters, digits, `_` and `-` in tags, which all our ids keep to. */
const tagsOf = (email: OutgoingEmail) =>
  Object.entries(reportedOf(email)).map(([Name, value]) => ({ Name, Value: String(value) }));

/** What the events of a message are to find again. */
function reportedOf(email: OutgoingEmail): Record<string, string | number> {
  if ('purpose' in email) {
    const { clinicId, purpose, id, round } = email;
    return { clinicId, purpose, id, round };
  }
  const { clinicId, conversationId, recipientId, template, attempt } = email;
  return { clinicId, conversationId, recipientId, template, attempt };
}

/** The parts of an error of any origin that may be told on. */
const traitsOf = (error: unknown): { name?: unknown; code?: unknown } =>
  typeof error === 'object' && error !== null ? error : {};

const nameOf = (error: unknown): string => {
  const { name, code } = traitsOf(error);
  return String(code ?? name ?? typeof error);
};

/** The request did not leave this machine: no credentials, no such host, nobody listening. */
const neverLeft: unknown[] = ['CredentialsProviderError', 'ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED'];

/**
 * Whether it is certain that SES accepted nothing: it said no (any answer of the 400s, throttling among them, but for a
 * request it did not read to the end), or was never reached. A timeout, a broken connection or a failure of its own
 * leaves the question open.
 */
function nothingWasSent(error: unknown): boolean {
  if (error instanceof SESServiceException) {
    const status = error.$metadata.httpStatusCode ?? 0;
    return status >= 400 && status < 500 && status !== 408;
  }
  const { name, code } = traitsOf(error);
  return neverLeft.includes(name) || neverLeft.includes(code);
}
