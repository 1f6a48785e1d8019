import { accountId } from './identity.ts';

/** A message SES took, as its events tell of it. */
export interface SentMail {
  messageId: string;
  /** The address it was sent from. */
  source: string;
  destination: string[];
  /** Milliseconds since the epoch. */
  timestamp: number;
  headers: { name: string; value: string }[];
  subject: string;
  configurationSet: string;
  /** The sender's own tags. */
  tags: Record<string, string>;
  region: string;
}

export type SesEventType = 'Send' | 'Delivery' | 'Bounce' | 'Complaint';

const bareAddress = (address: string): string => /<([^>]+)>/.exec(address)?.[1] ?? address;

/** An event as SES event publishing writes it; `recipients` are those it is about. */
export function sesEvent(eventType: SesEventType, mail: SentMail, recipients: string[], now: number): string {
  const timestamp = new Date(now).toISOString();
  const details = {
    Send: {},
    Delivery: {
      timestamp,
      processingTimeMillis: now - mail.timestamp,
      recipients,
      smtpResponse: '250 2.6.0 Message received',
      reportingMTA: 'mailbox.local',
    },
    Bounce: {
      feedbackId: `${mail.messageId}-bounce`,
      bounceType: 'Permanent',
      bounceSubType: 'General',
      bouncedRecipients: recipients.map((emailAddress) => ({
        emailAddress,
        action: 'failed',
        status: '5.1.1',
        diagnosticCode: 'smtp; 550 5.1.1 user unknown',
      })),
      timestamp,
      reportingMTA: 'dsn; mailbox.local',
    },
    Complaint: {
      feedbackId: `${mail.messageId}-complaint`,
      complaintSubType: null,
      complainedRecipients: recipients.map((emailAddress) => ({ emailAddress })),
      timestamp,
      userAgent: 'Frontdesk on one machine',
      complaintFeedbackType: 'abuse',
      arrivalDate: timestamp,
    },
  }[eventType];
  const ownTags = Object.fromEntries(Object.entries(mail.tags).map(([name, value]) => [name, [value]]));
  return JSON.stringify({
    eventType,
    mail: {
      timestamp: new Date(mail.timestamp).toISOString(),
      source: mail.source,
      sourceArn: `arn:aws:ses:${mail.region}:${accountId}:identity/${bareAddress(mail.source)}`,
      sendingAccountId: accountId,
      messageId: mail.messageId,
      destination: mail.destination,
      headersTruncated: false,
      headers: mail.headers,
      commonHeaders: { from: [mail.source], to: mail.destination, messageId: mail.messageId, subject: mail.subject },
      tags: {
        'ses:configuration-set': [mail.configurationSet],
        'ses:source-ip': ['127.0.0.1'],
        'ses:from-domain': [bareAddress(mail.source).split('@').at(-1)],
        'ses:caller-identity': ['local'],
        ...ownTags,
      },
    },
    [eventType.toLowerCase()]: details,
  });
}
