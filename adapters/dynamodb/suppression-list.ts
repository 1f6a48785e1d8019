import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { type Clock, isoInstant } from '#domain/clock.ts';
import type { E164 } from '#domain/e164.ts';
import { Contact, type SuppressionActor, type SuppressionList } from '#domain/clinics/suppression-list.ts';
import { type ClinicId, derivedUuid } from '#domain/ids.ts';
import { auditWrite } from './clinic-writes.ts';
import { keys } from './keys.ts';
import { type Table, toItem } from './table.ts';
import { type Step, transact } from './transact.ts';

/** One person writes twice in a hurry; who loses so often has met a fault. */
const mostRounds = 5;

/** What a number refused, in one item beside all else that is known by that number. */
export function createSuppressionList({ core, audit }: { core: Table; audit: Table }, clock: Clock): SuppressionList {
  async function read(clinicId: ClinicId, number: E164) {
    const item = await core.get(keys.suppression(clinicId, number));
    return { refused: new Set(Contact.array().parse(item?.contacts ?? [])), version: Number(item?.version ?? 0), item };
  }

  async function change(
    clinicId: ClinicId,
    number: E164,
    act: 'contact.refuse' | 'contact.allow',
    by: SuppressionActor,
    changed: readonly Contact[],
  ): Promise<void> {
    for (let round = 0; round < mostRounds; round++) {
      const { refused, version, item } = await read(clinicId, number);
      const isRefusal = act === 'contact.refuse';
      const fields = changed.filter((contact) => refused.has(contact) !== isRefusal);
      if (fields.length === 0) return;
      const contacts = Contact.options.filter((one) => (changed.includes(one) ? isRefusal : refused.has(one)));
      const at = isoInstant(clock.now());
      const row = {
        ...keys.suppression(clinicId, number),
        entity: 'Suppression',
        schemaVersion: 1,
        clinicId,
        number,
        contacts,
        version: version + 1,
        createdAt: item?.createdAt ?? at,
        updatedAt: at,
      };
      const event: PendingAuditEvent = {
        v: 1,
        clinicId,
        occurredAt: at,
        ...by,
        act,
        outcome: 'success',
        resourceType: 'number',
        // Stands for the number and does not tell it.
        resourceId: derivedUuid('number', clinicId, number),
        fields,
      };
      const steps: Step<'list' | 'record'>[] = [
        {
          word: 'list',
          action: {
            Put: {
              TableName: core.name,
              Item: toItem(row),
              ConditionExpression: version === 0 ? 'attribute_not_exists(PK)' : '#version = :version',
              ...(version > 0 && {
                ExpressionAttributeNames: { '#version': 'version' },
                ExpressionAttributeValues: toItem({ ':version': version }),
              }),
            },
          },
        },
        { word: 'record', action: auditWrite(audit.name, event) },
      ];
      if ((await transact(core.client, steps)).length === 0) return;
    }
    throw new Error('what a number refuses was written by others five times in a row');
  }

  return {
    refusedBy: async (clinicId, number) => (await read(clinicId, number)).refused,
    refuse: (clinicId, number, contacts, by) => change(clinicId, number, 'contact.refuse', by, contacts),
    allow: (clinicId, number, contacts, by) => change(clinicId, number, 'contact.allow', by, contacts),
  };
}
