import { createWaitlistStore } from '#adapters/dynamodb/waitlist.ts';
import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { AppointmentTypeId, OperatoryId, ProviderId, WaitlistEntryId } from '#domain/ids.ts';
import type { HeldTime } from '#domain/scheduling/slots/slot.ts';
import type { WaitlistStore } from '#domain/scheduling/waitlist/waitlist.ts';
import { aConversationId, cotonou, elsewhere } from '../fakes/conversation.ts';
import { startDynamoDb, type TestDynamoDb } from '../fakes/dynamodb.ts';
import { inMemoryWaitlist, waitlistEntry } from '../fakes/waitlist.ts';

let db: TestDynamoDb;
beforeAll(async () => {
  db = await startDynamoDb();
});
afterAll(() => db.stop());

interface World {
  waitlist: WaitlistStore;
  /** Acts put on record. */
  records(): Promise<unknown[]>;
}

const worlds: [string, () => Promise<World>][] = [
  [
    'in memory',
    async () => {
      const waitlist = inMemoryWaitlist();
      return { waitlist, records: async () => waitlist.records };
    },
  ],
  [
    'in DynamoDB',
    async () => {
      await db.clear();
      return {
        waitlist: createWaitlistStore({ core: db.tables.core, audit: db.tables.audit }),
        records: async () => db.tables.audit.query({ pk: `CLINIC#${cotonou}#PEND` }),
      };
    },
  ],
];

const entry = waitlistEntry();
const provider = ProviderId.parse('6d2f1a90-3c4b-4e5f-8a6b-1c2d3e4f5a6b');
const event: PendingAuditEvent = {
  v: 1,
  clinicId: cotonou,
  occurredAt: '2026-10-05T12:30:00.000Z',
  actorType: 'system',
  actorId: 'waitlist',
  act: 'patient.update',
  outcome: 'success',
  resourceType: 'waitlist-entry',
  resourceId: entry.entryId,
  patientId: entry.patientId,
  requestId: 'request-1',
};
const startMs = Date.parse('2026-10-06T08:00:00.000Z');
const slot = {
  typeId: entry.typeId,
  providerId: provider,
  operatoryId: OperatoryId.parse('1f0c9a52-7b64-4c1d-9e3a-5a6b7c8d9e01'),
  startMs,
  endMs: startMs + 30 * 60_000,
  occFromMs: startMs,
  occToMs: startMs + 40 * 60_000,
};
const held: HeldTime = { ...slot, holdId: 'hold-1', holder: 'waitlist_1', expiresAtMs: startMs - 60_000 };

describe.each(worlds)('waitlists %s', (_, open) => {
  let world: World;
  beforeEach(async () => {
    world = await open();
  });

  test('whoever joins comes back whole, with the act on record', async () => {
    const wish = waitlistEntry({
      providerId: provider,
      from: '2026-10-05',
      to: '2026-10-20',
      notBefore: '09:00',
      before: '12:00',
      conversationId: aConversationId,
    });
    expect(await world.waitlist.join(wish, [event])).toEqual({ outcome: 'joined' });
    expect(await world.waitlist.get(cotonou, wish.entryId)).toEqual(wish);
    expect(await world.records()).toEqual([expect.objectContaining(event)]);
  });

  test('joining again changes nothing, whatever the second time says', async () => {
    await world.waitlist.join(entry, [event]);
    const later = waitlistEntry({ contact: '+12025550199', createdAtMs: entry.createdAtMs + 1 });
    expect(await world.waitlist.join(later, [event])).toEqual({ outcome: 'already-joined' });
    expect(await world.waitlist.ofType(cotonou, entry.typeId)).toEqual([entry]);
    expect(await world.records()).toHaveLength(1);
  });

  test('a list has the wishes for its type and clinic alone, oldest first', async () => {
    const other = AppointmentTypeId.parse('4c3f6d85-4e97-4f4a-8b6d-8d9e0f1a2b34');
    const named = (digit: string, changes: Parameters<typeof waitlistEntry>[0] = {}) =>
      waitlistEntry({ entryId: WaitlistEntryId.parse(`c4b5a6d7-1e2f-4a3b-8c4d-5e6f7a8b9c0${digit}`), ...changes });
    const second = named('1', { createdAtMs: entry.createdAtMs + 2 });
    const first = named('9', { createdAtMs: entry.createdAtMs + 1, status: 'left' });
    for (const one of [second, first, named('2', { typeId: other })]) await world.waitlist.join(one, []);
    expect(await world.waitlist.ofType(cotonou, entry.typeId)).toEqual([first, second]);
    expect(await world.waitlist.ofType(elsewhere, entry.typeId)).toEqual([]);
    expect(await world.waitlist.get(elsewhere, first.entryId)).toBeUndefined();
  });

  test('an offer is kept with the entry, held or not, and comes and goes', async () => {
    await world.waitlist.join(entry, []);
    const offered = { ...entry, status: 'offered', offer: held, version: 2 } as const;
    expect(await world.waitlist.update(offered, [event])).toEqual({ outcome: 'updated' });
    expect(await world.waitlist.get(cotonou, entry.entryId)).toEqual(offered);
    const matched = { ...entry, status: 'matched', offer: slot, version: 3 } as const;
    expect(await world.waitlist.update(matched, [])).toEqual({ outcome: 'updated' });
    expect(await world.waitlist.ofType(cotonou, entry.typeId)).toEqual([matched]);
    const waiting = { ...entry, version: 4 };
    expect(await world.waitlist.update(waiting, [])).toEqual({ outcome: 'updated' });
    expect(await world.waitlist.get(cotonou, entry.entryId)).toEqual(waiting);
    expect(await world.records()).toHaveLength(1);
  });

  test('of two who change the same state one succeeds, and only that is on record', async () => {
    await world.waitlist.join(entry, []);
    const answers = await Promise.all(
      (['left', 'matched'] as const).map((status) =>
        world.waitlist.update({ ...entry, status, version: 2 }, [{ ...event, reason: status }]),
      ),
    );
    expect(answers.map(({ outcome }) => outcome).toSorted()).toEqual(['changed-meanwhile', 'updated']);
    const { status } = (await world.waitlist.get(cotonou, entry.entryId)) ?? {};
    expect(await world.records()).toEqual([expect.objectContaining({ reason: status })]);
  });

  test('nobody who is not on the list is changed', async () => {
    expect(await world.waitlist.update({ ...entry, version: 2 }, [event])).toEqual({ outcome: 'changed-meanwhile' });
    expect(await world.waitlist.get(cotonou, entry.entryId)).toBeUndefined();
    expect(await world.records()).toEqual([]);
  });
});

test('as an item an entry carries what every item carries, its instants in words', async () => {
  await db.clear();
  const waitlist = createWaitlistStore({ core: db.tables.core, audit: db.tables.audit });
  await waitlist.join({ ...entry, offer: held, status: 'offered' }, []);
  expect(await db.tables.core.query({ pk: `CLINIC#${cotonou}#WAIT#${entry.typeId}` })).toEqual([
    expect.objectContaining({
      SK: `2026-10-01T08:00:00.000Z#${entry.entryId}`,
      entity: 'WaitlistEntry',
      clinicId: cotonou,
      schemaVersion: 1,
      createdAt: '2026-10-01T08:00:00.000Z',
      updatedAt: '2026-10-01T08:00:00.000Z',
      consentAt: '2026-10-01T08:00:00.000Z',
      offer: expect.objectContaining({ startUtc: '2026-10-06T08:00:00.000Z', expiresAt: '2026-10-06T07:59:00.000Z' }),
    }),
  ]);
});
