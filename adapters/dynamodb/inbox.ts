import type { Clock } from '#domain/clock.ts';
import { isoInstant } from '#domain/clock.ts';
import { type EventInbox, type EventState, StoredEvent } from '#domain/conversations/event-inbox.ts';
import type { Payloads } from '#adapters/s3/payloads.ts';
import { keys } from './keys.ts';
import { type Item, refused, type Table } from './table.ts';

/** Bodies above this go to the bucket and leave a pointer: an item may hold 400 KB, and reads are paid by size. */
const largestInlineBytes = 100_000;

const keptSeconds = 30 * 24 * 60 * 60;

/** The lists an event stands in, by state; most states stand in none. */
function listing(state: EventState, receivedAt: number): { GSI1PK?: string; GSI1SK?: string } {
  const lists: Partial<Record<EventState, string>> = {
    received: keys.pendingEvents,
    quarantined: keys.quarantinedEvents,
    poison: keys.poisonEvents,
  };
  const list = lists[state];
  return list ? { GSI1PK: list, GSI1SK: isoInstant(receivedAt) } : {};
}

const toEvent = (item: Item): StoredEvent =>
  StoredEvent.parse({ ...item, receivedAt: Date.parse(String(item.receivedAt)) });

/**
 * Raw events by their key.
 *
 * @param payloads where large bodies lie; without it a body over 100 KB is refused, which is what the function that
 *   answers a ringing phone wants: nothing it stores is that long.
 */
export function createEventInbox(inbox: Table, clock: Clock, payloads?: Payloads): EventInbox {
  return {
    async store(event, rawBody) {
      let body: Item = { raw: rawBody };
      if (rawBody.byteLength > largestInlineBytes) {
        if (!payloads) throw new Error('this event is too large to be stored here');
        body = { rawPointer: await payloads.put('inbox', rawBody) };
      }
      const stood = await inbox.put(
        {
          ...keys.event(event.eventKey),
          entity: 'Event',
          schemaVersion: 1,
          ...event,
          receivedAt: isoInstant(event.receivedAt),
          createdAt: isoInstant(event.receivedAt),
          updatedAt: isoInstant(event.receivedAt),
          ttl: Math.floor(event.receivedAt / 1000) + keptSeconds,
          ...listing(event.state, event.receivedAt),
          ...body,
        },
        { condition: 'attribute_not_exists(PK)' },
      );
      if (!stood) return { outcome: 'stored' };
      // A body that was forgotten lies there again now.
      const { raw } = stood.stoodInTheWay;
      const isForgotten = raw instanceof Uint8Array && raw.byteLength === 0;
      if (isForgotten && body.rawPointer) await payloads?.empty(String(body.rawPointer));
      return { outcome: 'duplicate', state: stood.stoodInTheWay.state as EventState };
    },

    async load(eventKey) {
      const item = await inbox.get(keys.event(eventKey));
      if (!item) return undefined;
      if (item.raw instanceof Uint8Array) return { event: toEvent(item), rawBody: item.raw };
      if (!payloads) throw new Error('the body of this event lies in the bucket');
      return { event: toEvent(item), rawBody: await payloads.get(String(item.rawPointer)) };
    },

    async settle({ eventKey, receivedAt }, state, { reason, clinicId, forgets } = {}) {
      const { GSI1PK, GSI1SK } = listing(state, receivedAt);
      const key = keys.event(eventKey);
      const large = forgets ? await inbox.get(key, { attributes: ['rawPointer'] }) : undefined;
      await inbox.update(
        key,
        {
          ...{ state, reason, GSI1PK, GSI1SK, updatedAt: isoInstant(clock.now()) },
          ...(clinicId && { clinicId }),
          ...(forgets && { raw: new Uint8Array(), rawPointer: undefined }),
        },
        { condition: 'attribute_exists(PK)' },
      );
      // Last: whoever dies before it leaves an object that nothing points to, for its 30 days at most.
      if (large?.rawPointer) await payloads?.empty(String(large.rawPointer));
    },

    async countRequeue({ eventKey, requeues = 0 }) {
      await inbox.update(
        keys.event(eventKey),
        { requeues: requeues + 1, updatedAt: isoInstant(clock.now()) },
        { condition: 'attribute_exists(PK)' },
      );
    },

    async release(eventKey, replay) {
      const known = await inbox.get(keys.event(eventKey));
      if (!known) return false;
      const answer = await inbox.update(
        keys.event(eventKey),
        {
          state: 'received',
          replay,
          requeues: undefined,
          ...listing('received', Date.parse(String(known.receivedAt))),
          updatedAt: isoInstant(clock.now()),
        },
        {
          condition: '#state IN (:quarantined, :poison)',
          names: { '#state': 'state' },
          values: { ':quarantined': 'quarantined', ':poison': 'poison' },
        },
      );
      return answer !== refused;
    },

    async list(state, { before, limit }) {
      const items = await inbox.query({
        index: 'GSI1',
        pk: listing(state, 0).GSI1PK as string,
        ...(before !== undefined && { sk: 'GSI1SK < :before', values: { ':before': isoInstant(before) } }),
        upTo: limit,
      });
      return items.map(toEvent);
    },
  };
}
