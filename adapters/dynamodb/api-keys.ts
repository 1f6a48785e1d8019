import { isoInstant } from '#domain/clock.ts';
import { ApiKey, type ApiKeyStore } from '#domain/clinics/keys/api-key.ts';
import { expiringCredentials } from './expiring-credentials.ts';
import { keys } from './keys.ts';
import type { Item, Table } from './table.ts';

const apiKeyOf = ({ createdAt, expiresAt, ...item }: Item): ApiKey =>
  ApiKey.parse({
    ...item,
    createdAtMs: Date.parse(String(createdAt)),
    expiresAtMs: expiresAt === undefined ? undefined : Date.parse(String(expiresAt)),
  });

/** Finds a key by its id when one is shown. */
export const createApiKeyLookup = (routing: Table): Pick<ApiKeyStore, 'get'> => ({
  async get(keyId) {
    const item = await routing.get(keys.apiKey(keyId));
    return item && apiKeyOf(item);
  },
});

/** The keys of clinics' software, for those who hand them out. */
export function createApiKeyStore({ routing, audit }: { routing: Table; audit: Table }): ApiKeyStore {
  const credentials = expiringCredentials({ routing, audit });
  return {
    ...createApiKeyLookup(routing),

    async ofClinic(clinicId) {
      return (await routing.query({ index: 'GSI1', pk: keys.apiKeysOfClinic(clinicId) })).map(apiKeyOf);
    },

    async add({ createdAtMs, expiresAtMs, ...key }, retire, event) {
      const createdAt = isoInstant(createdAtMs);
      const item = {
        ...keys.apiKey(key.keyId),
        GSI1PK: keys.apiKeysOfClinic(key.clinicId),
        GSI1SK: createdAt,
        entity: 'ApiKey',
        schemaVersion: 1,
        ...key,
        createdAt,
        updatedAt: createdAt,
        expiresAt: expiresAtMs === undefined ? undefined : isoInstant(expiresAtMs),
      };
      const retiring = { keys: retire.keyIds.map((id) => keys.apiKey(id)), expiresAtMs: retire.expiresAtMs };
      await credentials.add(item, retiring, event);
    },

    revoke: (clinicId, keyId, atMs, event) => credentials.revoke(clinicId, keys.apiKey(keyId), atMs, event),
  };
}
