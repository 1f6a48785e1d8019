import { randomUUID } from 'node:crypto';
import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { type Clock, isoInstant } from '#domain/clock.ts';
import { type ApiKey, type ApiKeyStore, isLive, mintApiKey } from '#domain/clinics/keys/api-key.ts';
import type { ClinicId } from '#domain/ids.ts';

interface Deps {
  keys: ApiKeyStore;
  clock: Clock;
}

/** How long a former key still works, so that software can be given the new one without a break. */
export const overlapMs = 60 * 60 * 1000;
/** More lasting keys than this are keys nobody knows the use of. */
const mostKeys = 20;

export interface IssuedApiKey {
  /** The key itself, which is nowhere else: shown once. */
  text: string;
  keyId: string;
  /** Ids of the keys that end with the overlap. */
  retired: string[];
}

/**
 * Gives a clinic a new API key, on record. Its former keys work for an hour longer, or for ever with `keep`.
 * `too-many`: one must be revoked first.
 */
export function issueApiKey({ keys, clock }: Deps) {
  return async (
    clinicId: ClinicId,
    { label, keep = false }: { label?: string; keep?: boolean } = {},
  ): Promise<({ outcome: 'issued' } & IssuedApiKey) | { outcome: 'too-many' }> => {
    const nowMs = clock.now();
    const lasting = (await keys.ofClinic(clinicId)).filter(
      ({ expiresAtMs }) => (expiresAtMs ?? Infinity) > nowMs + overlapMs,
    );
    if (keep && lasting.length >= mostKeys) return { outcome: 'too-many' };
    const { text, keyId, secretHash } = mintApiKey();
    const retired = keep ? [] : lasting.map((key) => key.keyId);
    await keys.add(
      { keyId, clinicId, secretHash, ...(label && { label }), createdAtMs: nowMs },
      { keyIds: retired, expiresAtMs: nowMs + overlapMs },
      credentialEvent(clinicId, { resourceType: 'api-key', resourceId: keyId, reason: 'issued' }, nowMs),
    );
    return { outcome: 'issued', text, keyId, retired };
  };
}

/** Ends a key at once, on record. */
export function revokeApiKey({ keys, clock }: Deps) {
  return (clinicId: ClinicId, keyId: string): Promise<{ outcome: 'revoked' | 'not-live' }> => {
    const nowMs = clock.now();
    const told = { resourceType: 'api-key', resourceId: keyId, reason: 'revoked' };
    return keys.revoke(clinicId, keyId, nowMs, credentialEvent(clinicId, told, nowMs));
  };
}

/** What is listed of a clinic's keys, newest first; nothing by which one could be used. */
export function listApiKeys({ keys, clock }: Deps) {
  return async (clinicId: ClinicId): Promise<(Omit<ApiKey, 'secretHash'> & { live: boolean })[]> =>
    (await keys.ofClinic(clinicId))
      .map(({ secretHash: _hash, ...key }) => ({ ...key, live: isLive(key, clock.now()) }))
      .toReversed();
}

/** The record of a credential that was given out or taken back by the people who run the deployment. */
export const credentialEvent = (
  clinicId: ClinicId,
  told: Pick<PendingAuditEvent, 'resourceType' | 'resourceId' | 'reason' | 'fields'>,
  nowMs: number,
): PendingAuditEvent => ({
  v: 1,
  clinicId,
  occurredAt: isoInstant(nowMs),
  actorType: 'platform',
  actorId: 'cli',
  act: 'credential.rotate',
  outcome: 'success',
  ...told,
  requestId: `cli-${randomUUID()}`,
});
