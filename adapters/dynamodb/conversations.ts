import { isoInstant } from '#domain/clock.ts';
import type { ConversationStore } from '#domain/conversations/conversation-store.ts';
import { Conversation } from '#domain/conversations/conversation.ts';
import type { KeptConversation } from '#domain/conversations/retention/conversation-retention.ts';
import { endOf, heldParts, isObjected } from '#domain/conversations/retention/held-parts.ts';
import type { ClinicId, ConversationId } from '#domain/ids.ts';
import type { Payloads } from '#adapters/s3/payloads.ts';
import { keys } from './keys.ts';
import { type Item, refused, type Table } from './table.ts';

/** Transcripts above this lie in the bucket, the item keeps a pointer. */
const largestInlineBytes = 100_000;

/** Where the long transcripts of a conversation lie, however often they changed. */
export const transcriptsOf = (clinicId: ClinicId, conversationId: ConversationId): string =>
  `transcripts/${clinicId}/${conversationId}`;

/** Writers of one conversation are few: its queue is in order, and a workflow step or two. */
const mostRounds = 10;

const times = ['startedAt', 'endedAt', 'createdAt', 'updatedAt'] as const;

const toConversation = (item: Item): Conversation => Conversation.parse(withEpochs(item));

/** The item with its instants in epoch milliseconds. */
export function withEpochs(item: Item): Item {
  const epochs = times.flatMap((name) => (item[name] ? [[name, Date.parse(String(item[name]))]] : []));
  return { ...item, ...Object.fromEntries(epochs) };
}

/** Attributes of the item, those without a value as `undefined` so that an update removes them. */
function toAttributes(conversation: Conversation): Item {
  const { clinicId, conversationId, createdAt, startedAt } = conversation;
  const iso = times.map((name) => [
    name,
    conversation[name] === undefined ? undefined : isoInstant(conversation[name]),
  ]);
  return {
    ...conversation,
    ...Object.fromEntries(iso),
    entity: 'Conversation',
    schemaVersion: 1,
    GSI1PK: keys.conversationsByTime(clinicId),
    GSI1SK: `${isoInstant(startedAt ?? createdAt)}#${conversationId}`,
    ...conversationPlace(conversation),
  };
}

/** Where it is listed: among the open ones of its clinic, or among those that are kept, by what is kept of them. */
export function conversationPlace(conversation: KeptConversation): { GSI2PK: string; GSI2SK: string } {
  const { clinicId, conversationId, status, createdAt } = conversation;
  const isOpen = status !== 'closed';
  const kept = isObjected(conversation)
    ? keys.objectedConversations(clinicId)
    : keys.keptConversations(clinicId, heldParts(conversation));
  return {
    GSI2PK: isOpen ? keys.openConversations(clinicId) : kept,
    GSI2SK: `${isoInstant(isOpen ? createdAt : endOf(conversation))}#${conversationId}`,
  };
}

/**
 * Conversations, each one item that every writer changes under the version it read.
 *
 * @param payloads where long transcripts lie. A process that never reads or writes transcripts goes without; it leaves
 *   a pointer to one untouched.
 */
export function createConversationStore(core: Table, payloads?: Payloads): ConversationStore {
  async function load(item: Item): Promise<Conversation> {
    if (!item.transcriptPointer || !payloads) return toConversation(item);
    const transcript = Buffer.from(await payloads.get(String(item.transcriptPointer))).toString();
    return toConversation({ ...item, transcript });
  }

  async function transcriptAttributes({ clinicId, conversationId, transcript }: Conversation): Promise<Item> {
    const bytes = Buffer.from(transcript ?? '');
    if (!payloads || bytes.byteLength <= largestInlineBytes) return { transcript, transcriptPointer: undefined };
    return {
      transcript: undefined,
      transcriptPointer: await payloads.put(transcriptsOf(clinicId, conversationId), bytes),
    };
  }

  return {
    async get(clinicId, conversationId) {
      const item = await core.get(keys.conversation(clinicId, conversationId));
      return item && load(item);
    },

    async change(clinicId, conversationId, change) {
      const key = keys.conversation(clinicId, conversationId);
      for (let round = 0; round < mostRounds; round++) {
        const item = await core.get(key);
        const current = item && (await load(item));
        const next = change(current);
        if (!next || next === current) return current;
        const written = await core.update(
          key,
          {
            ...emptied(item),
            ...toAttributes({ ...next, version: next.version + 1 }),
            ...(next.transcript === current?.transcript && item?.transcriptPointer
              ? { transcript: undefined, transcriptPointer: item.transcriptPointer }
              : await transcriptAttributes(next)),
          },
          current
            ? {
                condition: '#version = :version',
                names: { '#version': 'version' },
                values: { ':version': current.version },
              }
            : { condition: 'attribute_not_exists(PK)' },
        );
        if (written !== refused) return { ...next, version: next.version + 1 };
      }
      throw new Error('a conversation was written by others ten times in a row');
    },

    async listOpen(clinicId) {
      const items = await core.query({ index: 'GSI2', pk: keys.openConversations(clinicId) });
      return items.map(toConversation);
    },
  };
}

/** Attributes of the merge that stood in the item, so that one it no longer has is removed. */
function emptied(item: Item | undefined): Item {
  const known = Object.keys(Conversation.shape).filter((name) => item && name in item);
  return Object.fromEntries(known.map((name) => [name, undefined]));
}
