import { isoInstant } from '#domain/clock.ts';
import { ApiKey, type ApiKeyStore } from '#domain/clinics/api-key.ts';
import { auditWrite } from './clinic-writes.ts';
import { keys } from './keys.ts';
import { type Item, type Table, toItem } from './table.ts';
import { type Step, transact } from './transact.ts';

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
  /** A key that ends earlier anyway is left alone. */
  const expire = (keyId: string, at: string, writtenAt: string): Step<'ended'> => ({
    word: 'ended',
    action: {
      Update: {
        TableName: routing.name,
        Key: toItem({ ...keys.apiKey(keyId) }),
        UpdateExpression: 'SET #expiresAt = :at, #updatedAt = :writtenAt',
        ConditionExpression: 'attribute_exists(PK) AND (attribute_not_exists(#expiresAt) OR #expiresAt > :at)',
        ExpressionAttributeNames: { '#expiresAt': 'expiresAt', '#updatedAt': 'updatedAt' },
        ExpressionAttributeValues: toItem({ ':at': at, ':writtenAt': writtenAt }),
      },
    },
  });

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
      let retiring = [...retire.keyIds];
      for (;;) {
        const steps: Step<'added' | 'ended'>[] = [
          {
            word: 'added',
            action: {
              Put: {
                TableName: routing.name,
                Item: toItem(item),
                ConditionExpression: 'attribute_not_exists(PK)',
              },
            },
          },
          { word: 'added', action: auditWrite(audit.name, event) },
          ...retiring.map((keyId) => expire(keyId, isoInstant(retire.expiresAtMs), createdAt)),
        ];
        const refused = await transact(routing.client, steps);
        if (refused.length === 0) return;
        if (refused.some(({ word }) => word === 'added')) throw new Error('a new API key has the id of another');
        // Somebody ended those earlier in the meantime.
        retiring = retiring.filter((_, index) => !refused.includes(steps[index + 2]!));
      }
    },

    async revoke(clinicId, keyId, atMs, event) {
      const known = await routing.get(keys.apiKey(keyId));
      if (known?.clinicId !== clinicId) return { outcome: 'not-live' };
      const refused = await transact(routing.client, [
        expire(keyId, isoInstant(atMs), isoInstant(atMs)),
        { word: 'ended', action: auditWrite(audit.name, event) },
      ]);
      return { outcome: refused.length ? 'not-live' : 'revoked' };
    },
  };
}
