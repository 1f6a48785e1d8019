import { createConversationStore } from '#adapters/dynamodb/conversations.ts';
import { createDeliveries } from '#adapters/dynamodb/deliveries.ts';
import { createEventInbox } from '#adapters/dynamodb/inbox.ts';
import type { Payloads } from '#adapters/s3/payloads.ts';
import type { ConversationStore } from '#domain/conversations/conversation-store.ts';
import type { EventInbox, StoredEvent } from '#domain/conversations/event-inbox.ts';
import {
  type Deliveries,
  DeliveryInFlight,
  DeliveryUndecided,
  EmailRefused,
} from '#domain/notifications/deliveries.ts';
import { standingClock } from '../fakes/clock.ts';
import { aConversationId, conversation, cotonou, elsewhere } from '../fakes/conversation.ts';
import { inMemoryConversations } from '../fakes/conversations.ts';
import { inMemoryDeliveries } from '../fakes/deliveries.ts';
import { startDynamoDb, type TestDynamoDb } from '../fakes/dynamodb.ts';
import { inMemoryInbox } from '../fakes/inbox.ts';

let db: TestDynamoDb;
beforeAll(async () => {
  db = await startDynamoDb();
});
afterAll(() => db.stop());

/** A bucket in memory, so that large bodies take the way past the table. */
function bucket(): Payloads & { objects: Map<string, Uint8Array> } {
  const objects = new Map<string, Uint8Array>();
  return {
    objects,
    async put(area, bytes) {
      const pointer = `${area}/${objects.size}`;
      objects.set(pointer, bytes);
      return pointer;
    },
    async get(pointer) {
      const bytes = objects.get(pointer);
      if (!bytes) throw new Error(`nothing at ${pointer}`);
      return bytes;
    },
    async empty(pointer) {
      objects.set(pointer, new Uint8Array());
    },
  };
}

interface World {
  inbox: EventInbox;
  /** Bodies that lie beside the table. */
  large(): Iterable<Uint8Array>;
  conversations: ConversationStore;
  deliveries: Deliveries;
  clock: ReturnType<typeof standingClock>;
}

const worlds: [string, () => Promise<World>][] = [
  [
    'in memory',
    async () => {
      const clock = standingClock();
      const conversations = inMemoryConversations();
      return { inbox: inMemoryInbox(), large: () => [], conversations, deliveries: inMemoryDeliveries(clock), clock };
    },
  ],
  [
    'in DynamoDB',
    async () => {
      await db.clear();
      const clock = standingClock();
      const payloads = bucket();
      return {
        inbox: createEventInbox(db.tables.inbox, clock, payloads),
        large: () => payloads.objects.values(),
        conversations: createConversationStore(db.tables.core, payloads),
        deliveries: createDeliveries(db.tables.core, clock),
        clock,
      };
    },
  ],
];

