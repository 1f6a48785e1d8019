import { type ApiKeyStore, isLive, readApiKey, sameSecret } from '#domain/clinics/keys/api-key.ts';
import type { ClinicProfile, ClinicStore } from '#domain/clinics/clinic-store.ts';
import type { Log } from '#domain/log.ts';
import { type Answered, refuse } from './refusals.ts';

interface Deps {
  keys: Pick<ApiKeyStore, 'get'>;
  clinics: Pick<ClinicStore, 'profile'>;
  log: Log;
}

export type Authenticated = { clinic: ClinicProfile; keyId: string } | { refused: Answered };

/** Compared with when there is no such key, so that an unknown id takes as long as a wrong secret. */
const nobodysHash = '0'.repeat(64);

/**
 * The clinic whose key came as `Authorization: Bearer …`. The clinic is the key's, never an argument's. Whatever is wrong
 * with a key, the answer is the same; only the log tells an expired one from an unknown one.
 */
export function authenticate({ keys, clinics, log }: Deps) {
  const unauthorized = (reason: string): Authenticated => {
    log.warn('booking.unauthorized', { reason });
    return { refused: refuse('unauthorized', { headers: { 'www-authenticate': 'Bearer' } }) };
  };

  return async (authorization: string | undefined, nowMs: number): Promise<Authenticated> => {
    const [, text] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
    const claimed = text === undefined ? undefined : readApiKey(text);
    if (!claimed) return unauthorized(authorization === undefined ? 'missing' : 'malformed');
    const key = await keys.get(claimed.keyId);
    const same = sameSecret(key?.secretHash ?? nobodysHash, claimed.secretHash);
    if (!key || !same) return unauthorized('unknown');
    if (!isLive(key, nowMs)) return unauthorized('expired');
    const clinic = await clinics.profile(key.clinicId);
    if (!clinic) return unauthorized('unknown');
    return clinic.status === 'active' ? { clinic, keyId: key.keyId } : { refused: refuse('clinic-inactive') };
  };
}
