import type { ConversationStore } from '#domain/conversations/conversation-store.ts';
import type { Conversation } from '#domain/conversations/conversation.ts';

/** Conversations in memory, under the same rule of versions as the table. */
export function inMemoryConversations(): ConversationStore & { all(): Conversation[] } {
  const items = new Map<string, Conversation>();
  return {
    all: () => [...items.values()],
    async get(clinicId, conversationId) {
      return items.get(`${clinicId} ${conversationId}`);
    },
    async change(clinicId, conversationId, change) {
      const key = `${clinicId} ${conversationId}`;
      const current = items.get(key);
      const next = change(current);
      if (!next || next === current) return current;
      const written = structuredClone({ ...next, version: next.version + 1 });
      items.set(key, written);
      return written;
    },
    async listOpen(clinicId) {
      return [...items.values()]
        .filter((call) => call.clinicId === clinicId && call.status !== 'closed')
        .sort((a, b) => a.createdAt - b.createdAt);
    },
  };
}
