import { createPatientStore } from '#adapters/dynamodb/patients.ts';
import { normalizePhone } from '#domain/phone-number.ts';
import { matchNames } from '#domain/scheduling/patients/matching.ts';
import { Patient } from '#domain/scheduling/patients/patient.ts';
import { demoPatients, seedDemoPatients } from '#local/demo-patients.ts';
import { cabinetDuParc, cliniqueBenin, lakesideDental } from '../clinics/demo-clinics.ts';
import { cotonou } from '../fakes/conversation.ts';
import { startDynamoDb, type TestDynamoDb } from '../fakes/dynamodb.ts';

let db: TestDynamoDb;
beforeAll(async () => {
  db = await startDynamoDb();
});
afterAll(() => db.stop());

const clinics = [cliniqueBenin, cabinetDuParc, lakesideDental];
const nowMs = Date.parse('2026-10-05T12:30:00.000Z');

test('every demo clinic has patients, who do not exist and can be verified', async () => {
  const ids = new Set<string>();
  for (const { id, slug, country } of clinics) {
    const patients = await demoPatients(id, slug, nowMs);
    expect(patients.length).toBeGreaterThanOrEqual(3);
    for (const one of patients) {
      expect(Patient.parse(one)).toEqual(one);
      expect(matchNames(`${one.familyName} ${one.givenName}`, `${one.givenName} ${one.familyName}`)).toBeDefined();
      expect(one.dob).toBeDefined();
      const numbers = [...one.phones, ...one.authorisedContacts.flatMap(({ phone }) => phone ?? [])];
      for (const number of numbers) {
        expect(number).toMatch(/^(\+120255501\d\d|\+3319900\d{4}|\+61491570156)$/);
        expect(normalizePhone(number, country).valid).toBe(true);
      }
      ids.add(one.patientId);
    }
  }
  expect(ids.size).toBe(
    (await Promise.all(clinics.map(({ id, slug }) => demoPatients(id, slug, nowMs)))).flat().length,
  );
});

test('a clinic that is none of the demo’s has none', async () => {
  expect(await demoPatients(cotonou, 'clinique-exemple', nowMs)).toEqual([]);
});

test('starting twice adds each once, and each is on record once', async () => {
  const { core, audit, routing, inbox } = db.tables;
  const tables = { core: core.name, audit: audit.name, routing: routing.name, inbox: inbox.name };
  for (const _ of [1, 2]) await seedDemoPatients(db.client, tables, clinics);
  const store = createPatientStore({ core, audit });
  const family = await store.byPhone(cliniqueBenin.id, '+12025550117');
  expect(family.map(({ givenName }) => givenName).toSorted()).toEqual(['Inès', 'Lila', 'Théo']);
  const records = await audit.query({ pk: `CLINIC#${cliniqueBenin.id}#PEND` });
  expect(records.map(({ act }) => act)).toEqual(
    (await demoPatients(cliniqueBenin.id, cliniqueBenin.slug, nowMs)).map(() => 'patient.create'),
  );
});
