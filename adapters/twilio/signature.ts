import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';

export type SignatureCheck = { valid: true } | { valid: false; reason: 'missing' | 'mismatch' };

interface Signed {
  /** As it is configured at Twilio, with the query as it was sent; never put together from a `Host` header. */
  url: string;
  /** `X-Twilio-Signature`. */
  header: string | undefined;
  /** Auth tokens accepted now. */
  tokens: readonly string[];
}

/**
 * Checks the signature of a webhook: over the configured URL and the parameters of its form.
 *
 * @throws Error when there is no token: without one nothing may pass.
 */
export function checkTwilioSignature({
  url,
  header,
  tokens,
  params,
}: Signed & { params: Record<string, string | string[]> }): SignatureCheck {
  if (tokens.length === 0 || tokens.some((token) => !token))
    throw new Error('no Twilio token to verify signatures with');
  if (!header) return { valid: false, reason: 'missing' };
  const matches = tokens.map((token) => validateRequest(token, header, url, params));
  return matches.includes(true) ? { valid: true } : { valid: false, reason: 'mismatch' };
}

/**
 * Checks the signature of the request that opens a media socket: over its `wss://` URL, to which Twilio sometimes adds
 * a slash before it signs.
 *
 * @throws Error when there is no token.
 */
export function checkTwilioUpgrade({ url, header, tokens }: Signed): SignatureCheck {
  const checks = [url, `${url}/`].map((each) => checkTwilioSignature({ url: each, header, tokens, params: {} }));
  return checks.find(({ valid }) => valid) ?? (checks[0] as SignatureCheck);
}
