import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { isoInstant } from '#domain/clock.ts';
import type { ClinicId } from '#domain/ids.ts';
import { auditWrite } from './clinic-writes.ts';
import type { Key } from './keys.ts';
import { type Item, type Table, toItem } from './table.ts';
import { type Step, transact } from './transact.ts';

/** Items in `routing` that prove something until `expiresAt`: how they are added, ended and put on record. */
export function expiringCredentials({ routing, audit }: { routing: Table; audit: Table }) {
  /** One that ends earlier anyway is left alone. */
  const expire = (key: Key, at: string, writtenAt: string): Step<'ended'> => ({
    word: 'ended',
    action: {
      Update: {
        TableName: routing.name,
        Key: toItem({ ...key }),
        UpdateExpression: 'SET #expiresAt = :at, #updatedAt = :writtenAt',
        ConditionExpression: 'attribute_exists(PK) AND (attribute_not_exists(#expiresAt) OR #expiresAt > :at)',
        ExpressionAttributeNames: { '#expiresAt': 'expiresAt', '#updatedAt': 'updatedAt' },
        ExpressionAttributeValues: toItem({ ':at': at, ':writtenAt': writtenAt }),
      },
    },
  });

  return {
    /** Adds one and lets others expire. @throws Error when there is one by this key already */
    async add(
      item: Key & Item & { createdAt: string },
      retire: { keys: readonly Key[]; expiresAtMs: number },
      event: PendingAuditEvent,
    ): Promise<void> {
      let retiring = [...retire.keys];
      for (;;) {
        const steps: Step<'added' | 'ended'>[] = [
          {
            word: 'added',
            action: {
              Put: { TableName: routing.name, Item: toItem(item), ConditionExpression: 'attribute_not_exists(PK)' },
            },
          },
          { word: 'added', action: auditWrite(audit.name, event) },
          ...retiring.map((key) => expire(key, isoInstant(retire.expiresAtMs), item.createdAt)),
        ];
        const refused = await transact(routing.client, steps);
        if (refused.length === 0) return;
        if (refused.some(({ word }) => word === 'added')) throw new Error('a new credential has the key of another');
        // Somebody ended those earlier in the meantime.
        retiring = retiring.filter((_, index) => !refused.includes(steps[index + 2]!));
      }
    },

    /** Ends one of this clinic's at `atMs`. */
    async revoke(
      clinicId: ClinicId,
      key: Key,
      atMs: number,
      event: PendingAuditEvent,
    ): Promise<{ outcome: 'revoked' | 'not-live' }> {
      const known = await routing.get(key);
      if (known?.clinicId !== clinicId) return { outcome: 'not-live' };
      const refused = await transact(routing.client, [
        expire(key, isoInstant(atMs), isoInstant(atMs)),
        { word: 'ended', action: auditWrite(audit.name, event) },
      ]);
      return { outcome: refused.length ? 'not-live' : 'revoked' };
    },
  };
}
