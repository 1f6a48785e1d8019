import { createPatientStore } from '#adapters/dynamodb/patients.ts';
import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { PatientId } from '#domain/ids.ts';
import type { PatientStore } from '#domain/scheduling/patients/patient-store.ts';
import { standingClock } from '../fakes/clock.ts';
import { aConversationId, cotonou, elsewhere } from '../fakes/conversation.ts';
import { startDynamoDb, type TestDynamoDb } from '../fakes/dynamodb.ts';
import { inMemoryPatients, patient } from '../fakes/patients.ts';

let db: TestDynamoDb;
beforeAll(async () => {
  db = await startDynamoDb();
});
afterAll(() => db.stop());

const event = (changes: Partial<PendingAuditEvent> = {}): PendingAuditEvent => ({
  v: 1,
  clinicId: cotonou,
  occurredAt: '2026-10-05T12:30:00.000Z',
  actorType: 'agent',
  actorId: aConversationId,
  act: 'identity.verify',
  outcome: 'denied',
  resourceType: 'conversation',
  resourceId: aConversationId,
  requestId: 'request-1',
  ...changes,
});
const created = event({ act: 'patient.create', outcome: 'success', resourceType: 'patient' });

interface World {
  patients: PatientStore;
  /** Acts put on record. */
  records(): Promise<unknown[]>;
}

const worlds: [string, () => Promise<World>][] = [
  [
    'in memory',
    async () => {
      const patients = inMemoryPatients();
      return { patients, records: async () => patients.records };
    },
  ],
  [
    'in DynamoDB',
    async () => {
      await db.clear();
      return {
        patients: createPatientStore({ core: db.tables.core, audit: db.tables.audit }, standingClock()),
        records: async () => db.tables.audit.query({ pk: `CLINIC#${cotonou}#PEND` }),
      };
    },
  ],
];

const [theo, lila, marc] = [
  patient({
    language: 'fr-BJ',
    authorisedContacts: [{ name: 'Inès Rivière', phone: '+12025550117', relation: 'mère' }],
  }),
  patient({
    patientId: PatientId.parse('b2f7d4e3-8c59-4f6a-9d7e-1a2f3e4d5c6b'),
    givenName: 'Lila',
    dob: '2017-09-02',
    createdAtMs: Date.parse('2026-09-02T08:00:00.000Z'),
  }),
  patient({
    patientId: PatientId.parse('c3a8e5f4-9d6a-4a7b-8e8f-2b3a4f5e6d7c'),
    givenName: 'Marc',
    familyName: 'Lacour',
    phones: ['+12025550150', '+12025550150', '+33199001261'],
    createdAtMs: Date.parse('2026-09-03T08:00:00.000Z'),
  }),
];