describe.each(worlds)('stores %s', (_, open) => {
  let world: World;
  beforeEach(async () => {
    world = await open();
  });

  describe('inbox', () => {
    const event = (changes: Partial<StoredEvent> = {}): StoredEvent => ({
      eventKey: 'retell|call_ended|call_1|hash',
      provider: 'retell',
      eventType: 'call_ended',
      conversationId: aConversationId,
      state: 'received',
      receivedAt: world.clock.now(),
      source: 'webhook',
      ...changes,
    });

    test('an event is stored once, and the second time tells what became of the first', async () => {
      expect(await world.inbox.store(event(), Buffer.from('one'))).toEqual({ outcome: 'stored' });
      await world.inbox.settle(event(), 'merged', { clinicId: cotonou });
      expect(await world.inbox.store(event(), Buffer.from('two'))).toEqual({ outcome: 'duplicate', state: 'merged' });
      const stored = await world.inbox.load(event().eventKey);
      expect(Buffer.from(stored?.rawBody ?? []).toString()).toBe('one');
      expect(stored?.event).toMatchObject({ state: 'merged', clinicId: cotonou });
    });

    test('the exact bytes come back, large bodies too', async () => {
      const large = Buffer.from('é'.repeat(150_000));
      await world.inbox.store(event(), large);
      const stored = await world.inbox.load(event().eventKey);
      expect(Buffer.from(stored?.rawBody ?? []).equals(large)).toBe(true);
    });

    test('an event that is to be forgotten leaves that it came, and no byte of its body, large ones too', async () => {
      for (const [eventKey, body] of [
        ['small', 'one'],
        ['large', 'é'.repeat(150_000)],
      ] as const) {
        await world.inbox.store(event({ eventKey }), Buffer.from(body));
        await world.inbox.settle(event({ eventKey }), 'merged', { clinicId: cotonou, forgets: true });
        const stored = await world.inbox.load(eventKey);
        expect(stored?.event).toMatchObject({ state: 'merged', clinicId: cotonou });
        expect(stored?.rawBody).toHaveLength(0);
        expect(await world.inbox.store(event({ eventKey }), Buffer.from(body))).toMatchObject({ outcome: 'duplicate' });
      }
      expect([...world.large()].filter(({ byteLength }) => byteLength > 0)).toEqual([]);
    });

    test('what waits to be merged is listed until it is, oldest first', async () => {
      await world.inbox.store(event({ eventKey: 'b' }), Buffer.from('b'));
      world.clock.pass(1000);
      await world.inbox.store(event({ eventKey: 'a' }), Buffer.from('a'));
      const keysOf = async () =>
        (await world.inbox.list('received', { before: world.clock.now() + 1, limit: 10 })).map(
          ({ eventKey }) => eventKey,
        );
      expect(await keysOf()).toEqual(['b', 'a']);
      expect(await world.inbox.list('received', { before: world.clock.now(), limit: 10 })).toHaveLength(1);
      await world.inbox.settle(event({ eventKey: 'b' }), 'merged');
      expect(await keysOf()).toEqual(['a']);
    });

    test('a list is read over many pages, up to its limit', async () => {
      const body = Buffer.alloc(90_000, 'x');
      for (let index = 0; index < 15; index++) {
        await world.inbox.store(event({ eventKey: `key-${String(index).padStart(2, '0')}` }), body);
        world.clock.pass(1);
      }
      expect(await world.inbox.list('received', { limit: 100 })).toHaveLength(15);
      const some = await world.inbox.list('received', { limit: 12 });
      expect(some.map(({ eventKey }) => eventKey).at(-1)).toBe('key-11');
    });

    test('how often an event was queued again is counted, and a replay begins anew', async () => {
      await world.inbox.store(event(), Buffer.from('{}'));
      await world.inbox.countRequeue(event());
      await world.inbox.countRequeue(event({ requeues: 1 }));
      expect(await world.inbox.list('received', { limit: 1 })).toMatchObject([{ requeues: 2 }]);
      await world.inbox.settle(event(), 'poison', { reason: 'gave-up' });
      await world.inbox.release(event().eventKey, {});
      const [released] = await world.inbox.list('received', { limit: 1 });
      expect(released?.requeues).toBeUndefined();
    });

    test('a quarantined event is listed with its reason, released once, and then waits again', async () => {
      await world.inbox.store(event(), Buffer.from('{}'));
      await world.inbox.settle(event(), 'quarantined', { reason: 'unknown_number' });
      expect(await world.inbox.list('quarantined', { limit: 10 })).toMatchObject([{ reason: 'unknown_number' }]);
      expect(await world.inbox.release(event().eventKey, { clinicId: cotonou })).toBe(true);
      expect(await world.inbox.release(event().eventKey, {})).toBe(false);
      expect(await world.inbox.list('quarantined', { limit: 10 })).toEqual([]);
      expect(await world.inbox.list('received', { limit: 10 })).toMatchObject([{ replay: { clinicId: cotonou } }]);
    });
  });

  describe('conversations', () => {
    test('a change is written, read back whole, and raises the version', async () => {
      const call = conversation();
      await world.conversations.change(cotonou, aConversationId, () => call);
      expect(await world.conversations.get(cotonou, aConversationId)).toEqual({ ...call, version: 1 });
    });

    test('writers who meet all get their turn', async () => {
      await world.conversations.change(cotonou, aConversationId, () => conversation({ anomalies: [] }));
      const add = (value: string) =>
        world.conversations.change(cotonou, aConversationId, (current) =>
          current ? { ...current, unknownValues: [...current.unknownValues, value].sort() } : current,
        );
      await Promise.all(['a', 'b', 'c', 'd'].map(add));
      const call = await world.conversations.get(cotonou, aConversationId);
      expect(call?.unknownValues).toEqual(['a', 'b', 'c', 'd']);
      expect(call?.version).toBe(5);
    });

    test('a change that changes nothing writes nothing', async () => {
      await world.conversations.change(cotonou, aConversationId, () => conversation());
      await world.conversations.change(cotonou, aConversationId, (current) => current);
      expect((await world.conversations.get(cotonou, aConversationId))?.version).toBe(1);
    });

    test('a field that is taken away is gone', async () => {
      await world.conversations.change(cotonou, aConversationId, () => conversation({ taskToken: 'token' }));
      await world.conversations.change(cotonou, aConversationId, (current) =>
        current ? { ...current, taskToken: undefined } : current,
      );
      expect(await world.conversations.get(cotonou, aConversationId)).not.toHaveProperty('taskToken', 'token');
    });

    test('a transcript of an hour survives', async () => {
      const transcript = 'User: à bientôt.\n'.repeat(20_000);
      await world.conversations.change(cotonou, aConversationId, () => conversation({ transcript }));
      await world.conversations.change(cotonou, aConversationId, (current) =>
        current ? { ...current, notification: 'sent' } : current,
      );
      const call = await world.conversations.get(cotonou, aConversationId);
      expect(call?.transcript).toBe(transcript);
      expect(call?.notification).toBe('sent');
    });

    test('open conversations are listed for their clinic alone, until they are closed', async () => {
      await world.conversations.change(cotonou, aConversationId, () => conversation());
      expect(await world.conversations.listOpen(cotonou)).toHaveLength(1);
      expect(await world.conversations.listOpen(elsewhere)).toHaveLength(0);
      expect(await world.conversations.get(elsewhere, aConversationId)).toBeUndefined();
      await world.conversations.change(cotonou, aConversationId, (current) =>
        current ? { ...current, status: 'closed' } : current,
      );
      expect(await world.conversations.listOpen(cotonou)).toHaveLength(0);
    });
  });

  describe('deliveries', () => {
    const delivery = {
      clinicId: cotonou,
      conversationId: aConversationId,
      template: 'call-summary',
      recipientId: 'ab12',
    } as const;
    const accept = async () => ({ messageId: 'message-1' });

    test('what was sent is not sent again', async () => {
      expect(await world.deliveries.once(delivery, accept)).toBe('sent');
      expect(
        await world.deliveries.once(delivery, async () => {
          throw new Error('must not be sent');
        }),
      ).toBe('already-sent');
    });

    test('of two senders at once one sends, the other is told to come back', async () => {
      let sends = 0;
      const send = async () => {
        sends += 1;
        return { messageId: 'message-1' };
      };
      const answers = await Promise.allSettled([
        world.deliveries.once(delivery, send),
        world.deliveries.once(delivery, send),
      ]);
      expect(sends).toBe(1);
      const told = answers.map((answer) =>
        answer.status === 'fulfilled' ? answer.value : (answer.reason as Error).name,
      );
      expect(told).toContain('sent');
      expect(['DeliveryInFlight', 'already-sent']).toContain(told.find((word) => word !== 'sent'));
    });

    test('a refusal gives the claim back at once', async () => {
      const refuse = async () => {
        throw new EmailRefused('throttled');
      };
      await expect(world.deliveries.once(delivery, refuse)).rejects.toThrow(EmailRefused);
      expect(await world.deliveries.once(delivery, accept)).toBe('sent');
    });

    test('a lost answer holds the claim for its lease, then one more attempt is made', async () => {
      const lose = async () => {
        throw new Error('socket hang up');
      };
      await expect(world.deliveries.once(delivery, lose)).rejects.toThrow('socket hang up');
      await expect(world.deliveries.once(delivery, accept)).rejects.toThrow(DeliveryInFlight);
      world.clock.pass(15 * 60 * 1000);
      const attempts: number[] = [];
      const send = async (attempt: number) => {
        attempts.push(attempt);
        return accept();
      };
      expect(await world.deliveries.once(delivery, send)).toBe('sent');
      expect(attempts).toEqual([2]);
    });

    test('two attempts of which nobody knows what became are not followed by a third', async () => {
      const lose = async () => {
        throw new Error('socket hang up');
      };
      for (const _ of [1, 2]) {
        await expect(world.deliveries.once(delivery, lose)).rejects.toThrow('socket hang up');
        world.clock.pass(15 * 60 * 1000);
      }
      await expect(world.deliveries.once(delivery, accept)).rejects.toThrow(DeliveryUndecided);
      await world.deliveries.recordAccepted(delivery, 1, 'message-1');
      expect(await world.deliveries.once(delivery, accept)).toBe('already-sent');
    });

    test('a lost answer followed by the service’s word of acceptance counts as sent', async () => {
      const lose = async () => {
        throw new Error('socket hang up');
      };
      await expect(world.deliveries.once(delivery, lose)).rejects.toThrow();
      await world.deliveries.recordAccepted(delivery, 1, 'message-1');
      world.clock.pass(15 * 60 * 1000);
      const mustNotSend = async () => {
        throw new Error('must not be sent');
      };
      expect(await world.deliveries.once(delivery, mustNotSend)).toBe('already-sent');
    });
  });
});
