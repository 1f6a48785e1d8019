import { claimsOf } from '#adapters/retell/claims.ts';
import { checkRetellSignature } from '#adapters/retell/signature.ts';
import type { Secret } from '#adapters/secrets/secret.ts';
import type { Clock } from '#domain/clock.ts';
import type { ClinicId } from '#domain/ids.ts';
import type { Log } from '#domain/log.ts';
import type { ClinicKeys } from './clinic-keys.ts';
import { errorAnswer, type HttpAnswer, type HttpRequest } from './http.ts';

/** `signedFor`: signed with a key of this clinic's own account, and therefore never another's, whatever it says. */
export type AuthenticRequest =
  { authentic: true; body: unknown; signedFor?: ClinicId } | { authentic: false; answer: HttpAnswer };

interface Deps {
  /** Of our account, which signs for every clinic in it. */
  key: Secret;
  /** Of clinics' own accounts. */
  clinicKeys: ClinicKeys;
  clock: Clock;
  log: Log;
}

/**
 * Lets a request through only with Retell's signature over its exact bytes: under our current key or the one it replaced
 * in the last hour, or under the key of a clinic's own account. A refusal says nothing. `body` is `undefined` when the
 * authentic bytes are not JSON.
 */
export function retellRequests({ key, clinicKeys, clock, log }: Deps) {
  /** The clinic whose own key made the signature. */
  async function signerOf(rawBody: Buffer, header: string | undefined, body: unknown): Promise<ClinicId | undefined> {
    const candidates = await clinicKeys(claimsOf(body));
    return candidates.find(({ values }) => checkRetellSignature(rawBody, header, values, clock.now()).valid)?.clinicId;
  }

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
    const body = parsed(rawBody);
    if (!check.valid && check.reason === 'mismatch') {
      check = checkRetellSignature(rawBody, header, await key.refreshed(), clock.now());
    }
    if (!check.valid && check.reason === 'mismatch') {
      const signedFor = await signerOf(rawBody, header, body);
      if (signedFor) return { authentic: true, body, signedFor };
    }
    if (!check.valid) {
      log.warn('signature.refused', { reason: check.reason, ageMs: check.ageMs });
      return { authentic: false, answer: { status: 401 } };
    }
    return { authentic: true, body };
  };
}

function parsed(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString('utf8'));
  } catch {
    return undefined; // Not JSON: the caller keeps the bytes as poison and says so.
  }
}
