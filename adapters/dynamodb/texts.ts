import { type Clock, isoInstant } from '#domain/clock.ts';
import type { OfferedTimes } from '#domain/conversations/texting/offered-times.ts';
import { WaitlistEntryId } from '#domain/ids.ts';
import type { IncomingTexts } from '#domain/conversations/texting/incoming-texts.ts';
import { mostRepliesAbroad, type RepliesAbroad } from '#domain/conversations/texting/replies-abroad.ts';
import {
  type SentTexts,
  TextNotSent,
  TextRefusal,
  type TextServices,
} from '#domain/conversations/texting/text-sender.ts';
import { keys } from './keys.ts';
import type { Item, Table } from './table.ts';

/** As long as what a vendor sent: then nobody sends it again. */
const keptSeconds = 30 * 24 * 60 * 60;

const stamps = (clock: Clock) => ({
  schemaVersion: 1,
  createdAt: isoInstant(clock.now()),
  updatedAt: isoInstant(clock.now()),
  ttl: Math.floor(clock.now() / 1000) + keptSeconds,
});

function knownOf({ state, reason }: Item): Awaited<ReturnType<SentTexts['once']>> {
  if (state === 'refused') return { outcome: 'refused', reason: TextRefusal.parse(reason) };
  return { outcome: state === 'sent' ? 'already' : 'unknown' };
}

/** What was written to numbers: a place is taken before anything is sent, and given back only if nothing was. */
export function createSentTexts(core: Table, clock: Clock): SentTexts {
  return {
    async once(clinicId, to, name, send) {
      const key = keys.sentText(clinicId, to, name);
      const row = { ...key, entity: 'SentText', clinicId, ...stamps(clock), state: 'begun' };
      const stood = await core.put(row, {
        condition: 'attribute_not_exists(PK) OR #state = :free',
        names: { '#state': 'state' },
        values: { ':free': 'free' },
      });
      if (stood) return knownOf(stood.stoodInTheWay);
      const settle = (changes: Record<string, unknown>) =>
        core.update(key, { ...changes, updatedAt: isoInstant(clock.now()) });
      try {
        const answer = await send();
        await settle(
          answer.outcome === 'accepted'
            ? { state: 'sent', textId: answer.textId }
            : { state: 'refused', reason: answer.reason },
        );
        return answer;
      } catch (error) {
        if (error instanceof TextNotSent) await settle({ state: 'free' });
        throw error;
      }
    },
  };
}

/** Messages people wrote, each in the partition of its conversation. */
export function createIncomingTexts(core: Table, clock: Clock): IncomingTexts {
  return {
    async take(clinicId, { conversationId, name }) {
      const key = keys.incomingText(clinicId, conversationId, name);
      const row = { ...key, entity: 'IncomingText', clinicId, conversationId, ...stamps(clock), state: 'begun' };
      const stood = await core.put(row, { condition: 'attribute_not_exists(PK)' });
      if (!stood) return { state: 'new' };
      const { reply, createdAt } = stood.stoodInTheWay;
      if (typeof reply === 'string') return { state: 'answered', reply };
      return { state: 'begun', sinceMs: Date.parse(String(createdAt)) };
    },

    async answered(clinicId, { conversationId, name }, reply) {
      await core.update(keys.incomingText(clinicId, conversationId, name), {
        state: 'answered',
        reply,
        updatedAt: isoInstant(clock.now()),
      });
    },
  };
}

const dayMs = 24 * 60 * 60 * 1000;

/** A counter for each day of a clinic. */
export function createRepliesAbroad(core: Table, clock: Clock): RepliesAbroad {
  return {
    async count(clinicId) {
      const day = Math.floor(clock.now() / dayMs);
      const { updatedAt, ...first } = stamps(clock);
      const counted = await core.increment(keys.repliesAbroad(clinicId, day), 'replies', {
        first: { ...first, entity: 'RepliesAbroad', clinicId, ttl: ((day + 2) * dayMs) / 1000 },
        always: { updatedAt },
      });
      return counted <= mostRepliesAbroad ? 'room' : 'too-many';
    },
  };
}

export function createOfferedTimes(core: Table, clock: Clock): OfferedTimes {
  return {
    async keep(clinicId, number, entryId, untilMs) {
      const key = keys.offeredTime(clinicId, number);
      const stood = await core.put(
        { ...key, entity: 'OfferedTime', clinicId, entryId, untilMs, ...stamps(clock) },
        {
          condition: 'attribute_not_exists(untilMs) OR untilMs <= :now OR entryId = :entryId',
          values: { ':now': clock.now(), ':entryId': entryId },
        },
      );
      return stood ? 'another-stands' : 'kept';
    },
    async of(clinicId, number) {
      const item = await core.get(keys.offeredTime(clinicId, number));
      return item && WaitlistEntryId.parse(item.entryId);
    },
  };
}

/** Messaging services, each one clinic's: the first that is configured with one has it. */
export function createTextServices(routing: Table, clock: Clock): TextServices {
  const known = new Set<string>();
  return {
    async claim(clinicId, messagingServiceSid) {
      const name = `${clinicId} ${messagingServiceSid}`;
      if (known.has(name)) return true;
      const { ttl: _, ...times } = stamps(clock);
      const stood = await routing.put(
        { ...keys.vendorAccount('twilio', messagingServiceSid), entity: 'VendorAccount', clinicId, ...times },
        { condition: 'attribute_not_exists(PK)' },
      );
      if (stood && stood.stoodInTheWay.clinicId !== clinicId) return false;
      known.add(name);
      return true;
    },
  };
}