describe.each(worlds)('patients %s', (_, open) => {
  let world: World;
  beforeEach(async () => {
    world = await open();
  });

  test('a patient comes back as added, with the act on record', async () => {
    expect(await world.patients.add(theo, [created])).toEqual({ outcome: 'added' });
    expect(await world.patients.get(cotonou, theo.patientId)).toEqual(theo);
    expect(await world.records()).toEqual([expect.objectContaining(created)]);
  });

  test('adding somebody again changes nothing and puts nothing on record', async () => {
    await world.patients.add(theo, [created]);
    const renamed = { ...theo, givenName: 'Autre', phones: ['+12025550199'], dob: '1990-01-01' };
    expect(await world.patients.add(renamed, [created])).toEqual({ outcome: 'exists' });
    expect(await world.patients.get(cotonou, theo.patientId)).toEqual(theo);
    expect(await world.patients.byPhone(cotonou, '+12025550199')).toEqual([]);
    expect(await world.patients.byDob(cotonou, '1990-01-01')).toEqual([]);
    expect(await world.records()).toHaveLength(1);
  });

  test('a telephone leads to nobody, to one or to a whole family', async () => {
    for (const one of [lila, theo, marc]) await world.patients.add(one, []);
    expect(await world.patients.byPhone(cotonou, '+12025550111')).toEqual([]);
    expect(await world.patients.byPhone(cotonou, '+33199001261')).toEqual([marc]);
    expect(await world.patients.byPhone(cotonou, '+12025550117')).toEqual([theo, lila]);
  });

  test('a date of birth leads to everybody born on it', async () => {
    for (const one of [lila, theo, marc]) await world.patients.add(one, []);
    expect(await world.patients.byDob(cotonou, '2020-03-14')).toEqual([theo, marc]);
    expect(await world.patients.byDob(cotonou, '2020-03-15')).toEqual([]);
  });

  test('somebody without number and date of birth is found by id alone', async () => {
    const { dob: _dob, ...rest } = theo;
    const unknown = { ...rest, phones: [], provisional: true };
    await world.patients.add(unknown, []);
    expect(await world.patients.get(cotonou, theo.patientId)).toEqual(unknown);
  });

  test('a number that many share loses nobody', async () => {
    const crowd = Array.from({ length: 120 }, (_person, index) =>
      patient({
        patientId: PatientId.parse(`d4b9f6a5-0e7b-4b8c-9f9a-${String(index).padStart(12, '0')}`),
        createdAtMs: Date.parse('2026-09-01T08:00:00.000Z') + index,
      }),
    );
    for (const one of crowd) await world.patients.add(one, []);
    expect(await world.patients.byPhone(cotonou, '+12025550117')).toEqual(crowd);
  });

  test('another clinic knows none of them', async () => {
    await world.patients.add(theo, []);
    expect(await world.patients.get(elsewhere, theo.patientId)).toBeUndefined();
    expect(await world.patients.byPhone(elsewhere, '+12025550117')).toEqual([]);
    expect(await world.patients.byDob(elsewhere, '2020-03-14')).toEqual([]);
  });

  test('attempts are counted by number and day, each with its record', async () => {
    const { patients } = world;
    expect(await patients.attempts(cotonou, '+12025550117', '2026-10-05')).toBe(0);
    expect(
      await patients.countAttempt(cotonou, '+12025550117', '2026-10-05', () => ({ counts: true, audit: [event()] })),
    ).toBe(1);
    expect(
      await patients.countAttempt(cotonou, '+12025550117', '2026-10-05', () => ({ counts: true, audit: [event()] })),
    ).toBe(2);
    expect(
      await patients.countAttempt(cotonou, '+12025550117', '2026-10-06', () => ({ counts: true, audit: [event()] })),
    ).toBe(1);
    expect(
      await patients.countAttempt(cotonou, '+12025550118', '2026-10-05', () => ({ counts: true, audit: [event()] })),
    ).toBe(1);
    expect(await patients.attempts(cotonou, '+12025550117', '2026-10-05')).toBe(2);
    expect(await patients.attempts(elsewhere, '+12025550117', '2026-10-05')).toBe(0);
    const network = '5b0c1d7e-2f3a-4b6c-8d9e-0a1b2c3d4e5f';
    expect(
      await patients.countAttempt(cotonou, network, '2026-10-05', () => ({ counts: true, audit: [event()] })),
    ).toBe(1);
    expect(await patients.attempts(cotonou, network, '2026-10-05')).toBe(1);
    expect(await world.records()).toHaveLength(5);
  });

  test('of attempts at one moment none is lost and no two have the same count', async () => {
    const counts = await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map((requestId) =>
        world.patients.countAttempt(cotonou, '+12025550117', '2026-10-05', (attempts) => ({
          counts: true,
          audit: [event({ requestId, reason: `${attempts}` })],
        })),
      ),
    );
    expect(counts.toSorted()).toEqual([1, 2, 3, 4, 5]);
    const told = (await world.records()).map((record) => (record as PendingAuditEvent).reason);
    expect(told.toSorted()).toEqual(['1', '2', '3', '4', '5']);
  });

  test('an attempt that is not to count is on record and leaves room for others', async () => {
    const { patients } = world;
    const right = (attempts: number) => ({ counts: false, audit: [event({ reason: `${attempts}` })] });
    expect(await patients.countAttempt(cotonou, '+12025550117', '2026-10-05', right)).toBe(0);
    expect(await patients.countAttempt(cotonou, '+12025550117', '2026-10-05', right)).toBe(0);
    expect(await patients.attempts(cotonou, '+12025550117', '2026-10-05')).toBe(0);
    expect((await world.records()).map((record) => (record as PendingAuditEvent).reason)).toEqual(['1', '1']);
  });

  test('an attempt without a number is on record and counts for nobody', async () => {
    expect(
      await world.patients.countAttempt(cotonou, undefined, '2026-10-05', () => ({ counts: true, audit: [event()] })),
    ).toBe(0);
    expect(await world.records()).toEqual([expect.objectContaining(event())]);
  });

  test('counting does not make a number look like a patient', async () => {
    await world.patients.countAttempt(cotonou, '+12025550117', '2026-10-05', () => ({
      counts: true,
      audit: [event()],
    }));
    expect(await world.patients.byPhone(cotonou, '+12025550117')).toEqual([]);
  });
});

describe('patients as items', () => {
  test('lie under their clinic, carry what every item carries, and are listed by folded family name', async () => {
    await db.clear();
    const patients = createPatientStore({ core: db.tables.core, audit: db.tables.audit }, standingClock());
    await patients.add({ ...theo, familyName: 'Œ’Brien-Rivière' }, []);
    await patients.countAttempt(cotonou, '+12025550117', '2026-10-05', () => ({ counts: true, audit: [] }));
    const listed = await db.tables.core.query({ index: 'GSI1', pk: `CLINIC#${cotonou}#NAME#o` });
    expect(listed.map(({ GSI1SK }) => GSI1SK)).toEqual([`oe brien riviere theo#${theo.patientId}`]);
    const items = [
      ...listed,
      ...(await db.tables.core.query({ pk: `CLINIC#${cotonou}#PHONE#+12025550117` })),
      ...(await db.tables.core.query({ pk: `CLINIC#${cotonou}#DOB#2020-03-14` })),
    ];
    expect(items.map(({ entity }) => entity)).toEqual([
      'Patient',
      'PatientPhone',
      'VerificationAttempts',
      'PatientDob',
    ]);
    for (const item of items) {
      expect(item).toMatchObject({
        clinicId: cotonou,
        schemaVersion: 1,
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        updatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      });
    }
  });

  test('counts are cleaned away once their day is over everywhere', async () => {
    await db.clear();
    const patients = createPatientStore({ core: db.tables.core, audit: db.tables.audit }, standingClock());
    await patients.countAttempt(cotonou, '+12025550117', '2026-10-05', () => ({ counts: true, audit: [] }));
    const [count] = await db.tables.core.query({ pk: `CLINIC#${cotonou}#PHONE#+12025550117` });
    expect(count?.ttl).toBe(Date.parse('2026-10-08T00:00:00Z') / 1000);
  });
});
