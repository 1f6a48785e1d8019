import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import type { SocketAddresses, SocketKey, SocketKeyStore } from '#domain/clinics/keys/socket-key.ts';
import type { ClinicId } from '#domain/ids.ts';

export interface FakeSocketKeys extends SocketKeyStore, SocketAddresses {
  /** Acts put on record, in order. */
  records: PendingAuditEvent[];
  /** Whose slug is or was whose; a test may change it. */
  slugs: Map<string, ClinicId>;
}

/** Socket keys in memory, keeping every promise of the real ones but the lag of the list. */
export function inMemorySocketKeys(slugs: Record<string, ClinicId> = {}): FakeSocketKeys {
  const kept = new Map<string, SocketKey>();
  const records: PendingAuditEvent[] = [];
  const end = (keyHash: string, atMs: number): boolean => {
    const key = kept.get(keyHash);
    if (!key || (key.expiresAtMs ?? Infinity) <= atMs) return false;
    kept.set(keyHash, { ...key, expiresAtMs: atMs });
    return true;
  };
  const clinicOf = new Map(Object.entries(slugs));
  return {
    records,
    slugs: clinicOf,
    async find({ slug, keyHash }) {
      const slugOf = clinicOf.get(slug);
      const key = keyHash === undefined ? undefined : structuredClone(kept.get(keyHash));
      return { ...(slugOf && { slugOf }), ...(key && { key }) };
    },
    ofClinic: async (clinicId) =>
      structuredClone([...kept.values()])
        .filter((key) => key.clinicId === clinicId)
        .sort((a, b) => a.createdAtMs - b.createdAtMs),
    async add(key, retire, event) {
      if (kept.has(key.keyHash)) throw new Error('a new credential has the key of another');
      kept.set(key.keyHash, structuredClone(key));
      for (const keyHash of retire.keyHashes) end(keyHash, retire.expiresAtMs);
      records.push(event);
    },
    async revoke(clinicId, keyHash, atMs, event) {
      if (kept.get(keyHash)?.clinicId !== clinicId || !end(keyHash, atMs)) return { outcome: 'not-live' };
      records.push(event);
      return { outcome: 'revoked' };
    },
  };
}
