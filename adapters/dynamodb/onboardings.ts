import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { type Clock, isoInstant } from '#domain/clock.ts';
import { Onboarding, type OnboardingStore } from '#domain/onboarding/onboarding.ts';
import { auditWrite } from './clinic-writes.ts';
import { keys } from './keys.ts';
import { type Item, type Table, toItem } from './table.ts';
import { type Step, transact } from './transact.ts';

const batchSize = 100;

/** One item for each clinic that ever joined or left; the version it was read at is the condition of every write. */
export function createOnboardingStore({ core, audit }: { core: Table; audit: Table }, clock: Clock): OnboardingStore {
  /** The row, and what must still stand for it to be written. */
  function write(next: Onboarding) {
    const first = next.version === 1;
    return {
      row: {
        ...keys.onboarding(next.clinicId),
        entity: 'Onboarding',
        schemaVersion: 1,
        ...next,
        updatedAt: isoInstant(clock.now()),
      },
      condition: first ? 'attribute_not_exists(PK)' : '#version = :before',
      ...(!first && { names: { '#version': 'version' }, values: { ':before': next.version - 1 } }),
    };
  }

  async function saveOnRecord(next: Onboarding, event: PendingAuditEvent): Promise<boolean> {
    const { row, condition, names, values } = write(next);
    const put: Step<'next'>['action'] = {
      Put: {
        TableName: core.name,
        Item: toItem(row),
        ConditionExpression: condition,
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: values && toItem(values),
      },
    };
    const refused = await transact(core.client, [
      { word: 'next', action: put },
      { word: 'next', action: auditWrite(audit.name, event) },
    ]);
    return refused.length === 0;
  }

  return {
    async get(clinicId) {
      const item = await core.get(keys.onboarding(clinicId));
      return item && Onboarding.parse(item);
    },

    async ofClinics(clinicIds) {
      const found: Item[] = [];
      for (let at = 0; at < clinicIds.length; at += batchSize) {
        found.push(...(await core.getMany(clinicIds.slice(at, at + batchSize).map(keys.onboarding))));
      }
      return found.map((item) => Onboarding.parse(item));
    },

    async save(next, event) {
      if (event) return (await saveOnRecord(next, event)) ? 'saved' : 'changed-meanwhile';
      const { row, ...condition } = write(next);
      return (await core.put(row, condition)) ? 'changed-meanwhile' : 'saved';
    },
  };
}
