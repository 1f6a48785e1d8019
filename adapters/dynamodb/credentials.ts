import * as z from 'zod';
import { isoInstant } from '#domain/clock.ts';
import { type CredentialStore, KeptCredential } from '#domain/clinics/credentials/credential.ts';
import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { auditWrite } from './clinic-writes.ts';
import { type Key, keys } from './keys.ts';
import { type Item, type Table, toItem } from './table.ts';
import { transact } from './transact.ts';

const Row = KeptCredential.omit({ putAtMs: true, former: true }).extend({
  putAt: z.iso.datetime(),
  former: z.object({ versionId: z.string(), fingerprint: z.string(), until: z.iso.datetime() }).optional(),
});

/** One that was put away counts no more. */
function credentialOf(item: Item | undefined): KeptCredential | undefined {
  if (!item || item.retiredAt !== undefined) return undefined;
  const { putAt, former, ...row } = Row.parse(item);
  return {
    ...row,
    putAtMs: Date.parse(putAt),
    ...(former && {
      former: { versionId: former.versionId, fingerprint: former.fingerprint, untilMs: Date.parse(former.until) },
    }),
  };
}

/** What counts now, for those who only use it. */
export const createCredentialLookup = (core: Table): Pick<CredentialStore, 'get'> => ({
  get: async (clinicId, kind) => credentialOf(await core.get(keys.credential(clinicId, kind))),
});

/** What is known of clinics' credentials: references and fingerprints, never a value. */
export function createCredentialStore({ core, audit }: { core: Table; audit: Table }): CredentialStore {
  /** Writes the item provided that `versionId` still counts. */
  async function write(
    key: Key,
    item: Item,
    versionId: string | undefined,
    event: PendingAuditEvent,
  ): Promise<{ outcome: 'saved' | 'changed-meanwhile' }> {
    const refused = await transact(core.client, [
      {
        word: 'credential',
        action: {
          Put: {
            TableName: core.name,
            Item: toItem({ ...key, entity: 'Credential', schemaVersion: 1, updatedAt: event.occurredAt, ...item }),
            ...(versionId === undefined
              ? { ConditionExpression: 'attribute_not_exists(PK) OR attribute_exists(retiredAt)' }
              : {
                  ConditionExpression: 'versionId = :read AND attribute_not_exists(retiredAt)',
                  ExpressionAttributeValues: toItem({ ':read': versionId }),
                }),
          },
        },
      },
      { word: 'credential', action: auditWrite(audit.name, event) },
    ]);
    return { outcome: refused.length ? 'changed-meanwhile' : 'saved' };
  }

  return {
    ...createCredentialLookup(core),

    async of(clinicId) {
      const items = await core.query({ pk: keys.credentialsOf(clinicId) });
      return items.flatMap((item) => credentialOf(item) ?? []);
    },

    save({ putAtMs, former, ...credential }, readVersionId, event) {
      const { clinicId, kind } = credential;
      const item = {
        ...credential,
        createdAt: isoInstant(putAtMs),
        putAt: isoInstant(putAtMs),
        ...(former && {
          former: { versionId: former.versionId, fingerprint: former.fingerprint, until: isoInstant(former.untilMs) },
        }),
      };
      return write(keys.credential(clinicId, kind), item, readVersionId, event);
    },

    retire({ clinicId, kind, versionId, fingerprint, putAtMs }, event) {
      const putAt = isoInstant(putAtMs);
      const item = { clinicId, kind, versionId, fingerprint, createdAt: putAt, putAt, retiredAt: event.occurredAt };
      return write(keys.credential(clinicId, kind), item, versionId, event);
    },
  };
}
