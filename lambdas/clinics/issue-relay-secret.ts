import { isLive } from '#domain/clinics/keys/api-key.ts';
import {
  mintRelaySecret,
  type RelaySecret,
  relaySecretHash,
  relaySecretId,
  type RelaySecretStore,
} from '#domain/clinics/keys/relay-secret.ts';
import type { Clock } from '#domain/clock.ts';
import type { ClinicId } from '#domain/ids.ts';
import { credentialEvent, overlapMs } from './issue-api-key.ts';

interface Deps {
  secrets: RelaySecretStore;
  clock: Clock;
}

/** Where a clinic's relay sends what it was sent. */
export const relayPath = (clinicId: ClinicId): string => `/api/n8n/retell-webhook/${clinicId}`;

/** Opens a clinic's relay, or gives it a new secret, on record. The former one works for an hour longer. */
export function issueRelaySecret({ secrets, clock }: Deps) {
  return async (clinicId: ClinicId): Promise<{ text: string; secretId: string; retired: string[] }> => {
    const nowMs = clock.now();
    const lasting = (await secrets.ofClinic(clinicId)).filter(
      ({ expiresAtMs }) => (expiresAtMs ?? Infinity) > nowMs + overlapMs,
    );
    const text = mintRelaySecret();
    const kept: RelaySecret = { secretHash: relaySecretHash(text), clinicId, createdAtMs: nowMs };
    const told = { resourceType: 'relay-secret', resourceId: relaySecretId(kept), reason: 'issued' };
    const retire = { secretHashes: lasting.map(({ secretHash }) => secretHash), expiresAtMs: nowMs + overlapMs };
    await secrets.add(kept, retire, credentialEvent(clinicId, told, nowMs));
    return { text, secretId: relaySecretId(kept), retired: lasting.map(relaySecretId) };
  };
}

/** Closes a clinic's relay at once, on record: none of its secrets proves anything any more. */
export function closeRelay({ secrets, clock }: Deps) {
  return async (clinicId: ClinicId): Promise<{ outcome: 'closed' | 'not-open' }> => {
    const nowMs = clock.now();
    const live = (await secrets.ofClinic(clinicId)).filter((secret) => isLive(secret, nowMs));
    for (const secret of live) {
      const told = { resourceType: 'relay-secret', resourceId: relaySecretId(secret), reason: 'revoked' };
      await secrets.revoke(clinicId, secret.secretHash, nowMs, credentialEvent(clinicId, told, nowMs));
    }
    return { outcome: live.length ? 'closed' : 'not-open' };
  };
}

/** What is listed of a relay's secrets, newest first; nothing by which one could be used. */
export function listRelaySecrets({ secrets, clock }: Deps) {
  return async (
    clinicId: ClinicId,
  ): Promise<(Pick<RelaySecret, 'createdAtMs' | 'expiresAtMs'> & { secretId: string; live: boolean })[]> =>
    (await secrets.ofClinic(clinicId))
      .map((secret) => ({
        secretId: relaySecretId(secret),
        createdAtMs: secret.createdAtMs,
        expiresAtMs: secret.expiresAtMs,
        live: isLive(secret, clock.now()),
      }))
      .toReversed();
}
