import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import type { ApiKey, ApiKeyStore } from '#domain/clinics/keys/api-key.ts';

export interface FakeApiKeys extends ApiKeyStore {
  /** Acts put on record, in order. */
  records: PendingAuditEvent[];
}

/** API keys in memory, keeping every promise of the real ones but the lag of the list. */
export function inMemoryApiKeys(...initial: ApiKey[]): FakeApiKeys {
  const kept = new Map(initial.map((key) => [key.keyId, key]));
  const records: PendingAuditEvent[] = [];
  const end = (keyId: string, atMs: number): boolean => {
    const key = kept.get(keyId);
    if (!key || (key.expiresAtMs ?? Infinity) <= atMs) return false;
    kept.set(keyId, { ...key, expiresAtMs: atMs });
    return true;
  };
  return {
    records,
    get: async (keyId) => structuredClone(kept.get(keyId)),
    ofClinic: async (clinicId) =>
      structuredClone([...kept.values()])
        .filter((key) => key.clinicId === clinicId)
        .sort((a, b) => a.createdAtMs - b.createdAtMs),
    async add(key, retire, event) {
      if (kept.has(key.keyId)) throw new Error('a new API key has the id of another');
      kept.set(key.keyId, structuredClone(key));
      for (const keyId of retire.keyIds) end(keyId, retire.expiresAtMs);
      records.push(event);
    },
    async revoke(clinicId, keyId, atMs, event) {
      if (kept.get(keyId)?.clinicId !== clinicId || !end(keyId, atMs)) return { outcome: 'not-live' };
      records.push(event);
      return { outcome: 'revoked' };
    },
  };
}
