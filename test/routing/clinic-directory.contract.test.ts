import { createClinicDirectory } from '#adapters/dynamodb/clinic-directory.ts';
import { createClinicRegistry } from '#adapters/dynamodb/clinic-registry.ts';
import type { Clinic } from '#domain/clinics/clinic.ts';
import type { E164 } from '#domain/e164.ts';
import type { ClinicDirectory } from '#domain/routing/clinic-directory.ts';
import { clinicProfile } from '../fakes/clinic.ts';
import { aConversationId, cotonou, elsewhere } from '../fakes/conversation.ts';
import { inMemoryDirectory } from '../fakes/directory.ts';
import { startDynamoDb, type TestDynamoDb } from '../fakes/dynamodb.ts';

let db: TestDynamoDb;
beforeAll(async () => {
  db = await startDynamoDb();
});
afterAll(() => db.stop());

const gaveUpAt = Date.parse('2026-10-05T12:30:00.000Z');
const own = { provider: 'retell', id: 'agent_own000000001', kind: 'dedicated' } as const;
const shared = { provider: 'retell', id: 'agent_shared00000001', kind: 'shared' } as const;

/** As it is stored: without what only a profile has. */
function clinic(changes: Parameters<typeof clinicProfile>[0]): Clinic {
  const { version: _version, recipients: _recipients, ...stored } = clinicProfile(changes);
  return stored;
}

const directories: [string, () => Promise<ClinicDirectory>][] = [
  [
    'in memory',
    async () =>
      inMemoryDirectory({
        numbers: { '+12025550142': cotonou, '+12025550143': elsewhere, '+12025550144': 'released' },
        languages: { '+12025550142': 'en' },
        dedicatedAgents: { [own.id]: elsewhere },
        former: { '+12025550144': [{ clinicId: cotonou, untilMs: gaveUpAt }] },
      }),
  ],
  [
    'in DynamoDB',
    async () => {
      await db.clear();
      const registry = createClinicRegistry(db.tables);
      const two = [{ number: '+12025550142', language: 'en' }, { number: '+12025550144' }];
      const first = clinic({ numbers: two, agents: [shared] });
      const other = clinic({
        id: elsewhere,
        slug: 'autre-clinique',
        numbers: [{ number: '+12025550143' }],
        agents: [own],
      });
      await registry.save(
        [
          { after: first, events: [] },
          { after: other, events: [] },
        ],
        Date.now(),
      );
      const before = await registry.profile(cotonou);
      await registry.save([{ before, after: { ...first, numbers: first.numbers.slice(0, 1) }, events: [] }], gaveUpAt);
      return createClinicDirectory(db.tables.routing);
    },
  ],
];

describe.each(directories)('the directory %s', (_, open) => {
  let directory: ClinicDirectory;
  beforeEach(async () => {
    directory = await open();
  });

  test('all that is known of a call is found in one question', async () => {
    expect(await directory.find({ number: '+12025550142', agent: own, conversationId: aConversationId })).toEqual({
      number: { clinicId: cotonou, language: 'en', released: false },
      agent: { clinicId: elsewhere },
    });
  });

  test('of a number it is known who had it, until when, whoever has it now', async () => {
    expect(await directory.formerClinics('+12025550144' as E164)).toEqual([{ clinicId: cotonou, untilMs: gaveUpAt }]);
    expect(await directory.formerClinics('+12025550142' as E164)).toEqual([]);
  });

  test('a shared agent, an unknown number and an unknown conversation name nobody', async () => {
    expect(await directory.find({ number: '+12025550199', agent: shared, conversationId: aConversationId })).toEqual(
      {},
    );
    expect(await directory.find({})).toEqual({});
  });

  test('a number given back is known as such', async () => {
    expect((await directory.find({ number: '+12025550144' })).number).toMatchObject({ released: true });
    expect((await directory.find({ number: '+12025550144' })).number?.clinicId).toBeUndefined();
  });

  test('a conversation is bound to the first clinic that claims it, for ever', async () => {
    const first = { clinicId: cotonou, routedBy: 'number' };
    expect(await directory.claimSession(cotonou, aConversationId, 'number', 0)).toEqual(first);
    expect(await directory.claimSession(elsewhere, aConversationId, 'agent', 0)).toEqual(first);
    expect((await directory.find({ conversationId: aConversationId })).session).toEqual(first);
  });

  test('every clinic is listed', async () => {
    expect(new Set(await directory.clinicIds())).toEqual(new Set([cotonou, elsewhere]));
  });
});
