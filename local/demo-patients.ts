import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { parse } from 'yaml';
import * as z from 'zod';
import { createPatientStore } from '#adapters/dynamodb/patients.ts';
import { openTable } from '#adapters/dynamodb/table.ts';
import { isoInstant, systemClock } from '#domain/clock.ts';
import type { ClinicProfile } from '#domain/clinics/clinic-store.ts';
import type { ClinicId } from '#domain/ids.ts';
import { Patient } from '#domain/scheduling/patients/patient.ts';
import type { TableNames } from './local-json.ts';

const fileOf = (slug: string): URL => new URL(`./scenarios/patients/${slug}.yaml`, import.meta.url);

const { givenName, familyName, dob, phones, language, authorisedContacts, patientId: id } = Patient.shape;
const PatientFile = z.array(
  z.strictObject({
    id,
    givenName: givenName.min(1),
    familyName: familyName.min(1),
    dob,
    phones,
    language,
    authorisedContacts: authorisedContacts.default([]),
  }),
);

/** The demo patients of a clinic, by its slug; none for a clinic that is not one of the demo. @throws ZodError when a file is wrong */
export async function demoPatients(clinicId: ClinicId, slug: string, nowMs: number): Promise<Patient[]> {
  const file = fileOf(slug);
  if (!existsSync(file)) return [];
  return PatientFile.parse(parse(await readFile(file, 'utf8'))).map(({ id: patientId, ...patient }) => ({
    clinicId,
    patientId,
    ...patient,
    provisional: false,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    version: 1,
  }));
}

/** Adds the demo patients of the clinics to the tables of this machine; those that are there stay as they are. */
export async function seedDemoPatients(
  client: DynamoDBClient,
  tables: TableNames,
  clinics: readonly Pick<ClinicProfile, 'id' | 'slug'>[],
): Promise<void> {
  const patients = createPatientStore({ core: openTable(client, tables.core), audit: openTable(client, tables.audit) });
  const nowMs = systemClock.now();
  for (const { id: clinicId, slug } of clinics) {
    for (const patient of await demoPatients(clinicId, slug, nowMs)) {
      const { patientId } = patient;
      await patients.add(patient, [
        {
          v: 1,
          clinicId,
          occurredAt: isoInstant(nowMs),
          actorType: 'system',
          actorId: 'demo-patients',
          act: 'patient.create',
          outcome: 'success',
          resourceType: 'patient',
          resourceId: patientId,
          patientId,
          requestId: 'demo-patients',
        },
      ]);
    }
  }
}
