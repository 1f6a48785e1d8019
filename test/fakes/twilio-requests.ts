import { readFileSync } from 'node:fs';
import webhooks from 'twilio/lib/webhooks/webhooks.js';
import { createTwilioSecret } from '#adapters/twilio/secret.ts';
import type { HttpRequest } from '#lambdas/http.ts';
import { knownSecret } from './secret.ts';

export const twilioToken = '00112233445566778899aabbccddeeff';
export const twilioAccountSid = 'AC00000000000000000000000000000001';
export const apiUrl = 'https://api.clinics.example';
export const voiceUrl = 'wss://voice.clinics.example';

/** Our account at Twilio, as the secret holds it. */
export const twilioAccount = (changes: object = {}): string =>
  JSON.stringify({ accountSid: twilioAccountSid, authToken: twilioToken, ...changes });
export const knownTwilio = createTwilioSecret(knownSecret([twilioAccount()]));

type Form = Record<string, string>;

/** A request as Twilio's samples show it. */
export function twilioSample(name: string): { url: string; headers: Record<string, string>; form: Form } {
  return JSON.parse(readFileSync(new URL(`../fixtures/twilio/${name}.json`, import.meta.url), 'utf8'));
}

/** A form posted to one of our paths, signed by Twilio's own library. */
export function signedForm(
  path: string,
  form: Form,
  { token = twilioToken, rawQuery = '', headers = {} as Record<string, string> } = {},
): HttpRequest {
  const url = `${apiUrl}${path}${rawQuery && `?${rawQuery}`}`;
  return {
    rawBody: Buffer.from(new URLSearchParams(form).toString()),
    headers: { ...headers, 'x-twilio-signature': webhooks.getExpectedTwilioSignature(token, url, form) },
    pathParameters: {},
    query: Object.fromEntries(new URLSearchParams(rawQuery)),
    rawQuery,
    route: `POST ${path}`,
    requestId: 'req-1',
  };
}
