import { type Clock, isoInstant } from '#domain/clock.ts';
import { Onboarding, type OnboardingStore } from '#domain/onboarding/onboarding.ts';
import { auditWrite } from './clinic-writes.ts';
import { keys } from './keys.ts';
import { type Item, refused, type Table, toItem } from './table.ts';
import { type Step, transact } from './transact.ts';

const batchSize = 100;

/** One item for each clinic that ever joined or left; the version it was read at is the condition of every write. */
export function createOnboardingStore({ core, audit }: { core: Table; audit: Table }, clock: Clock): OnboardingStore {
  const stands = '#version = :before';
  const names = { '#version': 'version' };
  const updatedAt = () => isoInstant(clock.now());

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

    async begin(next, event) {
      const key = keys.onboarding(next.clinicId);
      const row = { ...key, entity: 'Onboarding', schemaVersion: 1, ...next, updatedAt: updatedAt() };
      const condition =
        next.version === 1
          ? { ConditionExpression: 'attribute_not_exists(PK)' }
          : {
              ConditionExpression: stands,
              ExpressionAttributeNames: names,
              ExpressionAttributeValues: toItem({ ':before': next.version - 1 }),
            };
      const put: Step<'next'>['action'] = { Put: { TableName: core.name, Item: toItem(row), ...condition } };
      const inTheWay = await transact(core.client, [
        { word: 'next', action: put },
        { word: 'next', action: auditWrite(audit.name, event) },
      ]);
      return inTheWay.length ? 'changed-meanwhile' : 'saved';
    },

    async advance(before, change) {
      const next = { ...before, ...change, version: before.version + 1 };
      const written = await core.update(
        keys.onboarding(before.clinicId),
        { ...change, version: next.version, updatedAt: updatedAt() },
        { condition: stands, names, values: { ':before': before.version } },
      );
      return written === refused ? undefined : next;
    },
  };
}
