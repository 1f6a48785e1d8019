import type { Clock } from '#domain/clock.ts';
import type { WaitlistEntryId } from '#domain/ids.ts';
import type { Contact } from '#domain/clinics/suppression-list.ts';
import { type SuppressionList } from '#domain/clinics/suppression-list.ts';
import { type BegunChats, mostChats, networkOf } from '#domain/conversations/texting/begun-chats.ts';
import type { OfferedTimes } from '#domain/conversations/texting/offered-times.ts';
import type { IncomingTexts } from '#domain/conversations/texting/incoming-texts.ts';
import { mostRepliesAbroad, type RepliesAbroad } from '#domain/conversations/texting/replies-abroad.ts';
import {
  type OutgoingText,
  type SentTexts,
  TextNotSent,
  type TextOutcome,
  type TextSender,
} from '#domain/conversations/texting/text-sender.ts';

/** What numbers refused, in memory. */
export function inMemorySuppressions(): SuppressionList & { changes: string[] } {
  const refused = new Map<string, Set<Contact>>();
  const of = (clinicId: string, number: string) => {
    const key = `${clinicId} ${number}`;
    const known = refused.get(key) ?? new Set<Contact>();
    refused.set(key, known);
    return known;
  };
  const changes: string[] = [];
  return {
    changes,
    refusedBy: async (clinicId, number) => of(clinicId, number),
    async refuse(clinicId, number, contacts, { actorId }) {
      for (const contact of contacts) of(clinicId, number).add(contact);
      changes.push(`${actorId} refuses ${contacts.join(' ')}`);
    },
    async allow(clinicId, number, contacts, { actorId }) {
      for (const contact of contacts) of(clinicId, number).delete(contact);
      changes.push(`${actorId} allows ${contacts.join(' ')}`);
    },
  };
}

/** Places of what was written, under the same rules as the table. */
export function inMemorySentTexts(): SentTexts {
  const known = new Map<string, TextOutcome | 'begun'>();
  return {
    async once(clinicId, to, name, send) {
      const key = `${clinicId} ${to} ${name}`;
      const before = known.get(key);
      if (before === 'begun') return { outcome: 'unknown' };
      if (before) return before.outcome === 'accepted' ? { outcome: 'already' } : before;
      known.set(key, 'begun');
      try {
        const answer = await send();
        known.set(key, answer);
        return answer;
      } catch (error) {
        if (error instanceof TextNotSent) known.delete(key);
        throw error;
      }
    },
  };
}

/** Which offer a number may answer, in memory, by the same rule as the table. */
export function inMemoryOfferedTimes(clock: Clock): OfferedTimes {
  const offers = new Map<string, { entryId: WaitlistEntryId; untilMs: number }>();
  return {
    async keep(clinicId, number, entryId, untilMs) {
      const stands = offers.get(`${clinicId} ${number}`);
      if (stands && stands.untilMs > clock.now() && stands.entryId !== entryId) return 'another-stands';
      offers.set(`${clinicId} ${number}`, { entryId, untilMs });
      return 'kept';
    },
    of: async (clinicId, number) => offers.get(`${clinicId} ${number}`)?.entryId,
  };
}

/** Chats begun, in memory, never forgotten. */
export function inMemoryBegunChats(): BegunChats {
  const counts = new Map<string, number>();
  const count = (key: string) => {
    counts.set(key, (counts.get(key) ?? 0) + 1);
    return counts.get(key) as number;
  };
  return {
    async count(clinicId, address) {
      if (count(`${clinicId} ${networkOf(address)}`) > mostChats.ofAddress) return 'too-many';
      return count(clinicId) > mostChats.ofClinic ? 'too-many' : 'room';
    },
  };
}

/** Replies to numbers abroad, in memory, by the same days as the table. */
export function inMemoryRepliesAbroad(clock: Clock): RepliesAbroad {
  const counts = new Map<string, number>();
  return {
    async count(clinicId) {
      const key = `${clinicId} ${Math.floor(clock.now() / (24 * 60 * 60 * 1000))}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
      return (counts.get(key) as number) > mostRepliesAbroad ? 'too-many' : 'room';
    },
  };
}

export function inMemoryIncoming(clock: Clock): IncomingTexts {
  const replies = new Map<string, { sinceMs: number; reply?: string }>();
  const keyOf = (clinicId: string, { conversationId, name }: { conversationId: string; name: string }) =>
    `${clinicId} ${conversationId} ${name}`;
  return {
    async take(clinicId, at) {
      const key = keyOf(clinicId, at);
      const known = replies.get(key);
      if (known?.reply !== undefined) return { state: 'answered', reply: known.reply };
      if (known) return { state: 'begun', sinceMs: known.sinceMs };
      replies.set(key, { sinceMs: clock.now() });
      return { state: 'new' };
    },
    answered: async (clinicId, at, reply) => void replies.set(keyOf(clinicId, at), { sinceMs: clock.now(), reply }),
  };
}

/** Remembers what was sent; answers as a test says, one answer for each, and accepts after that. */
export function rememberedTexts(...answers: (TextOutcome | Error)[]): TextSender & { outbox: OutgoingText[] } {
  const outbox: OutgoingText[] = [];
  return {
    outbox,
    async send(text) {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      if (answer) return answer;
      outbox.push(text);
      return { outcome: 'accepted', textId: `SM${outbox.length}` };
    },
  };
}
