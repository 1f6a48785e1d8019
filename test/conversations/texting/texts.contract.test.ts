import { createBegunChats } from '#adapters/dynamodb/begun-chats.ts';
import { createSuppressionList } from '#adapters/dynamodb/suppression-list.ts';
import {
  createIncomingTexts,
  createOfferedTimes,
  createRepliesAbroad,
  createSentTexts,
  createTextServices,
} from '#adapters/dynamodb/texts.ts';
import { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { mostChats } from '#domain/conversations/texting/begun-chats.ts';
import { mostRepliesAbroad } from '#domain/conversations/texting/replies-abroad.ts';
import { TextNotSent, type TextOutcome } from '#domain/conversations/texting/text-sender.ts';
import type { E164 } from '#domain/e164.ts';
import { WaitlistEntryId, writtenConversationId } from '#domain/ids.ts';
import { standingClock } from '../../fakes/clock.ts';
import { cotonou, elsewhere } from '../../fakes/conversation.ts';
import { startDynamoDb, type TestDynamoDb } from '../../fakes/dynamodb.ts';
import {
  inMemoryBegunChats,
  inMemoryIncoming,
  inMemoryOfferedTimes,
  inMemoryRepliesAbroad,
  inMemorySentTexts,
  inMemorySuppressions,
} from '../../fakes/texts.ts';

const number = '+12025550117' as E164;
const by = { actorType: 'user', actorId: 'sender', requestId: 'SM1' } as const;

let db: TestDynamoDb;
beforeAll(async () => {
  db = await startDynamoDb();
});
afterAll(() => db.stop());

const worlds = [
  [
    'in memory',
    async () => {
      const clock = standingClock();
      return {
        clock,
        list: inMemorySuppressions(),
        sent: inMemorySentTexts(),
        incoming: inMemoryIncoming(clock),
        repliesAbroad: inMemoryRepliesAbroad(clock),
        begunChats: inMemoryBegunChats(),
        offered: inMemoryOfferedTimes(clock),
      };
    },
  ],
  [
    'in DynamoDB',
    async () => {
      await db.clear();
      const { core } = db.tables;
      const clock = standingClock();
      return {
        clock,
        offered: createOfferedTimes(core, clock),
        list: createSuppressionList(db.tables, clock),
        sent: createSentTexts(core, clock),
        incoming: createIncomingTexts(core, clock),
        repliesAbroad: createRepliesAbroad(core, clock),
        begunChats: createBegunChats(core, clock),
      };
    },
  ],
] as const;

describe.each(worlds)('texts %s', (_, open) => {
  test('what a number refuses at one clinic it refuses at no other, and takes back piece by piece', async () => {
    const { list } = await open();
    const refused = async (clinicId = cotonou) => [...(await list.refusedBy(clinicId, number))].sort();
    await list.refuse(cotonou, number, ['messages', 'calls'], by);
    await list.refuse(cotonou, number, ['messages'], by);
    expect(await refused()).toEqual(['calls', 'messages']);
    expect(await refused(elsewhere)).toEqual([]);
    await list.allow(cotonou, number, ['messages'], by);
    expect(await refused()).toEqual(['calls']);
  });

  test('a number has one offer to answer at a time, at each clinic, until that runs out', async () => {
    const { offered, clock } = await open();
    const [one, other] = ['c4b5a6d7-1e2f-4a3b-8c4d-5e6f7a8b9c01', 'c4b5a6d7-1e2f-4a3b-8c4d-5e6f7a8b9c02'].map((id) =>
      WaitlistEntryId.parse(id),
    ) as [WaitlistEntryId, WaitlistEntryId];
    const keep = (entryId: WaitlistEntryId, clinicId = cotonou) =>
      offered.keep(clinicId, number, entryId, clock.now() + 60_000);
    expect([await keep(one), await keep(one), await keep(other)]).toEqual(['kept', 'kept', 'another-stands']);
    expect(await keep(other, elsewhere)).toBe('kept');
    expect(await offered.of(cotonou, number)).toBe(one);
    clock.pass(60_000);
    expect(await keep(other)).toBe('kept');
    expect(await offered.of(cotonou, number)).toBe(other);
  });

  test('a person is written to once under one name, and again only where certainly nothing was sent', async () => {
    const { sent } = await open();
    const once = (name: string, outcome: () => Promise<TextOutcome>) => sent.once(cotonou, number, name, outcome);
    const accepted = async () => ({ outcome: 'accepted', textId: 'SM1' }) as const;
    const failing = (error: Error) => () => Promise.reject(error);
    await expect(once('a', failing(new TextNotSent('busy')))).rejects.toThrow('busy');
    expect(await once('a', accepted)).toEqual({ outcome: 'accepted', textId: 'SM1' });
    expect(await once('a', accepted)).toEqual({ outcome: 'already' });
    await expect(once('b', failing(new Error('lost')))).rejects.toThrow('lost');
    expect(await once('b', accepted)).toEqual({ outcome: 'unknown' });
    const refusal = async () => ({ outcome: 'refused', reason: 'opted-out' }) as const;
    for (const vendor of [refusal, accepted]) expect(await once('c', vendor)).toEqual(await refusal());
    expect(await sent.once(elsewhere, number, 'a', accepted)).toMatchObject({ outcome: 'accepted' });
  });

  test('what somebody wrote is taken once, and asked again hears its answer', async () => {
    const { incoming } = await open();
    const at = {
      conversationId: writtenConversationId('sms', { clinicId: cotonou, number, day: '2026-10-05', n: 1 }),
      name: 'SM1',
    };
    expect(await incoming.take(cotonou, at)).toEqual({ state: 'new' });
    expect(await incoming.take(cotonou, at)).toEqual({ state: 'begun', sinceMs: standingClock().now() });
    await incoming.answered(cotonou, at, 'Bonjour.');
    expect(await incoming.take(cotonou, at)).toEqual({ state: 'answered', reply: 'Bonjour.' });
    expect(await incoming.take(elsewhere, at)).toEqual({ state: 'new' });
  });

  test('chats of an address and of a clinic are counted together with nobody else’s', async () => {
    const { begunChats } = await open();
    const begin = (times: number, clinicId = cotonou, address = '192.0.2.7') =>
      Promise.all(Array.from({ length: times }, () => begunChats.count(clinicId, address)));
    expect(new Set(await begin(mostChats.ofAddress))).toEqual(new Set(['room']));
    expect(await begin(1)).toEqual(['too-many']);
    expect(await begin(1, cotonou, '192.0.2.8')).toEqual(['room']);
    expect(await begin(1, elsewhere)).toEqual(['room']);
  });

  test('replies abroad are counted for each clinic by itself, and each day anew', async () => {
    const { repliesAbroad, clock } = await open();
    const reply = () => repliesAbroad.count(cotonou);
    expect(new Set(await Promise.all(Array.from({ length: mostRepliesAbroad }, reply)))).toEqual(new Set(['room']));
    expect(await reply()).toBe('too-many');
    expect(await repliesAbroad.count(elsewhere)).toBe('room');
    clock.pass(24 * 60 * 60_000);
    expect(await reply()).toBe('room');
  });
});

test('each refusal is on record with it, by names of fields and no number', async () => {
  await db.clear();
  const list = createSuppressionList(db.tables, standingClock());
  await list.refuse(cotonou, number, ['messages', 'calls'], by);
  await list.refuse(cotonou, number, ['calls'], by);
  await list.allow(cotonou, number, ['messages'], by);
  const items = await db.tables.audit.query({ pk: `CLINIC#${cotonou}#PEND` });
  expect(items.map((item) => PendingAuditEvent.parse(item)).map(({ act, fields }) => [act, fields])).toEqual(
    expect.arrayContaining([
      ['contact.refuse', ['messages', 'calls']],
      ['contact.allow', ['messages']],
    ]),
  );
  expect(items).toHaveLength(2);
  expect(JSON.stringify(items)).not.toContain('5550117');
});

test('a messaging service is the first clinic’s that uses it, and of no other', async () => {
  await db.clear();
  const services = createTextServices(db.tables.routing, standingClock());
  expect(await services.claim(cotonou, 'MG1')).toBe(true);
  expect(await services.claim(elsewhere, 'MG1')).toBe(false);
  expect(await services.claim(cotonou, 'MG1')).toBe(true);
});
