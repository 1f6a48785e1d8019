import { isoInstant } from '#domain/clock.ts';
import { RelaySecret, type RelaySecretStore } from '#domain/clinics/keys/relay-secret.ts';
import { expiringCredentials } from './expiring-credentials.ts';
import { keys } from './keys.ts';
import type { Item, Table } from './table.ts';

const secretOf = ({ createdAt, expiresAt, ...item }: Item): RelaySecret =>
  RelaySecret.parse({
    ...item,
    createdAtMs: Date.parse(String(createdAt)),
    expiresAtMs: expiresAt === undefined ? undefined : Date.parse(String(expiresAt)),
  });

/** The secrets of clinics' relays, for the door that asks for one. */
export const createRelaySecrets = (routing: Table): Pick<RelaySecretStore, 'ofClinic'> => ({
  async ofClinic(clinicId) {
    const items = await routing.query({ pk: keys.relaySecretsOf(clinicId) });
    return items.map(secretOf).sort((a, b) => a.createdAtMs - b.createdAtMs);
  },
});

/** The same, for those who hand them out. */
export function createRelaySecretStore({ routing, audit }: { routing: Table; audit: Table }): RelaySecretStore {
  const credentials = expiringCredentials({ routing, audit });
  return {
    ...createRelaySecrets(routing),

    async add({ createdAtMs, expiresAtMs, ...secret }, { secretHashes, expiresAtMs: endMs }, event) {
      const { clinicId, secretHash } = secret;
      const createdAt = isoInstant(createdAtMs);
      const item = {
        ...keys.relaySecret(clinicId, secretHash),
        entity: 'RelaySecret',
        schemaVersion: 1,
        ...secret,
        createdAt,
        updatedAt: createdAt,
        expiresAt: expiresAtMs === undefined ? undefined : isoInstant(expiresAtMs),
      };
      const former = secretHashes.map((hash) => keys.relaySecret(clinicId, hash));
      await credentials.add(item, { keys: former, expiresAtMs: endMs }, event);
    },

    revoke: (clinicId, secretHash, atMs, event) =>
      credentials.revoke(clinicId, keys.relaySecret(clinicId, secretHash), atMs, event),
  };
}
