import { checkRetellSignature } from '#adapters/retell/signature.ts';
import type { Secret } from '#adapters/secrets/secret.ts';
import type { Clock } from '#domain/clock.ts';
import type { Log } from '#domain/log.ts';
import { errorAnswer, type HttpAnswer, type HttpRequest } from './http.ts';

export type AuthenticRequest = { authentic: true; body: unknown } | { authentic: false; answer: HttpAnswer };

/**
 * Lets a request through only with Retell's signature over its exact bytes, under the current key or the one it
 * replaced in the last hour. A refusal says nothing. `body` is `undefined` when the authentic bytes are not JSON.
 */
export function retellRequests({ key, clock, log }: { key: Secret; clock: Clock; log: Log }) {
  return async ({ rawBody, headers }: HttpRequest, largestBytes: number): Promise<AuthenticRequest> => {
    if (rawBody.byteLength > largestBytes) {
      log.warn('body.too-large', { count: rawBody.byteLength });
      const limit = `${Math.floor(largestBytes / 1000)} KB`;
      return {
        authentic: false,
        answer: errorAnswer(413, 'body-too-large', `The body is larger than ${limit}; send it smaller.`),
      };
    }
    const header = headers['x-retell-signature'];
    let check = checkRetellSignature(rawBody, header, await key.values(), clock.now());
    if (!check.valid && check.reason === 'mismatch') {
      check = checkRetellSignature(rawBody, header, await key.refreshed(), clock.now());
    }
    if (!check.valid) {
      log.warn('signature.refused', { reason: check.reason, ageMs: check.ageMs });
      return { authentic: false, answer: { status: 401 } };
    }
    return { authentic: true, body: parsed(rawBody) };
  };
}

function parsed(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString('utf8'));
  } catch {
    return undefined; // Not JSON: the caller keeps the bytes as poison and says so.
  }
}
