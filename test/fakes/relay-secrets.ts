import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import type { RelaySecret, RelaySecretStore } from '#domain/clinics/keys/relay-secret.ts';

/** Secrets of relays in memory, keeping every promise of the real ones. */
export function inMemoryRelaySecrets(): RelaySecretStore & { records: PendingAuditEvent[] } {
  const kept: RelaySecret[] = [];
  const records: PendingAuditEvent[] = [];
  const end = (clinicId: string, secretHash: string, atMs: number): boolean => {
    const secret = kept.find((one) => one.clinicId === clinicId && one.secretHash === secretHash);
    if (!secret || (secret.expiresAtMs ?? Infinity) <= atMs) return false;
    secret.expiresAtMs = atMs;
    return true;
  };
  return {
    records,
    ofClinic: async (clinicId) => structuredClone(kept.filter((secret) => secret.clinicId === clinicId)),
    async add(secret, { secretHashes, expiresAtMs }, event) {
      kept.push(structuredClone(secret));
      for (const hash of secretHashes) end(secret.clinicId, hash, expiresAtMs);
      records.push(event);
    },
    async revoke(clinicId, secretHash, atMs, event) {
      if (!end(clinicId, secretHash, atMs)) return { outcome: 'not-live' };
      records.push(event);
      return { outcome: 'revoked' };
    },
  };
}
