import { createInstructionStore } from '#adapters/dynamodb/instructions.ts';
import { keys } from '#adapters/dynamodb/keys.ts';
import { createTalkStore } from '#adapters/dynamodb/talks.ts';
import { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import type { InstructionStore } from '#domain/conversations/talk/instructions/instructions.ts';
import type { TalkStore } from '#domain/conversations/talk/talk.ts';
import { standingClock } from '../../fakes/clock.ts';
import { cotonou, elsewhere } from '../../fakes/conversation.ts';
import { startDynamoDb, type TestDynamoDb } from '../../fakes/dynamodb.ts';
import { inMemoryInstructions } from '../../fakes/instructions.ts';
import { aTalkId, newTalk, turn } from '../../fakes/talk.ts';
import { inMemoryTalks } from '../../fakes/talks.ts';

let db: TestDynamoDb;
beforeAll(async () => {
  db = await startDynamoDb();
});
afterAll(() => db.stop());

interface World {
  talks: TalkStore;
  instructions: InstructionStore;
  records(): Promise<PendingAuditEvent[]>;
}

const worlds: [string, () => Promise<World>][] = [
  [
    'in memory',
    async () => {
      const instructions = inMemoryInstructions(standingClock());
      return { talks: inMemoryTalks(), instructions, records: async () => instructions.records };
    },
  ],
  [
    'in DynamoDB',
    async () => {
      await db.clear();
      const { core, audit } = db.tables;
      return {
        talks: createTalkStore(core, standingClock()),
        instructions: createInstructionStore({ core, audit }, standingClock()),
        records: async () => {
          const items = await audit.query({ pk: keys.pendingAudit(cotonou, '', '').PK });
          return items.map((item) => PendingAuditEvent.parse(item));
        },
      };
    },
  ],
];

const toolUse = {
  callId: 'call_1',
  name: 'take_message',
  args: { message: 'Merci de rappeler.', urgency: null },
  code: 'OK',
  say: 'C’est noté.',
  data: { message_taken: true, times: ['9 h'] },
};

describe.each(worlds)('talks %s', (_, open) => {
  let world: World;
  beforeEach(async () => {
    world = await open();
  });
  const takeOver = () => world.talks.change(cotonou, aTalkId, (current) => ({ ...current, epoch: current.epoch + 1 }));

  describe('the talk itself', () => {
    const whole = newTalk({
      instructions: { base: 3, supervisor: 1 },
      agents: 'two',
      streamTokenHash: 'a'.repeat(64),
      streamTokenExpiresAtMs: Date.parse('2026-10-05T12:32:00.000Z'),
    });

    test('it comes back as it was opened, and opening it again changes nothing', async () => {
      const expected = { ...whole, channel: 'voice', epoch: 0, breaks: 0, version: 1 };
      expect(await world.talks.open(cotonou, whole)).toEqual(expected);
      expect(await world.talks.open(cotonou, newTalk({ language: 'en' }))).toEqual(expected);
      expect(await world.talks.get(cotonou, aTalkId)).toEqual(expected);
    });

    test('there is none before it was opened, nor at another clinic', async () => {
      expect(await world.talks.get(cotonou, aTalkId)).toBeUndefined();
      expect(await takeOver()).toBeUndefined();
      await world.talks.open(cotonou, whole);
      expect(await world.talks.get(elsewhere, aTalkId)).toBeUndefined();
    });

    test('its end is put on record, and what was taken away is gone', async () => {
      await world.talks.open(cotonou, whole);
      await world.talks.change(cotonou, aTalkId, ({ streamTokenHash: _used, ...rest }) => ({
        ...rest,
        ending: { kind: 'transfer', number: '+12025550171' },
        noticeHeardAtMs: Date.parse('2026-10-05T12:37:00.000Z'),
        agreedAtMs: Date.parse('2026-10-05T12:37:15.000Z'),
        objectedAtMs: Date.parse('2026-10-05T12:37:30.000Z'),
        letGoAtMs: Date.parse('2026-10-05T12:38:00.000Z'),
        callOverAtMs: Date.parse('2026-10-05T12:39:00.000Z'),
        finishedAtMs: Date.parse('2026-10-05T12:40:00.000Z'),
      }));
      const talk = await world.talks.get(cotonou, aTalkId);
      expect(talk).toMatchObject({ ending: { kind: 'transfer', number: '+12025550171' }, version: 2 });
      expect(talk).toMatchObject({
        noticeHeardAtMs: Date.parse('2026-10-05T12:37:00.000Z'),
        agreedAtMs: Date.parse('2026-10-05T12:37:15.000Z'),
        objectedAtMs: Date.parse('2026-10-05T12:37:30.000Z'),
        letGoAtMs: Date.parse('2026-10-05T12:38:00.000Z'),
        callOverAtMs: Date.parse('2026-10-05T12:39:00.000Z'),
      });
      expect(talk).toMatchObject({ finishedAtMs: Date.parse('2026-10-05T12:40:00.000Z') });
      expect(talk).not.toHaveProperty('streamTokenHash');
    });

    test('a change that changes nothing writes nothing', async () => {
      await world.talks.open(cotonou, whole);
      expect(await world.talks.change(cotonou, aTalkId, (current) => current)).toMatchObject({ version: 1 });
    });

    test('of tasks that take it over at one moment each has an epoch of its own', async () => {
      await world.talks.open(cotonou, whole);
      const taken = await Promise.all([takeOver(), takeOver(), takeOver()]);
      expect(taken.map((talk) => talk?.epoch).sort()).toEqual([1, 2, 3]);
    });
  });

  describe('turns', () => {
    beforeEach(async () => {
      await world.talks.open(cotonou, newTalk());
      await takeOver();
    });
    const keep = (...turns: Parameters<TalkStore['keepTurn']>[2][]) =>
      Promise.all(turns.map((one) => world.talks.keepTurn(cotonou, aTalkId, one)));
    const stored = () => world.talks.turns(cotonou, aTalkId);

    test('they come back whole and in order, in whatever order they were kept', async () => {
      const said = [
        turn(1, 0, { speaker: 'agent', text: 'Bonjour.', interrupted: true }),
        turn(1, 1),
        turn(1, 2, { speaker: 'tool', text: '', tool: toolUse }),
        turn(1, 11),
      ];
      for (const one of [said[2]!, said[0]!, said[3]!, said[1]!]) await keep(one);
      expect(await stored()).toEqual(said);
      expect(await world.talks.turns(elsewhere, aTalkId)).toEqual([]);
    });

    test('the first that takes a place stays, whatever is written there again', async () => {
      const first = turn(1, 1);
      expect(await keep(first)).toEqual([{ outcome: 'kept' }]);
      expect(await keep(turn(1, 1, { text: 'Autre chose.' }))).toEqual([{ outcome: 'kept' }]);
      expect(await stored()).toEqual([first]);
    });

    test('a correction stands, and what it corrected does not come back when it is late', async () => {
      const heard = turn(1, 1, { text: 'Je voudrais', revision: 2 });
      await keep(turn(1, 1));
      await keep(heard);
      await keep(turn(1, 1, { text: 'Je voudrais un', revision: 1 }));
      await keep(turn(1, 1));
      expect(await stored()).toEqual([heard]);
    });

    test('whoever lost the talk to another writes nothing any more', async () => {
      await keep(turn(1, 0));
      await takeOver();
      expect(await keep(turn(1, 1))).toEqual([{ outcome: 'superseded' }]);
      expect(await keep(turn(1, 0, { text: 'Corrigé.', revision: 1 }))).toEqual([{ outcome: 'superseded' }]);
      expect(await keep(turn(2, 0, { text: 'Je continue.' }))).toEqual([{ outcome: 'kept' }]);
      expect((await stored()).map(({ text }) => text)).toEqual([turn(1, 0).text, 'Je continue.']);
    });

    test('what was emptied is gone for good: a late writer does not bring it back', async () => {
      const said = [turn(1, 0), turn(1, 1), turn(1, 2, { speaker: 'tool', text: '', tool: toolUse })] as const;
      await keep(...said);
      const places = [said[1].seq, said[2].seq, turn(1, 3).seq];
      await world.talks.emptyTurns(elsewhere, aTalkId, places);
      expect(await stored()).toEqual(said);
      for (let time = 1; time <= 2; time++) await world.talks.emptyTurns(cotonou, aTalkId, places);
      await keep(turn(1, 1, { revision: 7 }));
      const [first, ...emptied] = await stored();
      expect(first).toEqual(said[0]);
      expect(emptied).toMatchObject([{ text: '' }, { text: '' }]);
      expect(emptied.map(({ tool }) => tool)).toEqual([undefined, undefined]);
    });

    test('without its talk no turn is kept', async () => {
      expect(await world.talks.keepTurn(elsewhere, aTalkId, turn(1, 0))).toEqual({ outcome: 'superseded' });
      expect(await world.talks.turns(elsewhere, aTalkId)).toEqual([]);
    });
  });

  describe('instructions', () => {
    const by = { actorType: 'user', actorId: 'operator', requestId: 'run-1' } as const;
    const publish = (text: string, scope: 'base' | 'supervisor' = 'base', channel: 'voice' | 'sms' = 'voice') =>
      world.instructions.publish(cotonou, { channel, scope, text }, by);

    test('each text that is published is the next version, and the last one is current', async () => {
      expect(await publish('Vouvoyez toujours.')).toMatchObject({ version: 1 });
      const second = await publish('Vouvoyez.\nSoyez bref.');
      expect(await publish('Vouvoyez.\nSoyez bref.')).toEqual(second);
      const supervisor = await publish('Vérifiez deux fois.', 'supervisor');
      expect(second).toEqual({
        channel: 'voice',
        scope: 'base',
        version: 2,
        text: 'Vouvoyez.\nSoyez bref.',
        publishedAtMs: standingClock().now(),
      });
      expect(await world.instructions.current(cotonou, 'voice')).toEqual({ base: second, supervisor });
    });

    test('a talk keeps the versions it was opened with', async () => {
      const first = await publish('Vouvoyez toujours.');
      await publish('Tutoyez.');
      expect(await world.instructions.pinned(cotonou, 'voice', { base: 1 })).toEqual({ base: first });
      expect(await world.instructions.pinned(cotonou, 'voice', {})).toEqual({});
      await expect(world.instructions.pinned(cotonou, 'voice', { base: 1, supervisor: 1 })).rejects.toThrow(
        'do not exist',
      );
    });

    test('channels and clinics have their own', async () => {
      await publish('Au téléphone.');
      const written = await publish('Par écrit.', 'base', 'sms');
      expect(written.version).toBe(1);
      expect(await world.instructions.current(cotonou, 'sms')).toEqual({ base: written });
      expect(await world.instructions.current(cotonou, 'web')).toEqual({});
      expect(await world.instructions.current(elsewhere, 'voice')).toEqual({});
    });

    test('people who publish at one moment get a version each, and all of it is on record', async () => {
      const published = await Promise.all(['a', 'b', 'c'].map((text) => publish(text)));
      expect(published.map(({ version }) => version).sort()).toEqual([1, 2, 3]);
      const records = await world.records();
      expect(records.map(({ resourceId }) => resourceId).sort()).toEqual([
        'voice/base/1',
        'voice/base/2',
        'voice/base/3',
      ]);
      expect(records[0]).toMatchObject({ ...by, act: 'settings.update', resourceType: 'instructions' });
      expect(JSON.stringify(records)).not.toContain('"a"');
    });
  });
});
