import * as z from 'zod';
import { isoInstant } from '#domain/clock.ts';
import { SocketKey, type SocketAddresses, type SocketKeyStore } from '#domain/clinics/keys/socket-key.ts';
import { ClinicId } from '#domain/ids.ts';
import { expiringCredentials } from './expiring-credentials.ts';
import { keys } from './keys.ts';
import type { Item, Table } from './table.ts';

const socketKeyOf = ({ createdAt, expiresAt, ...item }: Item): SocketKey =>
  SocketKey.parse({
    ...item,
    createdAtMs: Date.parse(String(createdAt)),
    expiresAtMs: expiresAt === undefined ? undefined : Date.parse(String(expiresAt)),
  });

const SlugItem = z.object({ clinicId: ClinicId });

/** Who the address of an LLM socket names. */
export const createSocketAddresses = (routing: Table): SocketAddresses => ({
  async find({ slug, keyHash }) {
    const wanted = { slug: keys.slug(slug), ...(keyHash !== undefined && { key: keys.socketKey(keyHash) }) };
    const items = await routing.getMany(Object.values(wanted));
    const slugItem = items.find(({ PK }) => PK === wanted.slug.PK);
    const keyItem = items.find(({ PK }) => PK === wanted.key?.PK);
    return {
      ...(slugItem && { slugOf: SlugItem.parse(slugItem).clinicId }),
      ...(keyItem && { key: socketKeyOf(keyItem) }),
    };
  },
});

/** The keys of clinics' LLM sockets, for those who hand them out. */
export function createSocketKeyStore({ routing, audit }: { routing: Table; audit: Table }): SocketKeyStore {
  const credentials = expiringCredentials({ routing, audit });
  return {
    async ofClinic(clinicId) {
      return (await routing.query({ index: 'GSI1', pk: keys.socketKeysOfClinic(clinicId) })).map(socketKeyOf);
    },

    async add({ createdAtMs, expiresAtMs, ...key }, retire, event) {
      const createdAt = isoInstant(createdAtMs);
      const item = {
        ...keys.socketKey(key.keyHash),
        GSI1PK: keys.socketKeysOfClinic(key.clinicId),
        GSI1SK: createdAt,
        entity: 'SocketKey',
        schemaVersion: 1,
        ...key,
        createdAt,
        updatedAt: createdAt,
        expiresAt: expiresAtMs === undefined ? undefined : isoInstant(expiresAtMs),
      };
      const retiring = { keys: retire.keyHashes.map((hash) => keys.socketKey(hash)), expiresAtMs: retire.expiresAtMs };
      await credentials.add(item, retiring, event);
    },

    revoke: (clinicId, keyHash, atMs, event) => credentials.revoke(clinicId, keys.socketKey(keyHash), atMs, event),
  };
}
