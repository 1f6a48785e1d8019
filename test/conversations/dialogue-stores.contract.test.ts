import { createConversationActs } from '#adapters/dynamodb/conversation-acts.ts';
import { createConversationStore } from '#adapters/dynamodb/conversations.ts';
import { createDialogueStore } from '#adapters/dynamodb/dialogues.ts';
import { keys } from '#adapters/dynamodb/keys.ts';
import { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import type { ConversationActs, Message } from '#domain/conversations/acts.ts';
import type { ConversationStore } from '#domain/conversations/conversation-store.ts';
import type { DialogueState, DialogueStore } from '#domain/conversations/dialogue.ts';
import { freshDialogue } from '#domain/conversations/dialogue.ts';
import { AppointmentId, AppointmentTypeId, OperatoryId, PatientId, ProviderId } from '#domain/ids.ts';
import { inMemoryActs } from '../fakes/acts.ts';
import { standingClock } from '../fakes/clock.ts';
import { aConversationId, conversation, cotonou, elsewhere } from '../fakes/conversation.ts';
import { inMemoryConversations } from '../fakes/conversations.ts';
import { inMemoryDialogues } from '../fakes/dialogues.ts';
import { startDynamoDb, type TestDynamoDb } from '../fakes/dynamodb.ts';

let db: TestDynamoDb;
beforeAll(async () => {
  db = await startDynamoDb();
});
afterAll(() => db.stop());

interface World {
  dialogues: DialogueStore;
  acts: ConversationActs;
  conversations: ConversationStore;
  records(): Promise<PendingAuditEvent[]>;
}

const worlds: [string, () => Promise<World>][] = [
  [
    'in memory',
    async () => {
      const conversations = inMemoryConversations();
      const acts = inMemoryActs(conversations);
      return { dialogues: inMemoryDialogues(), acts, conversations, records: async () => acts.records };
    },
  ],
  [
    'in DynamoDB',
    async () => {
      await db.clear();
      const { core, audit } = db.tables;
      return {
        dialogues: createDialogueStore(core, standingClock()),
        acts: createConversationActs({ core, audit }, standingClock()),
        conversations: createConversationStore(core),
        records: async () => {
          const items = await audit.query({ pk: keys.pendingAudit(cotonou, '', '').PK });
          return items.map((item) => PendingAuditEvent.parse(item));
        },
      };
    },
  ],
];

const slot = {
  typeId: AppointmentTypeId.parse('3b2e7c74-5d86-4e3f-9a5c-7c8d9e0f1a23'),
  providerId: ProviderId.parse('6d2f1a90-3c4b-4e5f-8a6b-1c2d3e4f5a6b'),
  operatoryId: OperatoryId.parse('1f0c9a52-7b64-4c1d-9e3a-5a6b7c8d9e01'),
  startMs: Date.parse('2026-10-06T08:00:00.000Z'),
  endMs: Date.parse('2026-10-06T08:30:00.000Z'),
  occFromMs: Date.parse('2026-10-06T07:55:00.000Z'),
  occToMs: Date.parse('2026-10-06T08:40:00.000Z'),
};

/** A dialogue in which everything was spoken of. */
const spoken = (current: DialogueState): DialogueState => ({
  ...current,
  language: 'fr',
  offers: [slot, { ...slot, operatoryId: undefined }],
  held: [{ ...slot, holdId: 'hold-1', holder: aConversationId, expiresAtMs: slot.startMs - 3_600_000 }],
  patients: [
    {
      handle: 'p1',
      patientId: PatientId.parse('5b1d7c3e-2f4a-4c6b-9d8e-1a2b3c4d5e6f'),
      as: 'patient',
      foldedName: 'fictive jeanne',
      dob: '1990-02-03',
      givenName: 'Jeanne',
    },
  ],
  attempts: 1,
  appointmentIds: [AppointmentId.parse('4c1e8d5f-3a6b-4d7c-8e9f-2b3c4d5e6f70')],
  emergency: 'cleared',
  judgedUtterances: 4,
  emergencyAskedAtMs: Date.parse('2026-10-05T12:30:30.000Z'),
  writes: 2,
});

const message = (changes: Partial<Message> = {}): Message => ({
  messageId: '0d9c8b7a-6f5e-4d3c-9b2a-1f0e9d8c7b6a',
  callerName: 'Jeanne Fictive',
  callbackNumber: '+12025550117',
  text: 'Merci de me rappeler\nau sujet de mon ordonnance.',
  urgency: 'routine',
  takenAtMs: Date.parse('2026-10-05T12:31:00.000Z'),
  ...changes,
});

const record = (changes: Partial<PendingAuditEvent> = {}): PendingAuditEvent => ({
  v: 1,
  clinicId: cotonou,
  occurredAt: '2026-10-05T12:31:00.000Z',
  actorType: 'agent',
  actorId: aConversationId,
  act: 'emergency.detected',
  outcome: 'success',
  resourceType: 'conversation',
  resourceId: aConversationId,
  conversationId: aConversationId,
  requestId: 'request-1',
  ...changes,
});

describe.each(worlds)('what tools remember %s', (_, open) => {
  let world: World;
  beforeEach(async () => {
    world = await open();
  });

  describe('dialogues', () => {
    test('a conversation of which no tool has run has a fresh one', async () => {
      expect(await world.dialogues.get(cotonou, aConversationId)).toEqual(freshDialogue(cotonou, aConversationId));
    });

    test('what was offered, held and said comes back whole', async () => {
      const expected = { ...spoken(freshDialogue(cotonou, aConversationId)), version: 1 };
      expect(await world.dialogues.change(cotonou, aConversationId, spoken)).toEqual(expected);
      expect(await world.dialogues.get(cotonou, aConversationId)).toEqual(expected);
    });

    test('what is taken away is gone', async () => {
      await world.dialogues.change(cotonou, aConversationId, spoken);
      await world.dialogues.change(cotonou, aConversationId, ({ language: _language, ...rest }) => ({
        ...rest,
        held: [],
      }));
      const dialogue = await world.dialogues.get(cotonou, aConversationId);
      expect(dialogue).not.toHaveProperty('language');
      expect(dialogue).toMatchObject({ held: [], version: 2 });
    });

    test('a change that changes nothing writes nothing', async () => {
      await world.dialogues.change(cotonou, aConversationId, (current) => current);
      await world.dialogues.change(cotonou, aConversationId, spoken);
      await world.dialogues.change(cotonou, aConversationId, (current) => current);
      expect(await world.dialogues.get(cotonou, aConversationId)).toMatchObject({ version: 1 });
    });

    test('tools that run at the same time all leave their mark', async () => {
      const attempt = () =>
        world.dialogues.change(cotonou, aConversationId, (current) => ({ ...current, attempts: current.attempts + 1 }));
      await Promise.all([attempt(), attempt(), attempt(), attempt()]);
      expect(await world.dialogues.get(cotonou, aConversationId)).toMatchObject({ attempts: 4, version: 4 });
    });

    test('another clinic sees nothing of it', async () => {
      await world.dialogues.change(cotonou, aConversationId, spoken);
      expect(await world.dialogues.get(elsewhere, aConversationId)).toEqual(freshDialogue(elsewhere, aConversationId));
    });
  });

  describe('answers', () => {
    const answer = { code: 'OK', say: 'C’est noté.', data: { first: true, times: ['9 h', '10 h'] }, writes: 1 };

    test('a repetition finds the first answer, another tool or clinic finds none', async () => {
      await world.dialogues.keepAnswer(cotonou, aConversationId, 'book_appointment-1', answer);
      await world.dialogues.keepAnswer(cotonou, aConversationId, 'book_appointment-1', { ...answer, say: 'Encore.' });
      expect(await world.dialogues.answer(cotonou, aConversationId, 'book_appointment-1')).toEqual(answer);
      expect(await world.dialogues.answer(cotonou, aConversationId, 'book_appointment-2')).toBeUndefined();
      expect(await world.dialogues.answer(elsewhere, aConversationId, 'book_appointment-1')).toBeUndefined();
    });

    test('an answer from before another tool wrote gives way to the one from after it', async () => {
      await world.dialogues.keepAnswer(cotonou, aConversationId, 'cancel_appointment-1', answer);
      const later = { ...answer, say: 'Il était déjà annulé.', writes: 3 };
      await world.dialogues.keepAnswer(cotonou, aConversationId, 'cancel_appointment-1', later);
      await world.dialogues.keepAnswer(cotonou, aConversationId, 'cancel_appointment-1', answer);
      expect(await world.dialogues.answer(cotonou, aConversationId, 'cancel_appointment-1')).toEqual(later);
    });
  });

  describe('acts and messages', () => {
    const stored = () => world.conversations.get(cotonou, aConversationId);
    beforeEach(async () => {
      await world.conversations.change(cotonou, aConversationId, () => conversation({ status: 'ongoing' }));
    });

    test('an act is in the conversation and on record, and doing it again changes nothing', async () => {
      await world.acts.record(cotonou, aConversationId, { act: 'emergency', audit: [record()] });
      expect(await stored()).toMatchObject({ acts: ['emergency'], version: 2 });
      // The caller's words may be heard again by a later request, at a later time.
      const again = record({ requestId: 'request-2', occurredAt: '2026-10-05T12:32:00.000Z' });
      await world.acts.record(cotonou, aConversationId, { act: 'emergency', audit: [again] });
      expect(await stored()).toMatchObject({ acts: ['emergency'], version: 2 });
      expect(await world.records()).toEqual([record()]);
    });

    test('acts stand in the order in which they were done', async () => {
      await world.acts.record(cotonou, aConversationId, { act: 'waitlisted', audit: [] });
      await world.acts.record(cotonou, aConversationId, { act: 'emergency', audit: [record()] });
      expect(await stored()).toMatchObject({ acts: ['waitlisted', 'emergency'], version: 3 });
    });

    test('the same act by two requests at once is done and recorded once', async () => {
      const attempt = (requestId: string) =>
        world.acts.record(cotonou, aConversationId, { act: 'emergency', audit: [record({ requestId })] });
      await Promise.all(['one', 'two', 'three'].map(attempt));
      expect(await stored()).toMatchObject({ acts: ['emergency'], version: 2 });
      expect(await world.records()).toHaveLength(1);
    });

    test('acts and events that are written at the same time are all kept', async () => {
      const merge = (value: string) =>
        world.conversations.change(cotonou, aConversationId, (current) =>
          current ? { ...current, unknownValues: [...current.unknownValues, value].sort() } : current,
        );
      const act = (done: 'transferred' | 'waitlisted') =>
        world.acts.record(cotonou, aConversationId, { act: done, audit: [record()] });
      await Promise.all([merge('a'), act('transferred'), merge('b'), act('waitlisted'), merge('c')]);
      const call = await stored();
      expect(call?.unknownValues).toEqual(['a', 'b', 'c']);
      expect([...(call?.acts ?? [])].sort()).toEqual(['transferred', 'waitlisted']);
      expect(call?.version).toBe(6);
    });

    test('a message comes back as it was taken, once, and on record', async () => {
      const kept = { message: message(), audit: [record({ act: 'patient.update', resourceType: 'message' })] };
      await world.acts.record(cotonou, aConversationId, kept);
      await world.acts.record(cotonou, aConversationId, {
        message: message({ text: 'autre chose' }),
        audit: [record({ act: 'patient.update', resourceType: 'message', requestId: 'request-2' })],
      });
      expect(await world.acts.messages(cotonou, aConversationId)).toEqual([message()]);
      expect(await world.records()).toHaveLength(1);
    });

    test('a message may come with an act, and each of the two is done once', async () => {
      const first = { act: 'transferred', message: message(), audit: [record()] } as const;
      await world.acts.record(cotonou, aConversationId, first);
      const messageId = '1e0d9c8b-7a6f-4e5d-8c3b-2a1f0e9d8c7b';
      const second = { ...first, message: message({ messageId, takenAtMs: message().takenAtMs - 1 }) };
      await world.acts.record(cotonou, aConversationId, { ...second, audit: [record({ requestId: 'request-2' })] });
      expect(await stored()).toMatchObject({ acts: ['transferred'], version: 2 });
      const messages = await world.acts.messages(cotonou, aConversationId);
      expect(messages.map((one) => one.messageId)).toEqual([messageId, message().messageId]);
      expect(await world.records()).toHaveLength(2);
    });

    test('a record alone is written once, however often it is handed in', async () => {
      const disclosed = record({ act: 'phi.disclose', resourceType: 'appointment', fields: ['start'] });
      for (let time = 0; time < 3; time++) {
        await world.acts.record(cotonou, aConversationId, { audit: [disclosed] });
      }
      await world.acts.record(cotonou, aConversationId, { audit: [] });
      expect(await world.records()).toEqual([disclosed]);
      expect(await stored()).toMatchObject({ version: 1 });
    });

    test('without its conversation nothing is kept', async () => {
      const lost = world.acts.record(elsewhere, aConversationId, { act: 'emergency', audit: [record()] });
      await expect(lost).rejects.toThrow('does not exist');
      expect(await world.acts.messages(elsewhere, aConversationId)).toEqual([]);
      expect(await world.records()).toEqual([]);
    });
  });
});
