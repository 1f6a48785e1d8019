import * as z from 'zod';
import { newSid } from './call.ts';
import { restError, type RestAnswer } from './rest-answer.ts';

const e164 = z.string().regex(/^\+[1-9]\d{6,14}$/);

/** A number the account is to hold, as whoever had it before left it. */
export const OwnNumber = z.strictObject({
  number: e164,
  voiceUrl: z.string().default(''),
  voiceFallbackUrl: z.string().default(''),
  statusCallback: z.string().default(''),
  smsUrl: z.string().default(''),
  smsFallbackUrl: z.string().default(''),
  trunkSid: z.string().default(''),
  voiceApplicationSid: z.string().default(''),
  smsApplicationSid: z.string().default(''),
  /** Some countries' numbers only ring. */
  sms: z.boolean().default(true),
});

/** What the account keeps of a number, under the names of Twilio's forms. */
export interface HeldNumber {
  sid: string;
  number: string;
  sms: boolean;
  trunkSid: string;
  fields: Record<string, string>;
}

/** Where a number's rings and messages go. One that nobody put into the account goes to our API, as if it were set up. */
export function addressesOf(
  number: string,
  { numbers, apiUrl }: { numbers: Map<string, HeldNumber>; apiUrl: string },
): { voiceUrl: string; statusUrl: string; smsUrl: string } {
  const held = [...numbers.values()].find((one) => one.number === number);
  if (!held) {
    return {
      voiceUrl: `${apiUrl}/api/twilio/incoming-call`,
      statusUrl: `${apiUrl}/api/twilio/call-status`,
      smsUrl: `${apiUrl}/api/twilio/incoming-message`,
    };
  }
  const { VoiceUrl = '', StatusCallback = '', SmsUrl = '' } = held.fields;
  return { voiceUrl: held.trunkSid ? '' : VoiceUrl, statusUrl: StatusCallback, smsUrl: SmsUrl };
}

const addresses = ['VoiceUrl', 'VoiceFallbackUrl', 'StatusCallback', 'SmsUrl', 'SmsFallbackUrl'] as const;
const methods = ['VoiceMethod', 'StatusCallbackMethod', 'SmsMethod'] as const;
const applications = ['VoiceApplicationSid', 'SmsApplicationSid'] as const;
const known = new Set<string>([...addresses, ...methods, ...applications]);

export function holdNumber(numbers: Map<string, HeldNumber>, asked: z.infer<typeof OwnNumber>): HeldNumber {
  const { number, sms, trunkSid } = asked;
  const held: HeldNumber = {
    sid: newSid('PN'),
    number,
    sms,
    trunkSid,
    fields: {
      VoiceUrl: asked.voiceUrl,
      VoiceFallbackUrl: asked.voiceFallbackUrl,
      StatusCallback: asked.statusCallback,
      SmsUrl: asked.smsUrl,
      SmsFallbackUrl: asked.smsFallbackUrl,
      VoiceApplicationSid: asked.voiceApplicationSid,
      SmsApplicationSid: asked.smsApplicationSid,
      ...Object.fromEntries(methods.map((method) => [method, 'POST'])),
    },
  };
  numbers.set(held.sid, held);
  return held;
}

/** Twilio finds numbers by any part of them. */
export function listNumbers(numbers: Map<string, HeldNumber>, query: URLSearchParams, root: string): RestAnswer {
  const part = query.get('PhoneNumber') ?? '';
  if (!/^[+\d*]*$/.test(part)) return restError(400, 21401, `Invalid phone number ${part}`);
  const found = [...numbers.values()].filter(({ number }) => number.includes(part.replaceAll('*', '')));
  return {
    status: 200,
    body: {
      incoming_phone_numbers: found.map((held) => numberResource(held, root)),
      page: 0,
      page_size: Number(query.get('PageSize') ?? 50),
      next_page_uri: null,
    },
  };
}

export function updateNumber(held: HeldNumber, form: URLSearchParams, root: string): RestAnswer {
  const wanted = Object.fromEntries(form);
  const unknown = Object.keys(wanted).filter((name) => !known.has(name));
  if (unknown.length > 0) return restError(400, 20001, `This stand-in does not change ${unknown.join(', ')}.`);
  const wrongUrl = addresses.find((name) => wanted[name] && !/^https?:\/\/[^\s]+$/.test(wanted[name]));
  if (wrongUrl === 'StatusCallback') return restError(400, 21502, 'StatusCallback is not a valid URL.');
  if (wrongUrl) return restError(400, 21402, `${wrongUrl} is not a valid URL.`);
  const wrongMethod = methods.find((name) => wanted[name] !== undefined && !['GET', 'POST'].includes(wanted[name]));
  if (wrongMethod) return restError(400, 21403, `${wrongMethod} is not valid.`);
  if (!held.sms && (wanted.SmsUrl ?? wanted.SmsMethod)) {
    return restError(400, 21407, 'This Phone Number type does not support SMS or MMS.');
  }
  const next = { ...held.fields, ...wanted };
  if (next.VoiceFallbackUrl && !next.VoiceUrl) {
    return restError(400, 21405, 'Cannot set VoiceFallbackUrl without setting Url.');
  }
  if (next.SmsFallbackUrl && !next.SmsUrl) {
    return restError(400, 21406, 'Cannot set SmsFallbackUrl without setting SmsUrl.');
  }
  held.fields = next;
  return { status: 200, body: numberResource(held, root) };
}

function numberResource({ sid, number, sms, trunkSid, fields }: HeldNumber, root: string): object {
  return {
    sid,
    account_sid: root.split('/').at(-1),
    api_version: '2010-04-01',
    phone_number: number,
    friendly_name: number,
    origin: 'twilio',
    beta: false,
    status: 'in-use',
    capabilities: { voice: true, sms, mms: false, fax: false },
    voice_url: fields.VoiceUrl,
    voice_method: fields.VoiceMethod,
    voice_fallback_url: fields.VoiceFallbackUrl,
    voice_application_sid: fields.VoiceApplicationSid || null,
    voice_receive_mode: 'voice',
    status_callback: fields.StatusCallback,
    status_callback_method: fields.StatusCallbackMethod,
    sms_url: fields.SmsUrl,
    sms_method: fields.SmsMethod,
    sms_fallback_url: fields.SmsFallbackUrl,
    sms_application_sid: fields.SmsApplicationSid || null,
    trunk_sid: trunkSid || null,
    uri: `${root}/IncomingPhoneNumbers/${sid}.json`,
  };
}
