import type { Clock } from '#domain/clock.ts';
import type { Slug } from '#domain/clinics/slug.ts';
import { isLive } from '#domain/clinics/keys/api-key.ts';
import {
  mintSocketKey,
  type SocketKey,
  socketKeyHash,
  socketKeyId,
  type SocketKeyStore,
} from '#domain/clinics/keys/socket-key.ts';
import type { ClinicId } from '#domain/ids.ts';
import { credentialEvent, overlapMs } from './issue-api-key.ts';

interface Deps {
  keys: SocketKeyStore;
  clock: Clock;
}

/** A clinic has one agent or a few; more lasting addresses are addresses nobody knows the use of. */
const mostKeys = 10;

/** Path of a clinic's LLM socket below the address of the voice service; Retell adds the id of each call. */
export const socketPath = (slug: Slug, key: string): string => `/llm-websocket/${slug}/${key}`;

/**
 * Gives a clinic's LLM socket a new secret address, on record. Its former ones work for an hour longer, or for ever
 * with `keep`. `too-many`: one must be revoked first.
 */
export function issueSocketKey({ keys, clock }: Deps) {
  return async (
    clinic: { id: ClinicId; slug: Slug },
    { keep = false }: { keep?: boolean } = {},
  ): Promise<{ outcome: 'issued'; path: string; keyId: string; retired: string[] } | { outcome: 'too-many' }> => {
    const nowMs = clock.now();
    const lasting = (await keys.ofClinic(clinic.id)).filter(
      ({ expiresAtMs }) => (expiresAtMs ?? Infinity) > nowMs + overlapMs,
    );
    if (keep && lasting.length >= mostKeys) return { outcome: 'too-many' };
    const key = mintSocketKey();
    const kept: SocketKey = { keyHash: socketKeyHash(key), clinicId: clinic.id, createdAtMs: nowMs };
    const retired = keep ? [] : lasting;
    const told = { resourceType: 'socket-key', resourceId: socketKeyId(kept), reason: 'issued' };
    await keys.add(
      kept,
      { keyHashes: retired.map(({ keyHash }) => keyHash), expiresAtMs: nowMs + overlapMs },
      credentialEvent(clinic.id, told, nowMs),
    );
    return {
      outcome: 'issued',
      path: socketPath(clinic.slug, key),
      keyId: socketKeyId(kept),
      retired: retired.map(socketKeyId),
    };
  };
}

/** Ends a key at once, on record. Calls that go on are not cut off; none can be opened with it any more. */
export function revokeSocketKey({ keys, clock }: Deps) {
  return async (clinicId: ClinicId, keyId: string): Promise<{ outcome: 'revoked' | 'not-live' }> => {
    const nowMs = clock.now();
    const key = (await keys.ofClinic(clinicId)).find((one) => socketKeyId(one) === keyId);
    if (!key) return { outcome: 'not-live' };
    const told = { resourceType: 'socket-key', resourceId: keyId, reason: 'revoked' };
    return keys.revoke(clinicId, key.keyHash, nowMs, credentialEvent(clinicId, told, nowMs));
  };
}

/** What is listed of a clinic's socket keys, newest first; nothing by which one could be used. */
export function listSocketKeys({ keys, clock }: Deps) {
  return async (
    clinicId: ClinicId,
  ): Promise<(Pick<SocketKey, 'createdAtMs' | 'expiresAtMs'> & { keyId: string; live: boolean })[]> =>
    (await keys.ofClinic(clinicId))
      .map((key) => ({
        keyId: socketKeyId(key),
        createdAtMs: key.createdAtMs,
        expiresAtMs: key.expiresAtMs,
        live: isLive(key, clock.now()),
      }))
      .toReversed();
}
