import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { foldName } from '#domain/scheduling/patients/folded-name.ts';
import { Patient } from '#domain/scheduling/patients/patient.ts';
import { instant, stamps } from './calendar-rows.ts';
import { type Key, keys } from './keys.ts';
import { type Item, toItem } from './table.ts';

/** The item of a patient, listed by folded family name. */
function patientRow({ createdAtMs, updatedAtMs, ...patient }: Patient): Key & Item {
  const { clinicId, patientId, givenName, familyName } = patient;
  const folded = foldName(`${familyName} ${givenName}`);
  return {
    ...keys.patient(clinicId, patientId),
    ...stamps('Patient', clinicId, createdAtMs, updatedAtMs),
    ...patient,
    GSI1PK: keys.patientsByName(clinicId, folded),
    GSI1SK: `${folded}#${patientId}`,
  };
}

/** What leads from a number or a date of birth to a patient. */
function pointerRows({ clinicId, patientId, phones, dob, createdAtMs }: Patient): (Key & Item)[] {
  const pointer = (entity: string) => ({ ...stamps(entity, clinicId, createdAtMs), patientId });
  return [
    ...[...new Set(phones)].map((phone) => ({
      ...keys.patientPhone(clinicId, phone, patientId),
      ...pointer('PatientPhone'),
    })),
    ...(dob === undefined ? [] : [{ ...keys.patientDob(clinicId, dob, patientId), ...pointer('PatientDob') }]),
  ];
}

/**
 * What adds a patient, for a transaction. The condition of the first fails when somebody with this id is there already;
 * nothing is to be written then.
 */
export const patientPuts = (tableName: string, patient: Patient): TransactWriteItem[] => [
  { Put: { TableName: tableName, Item: toItem(patientRow(patient)), ConditionExpression: 'attribute_not_exists(PK)' } },
  ...pointerRows(patient).map((row) => ({ Put: { TableName: tableName, Item: toItem(row) } })),
];

const StoredInstants = z.object({ createdAt: instant, updatedAt: instant });

export function patientOf(item: Item): Patient {
  const { createdAt, updatedAt } = StoredInstants.parse(item);
  return Patient.parse({ ...item, createdAtMs: createdAt, updatedAtMs: updatedAt });
}
