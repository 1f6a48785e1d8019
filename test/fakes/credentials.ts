import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import type { CredentialStore, KeptCredential, SecretValues } from '#domain/clinics/credentials/credential.ts';
import type { ClinicId } from '#domain/ids.ts';

/** What is known of credentials, in memory, keeping every promise of the real store. */
export function inMemoryCredentials(): CredentialStore & { records: PendingAuditEvent[] } {
  const kept = new Map<string, KeptCredential>();
  const records: PendingAuditEvent[] = [];
  const nameOf = ({ clinicId, kind }: Pick<KeptCredential, 'clinicId' | 'kind'>) => `${clinicId} ${kind}`;
  return {
    records,
    of: async (clinicId) => [...kept.values()].filter((credential) => credential.clinicId === clinicId),
    get: async (clinicId, kind) => kept.get(nameOf({ clinicId, kind })),
    async save(next, readVersionId, event) {
      if (kept.get(nameOf(next))?.versionId !== readVersionId) return { outcome: 'changed-meanwhile' };
      kept.set(nameOf(next), structuredClone(next));
      records.push(event);
      return { outcome: 'saved' };
    },
    async retire(credential, event) {
      if (kept.get(nameOf(credential))?.versionId !== credential.versionId) return { outcome: 'changed-meanwhile' };
      kept.delete(nameOf(credential));
      records.push(event);
      return { outcome: 'saved' };
    },
  };
}

/** Values in memory. `reads`: how often each clinic's were asked for. */
export function inMemorySecretValues(): SecretValues & { reads: ClinicId[]; values: Map<string, string> } {
  const values = new Map<string, string>();
  const reads: ClinicId[] = [];
  return {
    reads,
    values,
    async put(clinicId, kind, { id, value }) {
      values.set(`${clinicId}/${kind}/${id}`, value);
      return { reference: `memory/${clinicId}/${kind}` };
    },
    async read(clinicId, kind, versionId) {
      reads.push(clinicId);
      const value = values.get(`${clinicId}/${kind}/${versionId}`);
      if (value === undefined) throw new Error('there is no such version');
      return value;
    },
    async remove(clinicId, kind) {
      for (const name of values.keys()) if (name.startsWith(`${clinicId}/${kind}/`)) values.delete(name);
    },
  };
}
