import * as z from 'zod';
import { type Clock, isoInstant } from '#domain/clock.ts';
import type { SuppressionActor } from '#domain/clinics/suppression-list.ts';
import { CallConsent, type CallConsents } from '#domain/conversations/outbound/call-consent.ts';
import type { ClinicId, PatientId } from '#domain/ids.ts';
import { auditWrite } from './clinic-writes.ts';
import { keys } from './keys.ts';
import { type Item, type Table, toItem } from './table.ts';
import { transact } from './transact.ts';

interface Tables {
  core: Table;
  audit: Table;
}

const Row = CallConsent.omit({ givenAtMs: true }).extend({
  givenAt: z.iso.datetime(),
  withdrawnAt: z.iso.datetime().optional(),
});

/** What patients agreed to, in their own partition. A consent that was withdrawn stays, for it tells what was allowed until then. */
export function createCallConsents({ core, audit }: Tables, clock: Clock): CallConsents {
  const read = async (clinicId: ClinicId, patientId: PatientId) => {
    const item = await core.get(keys.callConsent(clinicId, patientId));
    return item && Row.parse(item);
  };

  async function write(
    clinicId: ClinicId,
    patientId: PatientId,
    row: Item,
    by: SuppressionActor,
    word: 'given' | 'withdrawn',
  ): Promise<void> {
    const at = isoInstant(clock.now());
    await transact(core.client, [
      {
        word: 'consent',
        action: {
          Put: {
            TableName: core.name,
            Item: toItem({
              ...keys.callConsent(clinicId, patientId),
              entity: 'CallConsent',
              schemaVersion: 1,
              clinicId,
              patientId,
              ...row,
              updatedAt: at,
            }),
          },
        },
      },
      {
        word: 'record',
        action: auditWrite(audit.name, {
          v: 1,
          clinicId,
          occurredAt: at,
          ...by,
          act: 'contact.consent',
          outcome: 'success',
          resourceType: 'patient',
          resourceId: patientId,
          patientId,
          fields: ['calls'],
          reason: word,
        }),
      },
    ]);
  }

  return {
    async of(clinicId, patientId) {
      const row = await read(clinicId, patientId);
      if (!row || row.withdrawnAt !== undefined) return undefined;
      return { numbers: row.numbers, way: row.way, givenAtMs: Date.parse(row.givenAt) };
    },
    give: (clinicId, patientId, { numbers, way, givenAtMs }, by) => {
      const givenAt = isoInstant(givenAtMs);
      return write(clinicId, patientId, { numbers, way, givenAt, createdAt: givenAt }, by, 'given');
    },
    async withdraw(clinicId, patientId, by) {
      const row = await read(clinicId, patientId);
      if (!row || row.withdrawnAt !== undefined) return;
      const withdrawnAt = isoInstant(clock.now());
      await write(clinicId, patientId, { ...row, createdAt: row.givenAt, withdrawnAt }, by, 'withdrawn');
    },
  };
}
