import * as z from 'zod';
import {
  type OutgoingText,
  TextNotSent,
  type TextOutcome,
  type TextSender,
} from '#domain/conversations/texting/text-sender.ts';
import { authorizationOf, neverArrived } from './rest.ts';
import type { TwilioAccount } from './secret.ts';

export interface TwilioMessagesOptions {
  /** Such as `https://api.twilio.com`. */
  baseUrl: string;
  /** Read for each use, so that a rotated key is taken up. */
  account(): Promise<TwilioAccount>;
  /** Where Twilio tells what became of a message. */
  statusUrl: string;
  timeoutMs?: number;
}

const Accepted = z.object({ sid: z.string() });
const Refused = z.object({ code: z.number().optional() });

/** A confirmation that comes later than this helps nobody. */
const validSeconds = 4 * 60 * 60;

/** By Twilio's code; whatever else it refuses, it would refuse again. */
const reasons: Record<number, 'opted-out' | 'unreachable' | 'not-ours'> = {
  21211: 'unreachable',
  21408: 'unreachable',
  21606: 'not-ours',
  21610: 'opted-out',
  21614: 'unreachable',
  21659: 'not-ours',
  63016: 'unreachable',
};

/**
 * SMS and WhatsApp by Twilio's REST API. One attempt: what Twilio was too busy for, or never got, is `TextNotSent`; of
 * what it may have got nobody knows.
 */
export function createTwilioMessages({
  baseUrl,
  account,
  statusUrl,
  timeoutMs = 8_000,
}: TwilioMessagesOptions): TextSender {
  async function post(text: OutgoingText): Promise<Response> {
    const keys = await account();
    const { channel, to, from, messagingServiceSid, body } = text;
    const addressed = (number: string) => (channel === 'whatsapp' ? `whatsapp:${number}` : number);
    try {
      return await fetch(`${baseUrl}/2010-04-01/Accounts/${keys.accountSid}/Messages.json`, {
        method: 'POST',
        headers: { authorization: authorizationOf(keys) },
        body: new URLSearchParams({
          To: addressed(to),
          ...(messagingServiceSid && channel === 'sms'
            ? { MessagingServiceSid: messagingServiceSid }
            : { From: addressed(from) }),
          Body: body,
          StatusCallback: statusUrl,
          ValidityPeriod: String(validSeconds),
        }),
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (cause) {
      if (neverArrived(cause)) throw new TextNotSent('Twilio cannot be reached', { cause });
      throw cause;
    }
  }

  return {
    async send(text): Promise<TextOutcome> {
      const answer = await post(text);
      if (answer.status === 429 || answer.status === 503) throw new TextNotSent('Twilio is too busy');
      // Our key, not this message: it goes out once that is mended.
      if (answer.status === 401 || answer.status === 403) throw new TextNotSent('Twilio refuses our key');
      const body: unknown = await answer.json();
      if (answer.ok) return { outcome: 'accepted', textId: Accepted.parse(body).sid };
      if (answer.status >= 500) throw new Error('Twilio failed, and may have sent it');
      const { code } = Refused.parse(body);
      return { outcome: 'refused', reason: (code && reasons[code]) || 'other', ...(code !== undefined && { code }) };
    },
  };
}
