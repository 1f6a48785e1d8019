import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import type { ConversationActs, Message } from '#domain/conversations/acts.ts';
import type { ConversationStore } from '#domain/conversations/conversation-store.ts';
import type { Act } from '#domain/conversations/conversation.ts';
import type { ClinicId, ConversationId } from '#domain/ids.ts';

export interface FakeActs extends ConversationActs {
  /** Put on record, in order. */
  records: PendingAuditEvent[];
  /** The acts of a conversation, in order. */
  actsOf(clinicId: ClinicId, conversationId: ConversationId): Act[];
}

/**
 * Acts and messages in memory.
 *
 * @param conversations are told of acts, and must exist then, as in the table; without them any conversation will do.
 */
export function inMemoryActs(conversations?: Pick<ConversationStore, 'change'>): FakeActs {
  const records: PendingAuditEvent[] = [];
  const acts = new Map<string, Act[]>();
  const messages = new Map<string, Message[]>();
  return {
    records,
    actsOf: (clinicId, conversationId) => acts.get(`${clinicId} ${conversationId}`) ?? [],
    async record(clinicId, conversationId, { act, message, audit }) {
      const key = `${clinicId} ${conversationId}`;
      await conversations?.change(clinicId, conversationId, (current) => {
        if (!current) throw new Error('an act of a conversation that does not exist');
        return !act || current.acts.includes(act) ? current : { ...current, acts: [...current.acts, act] };
      });
      const done = acts.get(key) ?? [];
      const kept = messages.get(key) ?? [];
      const newAct = act && !done.includes(act);
      const newMessage = message && !kept.some(({ messageId }) => messageId === message.messageId);
      if ((act ?? message) && !newAct && !newMessage) return;
      if (newAct) acts.set(key, [...done, act]);
      if (newMessage) messages.set(key, [...kept, structuredClone(message)]);
      const known = new Set(records.map((event) => JSON.stringify(event)));
      const alone = !act && !message;
      for (const event of audit) if (!alone || !known.has(JSON.stringify(event))) records.push(structuredClone(event));
    },
    async messages(clinicId, conversationId) {
      return [...(messages.get(`${clinicId} ${conversationId}`) ?? [])].sort((a, b) => a.takenAtMs - b.takenAtMs);
    },
  };
}
