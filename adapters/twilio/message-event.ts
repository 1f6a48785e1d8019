import { E164 } from '#domain/e164.ts';
import type { TwilioForm } from './form.ts';

/** What Twilio posts of messages. Numbers without the prefix of their channel. */
export type TwilioMessage =
  | {
      kind: 'incoming';
      messageSid: string;
      channel: 'sms' | 'whatsapp';
      from: E164;
      to: E164;
      text: string;
      /** Pictures and the like, of which we read none. */
      media: number;
      /** Twilio's own verdict, where Advanced Opt-Out is on. */
      optOutType?: string;
    }
  | { kind: 'status'; messageSid: string; status: string; from?: E164; to: E164; errorCode?: number };

export type IncomingMessage = Extract<TwilioMessage, { kind: 'incoming' }>;

const sid = /^(SM|MM)[0-9a-f]{32}$/;
const longestBody = 1_600;

function numberOf(address: string | undefined): E164 | undefined {
  const { data } = E164.safeParse(address?.replace(/^whatsapp:/, ''));
  return data;
}

/** Reads a form of Twilio's about a message; nothing when it is none, or is of no number that could be answered. */
export function readTwilioMessage({ get }: Pick<TwilioForm, 'get'>): TwilioMessage | undefined {
  const messageSid = get('MessageSid') ?? get('SmsSid') ?? '';
  const to = numberOf(get('To'));
  if (!sid.test(messageSid) || !to) return undefined;
  const from = numberOf(get('From'));
  const status = get('MessageStatus') ?? get('SmsStatus');
  if (status !== undefined && status !== 'received') {
    const errorCode = Number(get('ErrorCode'));
    return { kind: 'status', messageSid, status, to, ...(from && { from }), ...(errorCode > 0 && { errorCode }) };
  }
  if (!from) return undefined;
  const optOutType = get('OptOutType');
  return {
    kind: 'incoming',
    messageSid,
    channel: get('From')?.startsWith('whatsapp:') ? 'whatsapp' : 'sms',
    from,
    to,
    text: (get('Body') ?? get('ButtonText') ?? '').slice(0, longestBody).trim(),
    media: Number(get('NumMedia')) || 0,
    ...(optOutType && { optOutType }),
  };
}
