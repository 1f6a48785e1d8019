import { createClinicDirectory } from '#adapters/dynamodb/clinic-directory.ts';
import { createClinicRegistry } from '#adapters/dynamodb/clinic-registry.ts';
import { keys } from '#adapters/dynamodb/keys.ts';
import type { Clinic } from '#domain/clinics/clinic.ts';
import { settleConflict } from '#domain/routing/find-clinic.ts';
import { clinicProfile } from '../fakes/clinic.ts';
import { cotonou, elsewhere } from '../fakes/conversation.ts';
import { startDynamoDb, type TestDynamoDb } from '../fakes/dynamodb.ts';

/*
 * What stands behind the first check of whose something is: it only shows where that one was passed by, by a race or by
 * a row that is not as it should be.
 */
let db: TestDynamoDb;
beforeAll(async () => {
  db = await startDynamoDb();
});
afterAll(() => db.stop());

const third = '0a9f4f3e-5d0b-4f5e-9d63-6f1f0f6f2b11' as typeof cotonou;

test('an operator settles a dispute between the clinics that are named, and hands a call to no third one', () => {
  const testimony = { number: cotonou, agent: elsewhere, hasNumber: true };
  expect(settleConflict(testimony, elsewhere)).toMatchObject({ outcome: 'found', clinicId: elsewhere });
  expect(settleConflict(testimony, third)).toEqual({ outcome: 'unrouted', reason: 'conflict' });
});

test('a released number names nobody, though its row still tells of a clinic; nor does a shared agent', async () => {
  const [number, id] = ['+12025550144', 'agent_shared00000001'];
  const { routing } = db.tables;
  await routing.put({ ...keys.number(number), clinicId: cotonou, status: 'released' });
  await routing.put({ ...keys.agent('retell', id), kind: 'shared', clinicId: cotonou });
  expect(await createClinicDirectory(routing).find({ number, agent: { provider: 'retell', id } })).toEqual({
    number: { clinicId: undefined, language: undefined, released: true },
  });
});

test.each<[string, Partial<Clinic>]>([
  ['number', { numbers: [{ number: '+12025550142' }] as Clinic['numbers'] }],
  ['dedicated agent', { agents: [{ provider: 'retell', id: 'agent_own000000001', kind: 'dedicated' }] }],
  ['slug', { slug: 'clinique-exemple' as Clinic['slug'] }],
])('a %s is not written to a second clinic, though nobody looked before', async (_, wanted) => {
  await db.clear();
  const registry = createClinicRegistry(db.tables);
  const {
    version: _version,
    recipients: _recipients,
    ...first
  } = clinicProfile({
    numbers: [{ number: '+12025550142' }],
    agents: [{ provider: 'retell', id: 'agent_own000000001', kind: 'dedicated' }],
  });
  await registry.save([{ after: first, events: [] }], Date.now());
  const other = {
    ...first,
    id: elsewhere,
    slug: 'autre-clinique' as Clinic['slug'],
    numbers: [],
    agents: [],
    ...wanted,
  };
  expect(await registry.save([{ after: other, events: [] }], Date.now())).toEqual({ outcome: 'changed-meanwhile' });
  const holders = await registry.holders([first]);
  expect(holders.numbers.get(first.numbers[0]?.number as never)).toBe(cotonou);
  expect(holders.agents.get('agent_own000000001')?.dedicatedTo).toBe(cotonou);
  expect(holders.slugs.get(first.slug)).toEqual({ clinicId: cotonou, current: true });
});
