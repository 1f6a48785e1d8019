import { readForm, type TwilioForm } from '#adapters/twilio/form.ts';
import type { TwilioSecret } from '#adapters/twilio/secret.ts';
import { checkTwilioSignature } from '#adapters/twilio/signature.ts';
import { hangUp, twimlType } from '#adapters/twilio/twiml.ts';
import { lineWords } from '#domain/conversations/talk/line-words.ts';
import { languages } from '#domain/language.ts';
import type { Log } from '#domain/log.ts';
import { errorAnswer, type HttpAnswer, type HttpRequest } from './http.ts';

export type AuthenticForm = { authentic: true; form: TwilioForm } | { authentic: false; answer: HttpAnswer };

/** A form of Twilio's is a few kilobytes. */
export const largestFormBytes = 64_000;

interface Deps {
  twilio: Pick<TwilioSecret, 'tokens' | 'refreshedTokens'>;
  /** Where Twilio was told to find us; never taken from the request. */
  apiUrl: string;
  log: Log;
}

/**
 * Lets a form through only with Twilio's signature over our configured address, the query as it was sent and every
 * parameter. A refusal says nothing.
 */
export function twilioRequests({ twilio, apiUrl, log }: Deps) {
  return async ({ rawBody, rawQuery, headers }: HttpRequest, path: string): Promise<AuthenticForm> => {
    if (rawBody.byteLength > largestFormBytes) {
      log.warn('body.too-large', { count: rawBody.byteLength });
      return { authentic: false, answer: errorAnswer(413, 'body-too-large', 'The body is larger than 64 KB.') };
    }
    const form = readForm(rawBody);
    const signed = {
      url: `${apiUrl}${path}${rawQuery ? `?${rawQuery}` : ''}`,
      header: headers['x-twilio-signature'],
      params: form.params,
    };
    let check = checkTwilioSignature({ ...signed, tokens: await twilio.tokens() });
    if (!check.valid && check.reason === 'mismatch') {
      check = checkTwilioSignature({ ...signed, tokens: await twilio.refreshedTokens() });
    }
    if (check.valid) return { authentic: true, form };
    log.warn('signature.refused', { reason: check.reason });
    return { authentic: false, answer: { status: 403 } };
  };
}

/** An answer Twilio carries out. */
export const twimlAnswer = (content: string): HttpAnswer => ({ status: 200, text: { type: twimlType, content } });

/** One sentence in every language we speak, then the end of the call: nobody knows which the caller understands. */
export const sayAndHangUp = (word: 'notInService' | 'apology'): HttpAnswer =>
  twimlAnswer(hangUp(...languages.map((language) => ({ language, text: lineWords[language][word] }))));
