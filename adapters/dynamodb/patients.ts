import { systemClock } from '#domain/clock.ts';
import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { type ClinicId, PatientId } from '#domain/ids.ts';
import type { PatientStore } from '#domain/scheduling/patients/patient-store.ts';
import type { Patient } from '#domain/scheduling/patients/patient.ts';
import { instant, stamps } from './calendar-rows.ts';
import { auditWrite } from './clinic-writes.ts';
import { keys } from './keys.ts';
import { patientOf, patientPuts } from './patient-rows.ts';
import { type Item, type Table, toItem } from './table.ts';
import { type Step, transact } from './transact.ts';

/** As many items as one request reads. */
const batchSize = 100;

/** Attempts of one number at one moment are few; who loses so often to others has met a fault. */
const mostRounds = 20;

/** A count is over with its day, wherever on Earth that ends; deletion only cleans. */
const keptSeconds = 3 * 24 * 60 * 60;

/** The patients of clinics. Those born on a date or reached on a number are found by pointers to their items. */
export function createPatientStore({ core, audit }: { core: Table; audit: Table }, clock = systemClock): PatientStore {
  async function pointedTo(clinicId: ClinicId, pointers: Item[]): Promise<Patient[]> {
    const wanted = pointers.map(({ patientId }) => keys.patient(clinicId, PatientId.parse(patientId)));
    const items: Item[] = [];
    for (let at = 0; at < wanted.length; at += batchSize) {
      items.push(...(await core.getMany(wanted.slice(at, at + batchSize))));
    }
    const patients = items.map(patientOf);
    return patients.sort((a, b) => a.createdAtMs - b.createdAtMs || (a.patientId < b.patientId ? -1 : 1));
  }

  const recordSteps = (events: readonly PendingAuditEvent[]) =>
    events.map((event): Step<'record'> => ({ word: 'record', action: auditWrite(audit.name, event) }));

  return {
    async get(clinicId, patientId) {
      const item = await core.get(keys.patient(clinicId, patientId));
      return item && patientOf(item);
    },

    async byPhone(clinicId, phone) {
      const pk = keys.phone(clinicId, phone);
      return pointedTo(clinicId, await core.query({ pk, sk: 'begins_with(SK, :pat)', values: { ':pat': 'PAT#' } }));
    },

    async byDob(clinicId, dob) {
      const pk = keys.bornOn(clinicId, dob);
      const pointers = await core.query({ pk });
      // A second read even for nobody: how long it takes must not tell whether anybody was born that day.
      if (!pointers.length) await core.getMany([{ PK: pk, SK: 'NOBODY' }]);
      return pointedTo(clinicId, pointers);
    },

    async add(patient, events) {
      const puts = patientPuts(core.name, patient).map((action): Step<'patient'> => ({ word: 'patient', action }));
      const refused = await transact<'patient' | 'record'>(core.client, [...puts, ...recordSteps(events)]);
      return { outcome: refused.length ? 'exists' : 'added' };
    },

    async attempts(clinicId, who, date) {
      return attemptsIn(await core.get(keys.verificationAttempts(clinicId, who, date)));
    },

    async countAttempt(clinicId, who, date, judge) {
      if (who === undefined) {
        await transact(core.client, recordSteps(judge(0).audit));
        return 0;
      }
      const key = keys.verificationAttempts(clinicId, who, date);
      // A transaction does not answer what it made of a number, so it counts on from the one that was read.
      for (let round = 0; round < mostRounds; round++) {
        const before = await core.get(key);
        const { counts, audit: events } = judge(attemptsIn(before) + 1);
        const attempts = attemptsIn(before) + (counts ? 1 : 0);
        const createdMs = before ? instant.parse(before.createdAt) : clock.now();
        const row = {
          ...key,
          ...stamps('VerificationAttempts', clinicId, createdMs, clock.now()),
          attempts,
          ttl: Date.parse(`${date}T00:00:00Z`) / 1000 + keptSeconds,
        };
        const count = {
          TableName: core.name,
          Item: toItem(row),
          ...(before
            ? {
                ConditionExpression: '#attempts = :before',
                ExpressionAttributeNames: { '#attempts': 'attempts' },
                ExpressionAttributeValues: toItem({ ':before': before.attempts }),
              }
            : { ConditionExpression: 'attribute_not_exists(PK)' }),
        };
        const refused = await transact<'count' | 'record'>(core.client, [
          { word: 'count', action: { Put: count } },
          ...recordSteps(events),
        ]);
        if (!refused.length) return attempts;
      }
      throw new Error('the attempts of one asker were counted by others twenty times in a row');
    },
  };
}

const attemptsIn = (item: Item | undefined): number => Number(item?.attempts ?? 0);
