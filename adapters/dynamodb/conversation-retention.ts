import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { PayloadRemoval } from '#adapters/s3/payloads.ts';
import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { type Clock, isoInstant } from '#domain/clock.ts';
import {
  type ConversationRetention,
  KeptConversation,
} from '#domain/conversations/retention/conversation-retention.ts';
import { endOf, heldParts } from '#domain/conversations/retention/held-parts.ts';
import { KeptPart } from '#domain/conversations/retention/kept-parts.ts';
import { type ClinicId, ConversationId } from '#domain/ids.ts';
import type { Log } from '#domain/log.ts';
import { auditWrite } from './clinic-writes.ts';
import { conversationPlace, transcriptsOf, withEpochs } from './conversations.ts';
import { type Key, keys } from './keys.ts';
import { type Item, type Table, toItem } from './table.ts';
import { transact, transactionSize } from './transact.ts';

const pageSize = 100;
/** Writers of a conversation that is long over are few; who loses so often to others has met a fault. */
const mostRounds = 5;

const attributes = Object.keys(KeptConversation.shape);
const toKept = (item: Item): KeptConversation => KeptConversation.parse(withEpochs(item));

/** What tells of a part: attributes of the conversation, and items beside it, by the beginning of their sort keys. */
const tellsOf: Record<KeptPart, { attributes: readonly string[]; beside: readonly string[] }> = {
  recording: { attributes: ['recordingUrl'], beside: [] },
  transcript: {
    attributes: ['transcript', 'transcriptPointer'],
    beside: ['TURN#', 'TEXT#', 'TOOL#', 'TALK', 'DIALOGUE'],
  },
  summary: { attributes: ['analysis'], beside: ['MSG#'] },
};

/** The end of what is kept of conversations, in the tables and the bucket. */
export function createConversationRetention(
  { core, audit }: { core: Table; audit: Table },
  bodies: PayloadRemoval,
  clock: Clock,
  log: Log,
): ConversationRetention {
  /** Nothing where an item cannot be read: a person looks at it, and the others do not wait for that. */
  function readable(clinicId: ClinicId, item: Item): KeptConversation[] {
    const { data } = KeptConversation.safeParse(withEpochs(item));
    if (data) return [data];
    const { data: conversationId } = ConversationId.safeParse(item.conversationId);
    log.error('retention.failed', { clinicId, ...(conversationId && { conversationId }), reason: 'unreadable' });
    return [];
  }

  /** Turns do not touch the conversation; what shortened it has touched it, and is no word of anybody. */
  async function lastHeardOf({ clinicId, conversationId, updatedAt, forgotten }: KeptConversation) {
    const { PK } = keys.conversation(clinicId, conversationId);
    const lastTurn = { pk: PK, sk: 'begins_with(SK, :turn)', values: { ':turn': 'TURN#' }, newestFirst: true, upTo: 1 };
    const [turn] = await core.query({ ...lastTurn, attributes: ['at'] });
    const saidAt = turn ? Date.parse(String(turn.at)) : undefined;
    return forgotten?.length ? saidAt : Math.max(updatedAt, saidAt ?? 0);
  }

  async function removeBeside(conversation: Key, isMeant: (SK: string) => boolean): Promise<void> {
    const rows = await core.query({ pk: conversation.PK, attributes: ['PK', 'SK'] });
    const going = rows.filter(({ SK }) => SK !== conversation.SK && isMeant(String(SK)));
    for (let at = 0; at < going.length; at += transactionSize) {
      const removals = going.slice(at, at + transactionSize).map((key) => ({ Delete: asWritten(key) }));
      await transact(
        core.client,
        removals.map((action) => ({ word: 'beside', action })),
      );
    }
  }

  async function* endedBeforeIn(clinicId: ClinicId, pk: string, endedBefore: number): AsyncGenerator<KeptConversation> {
    const values = { ':after': '0', ':before': isoInstant(endedBefore) };
    for (;;) {
      const page = await core.query({
        index: 'GSI2',
        pk,
        sk: 'GSI2SK BETWEEN :after AND :before',
        values,
        upTo: pageSize,
        attributes: [...attributes, 'GSI2SK'],
      });
      for (const item of page) if (item.GSI2SK !== values[':after']) yield* readable(clinicId, item);
      if (page.length < pageSize) return;
      values[':after'] = String(page.at(-1)?.GSI2SK);
    }
  }

  const asWritten = ({ PK, SK }: Item) => ({ TableName: core.name, Key: toItem({ PK, SK }) });

  /** The conversation without `going`, or its end when nothing else is kept of it. */
  function shortened(item: Item, going: readonly KeptPart[], at: string): TransactWriteItem {
    const unchanged = {
      ConditionExpression: '#version = :read',
      ExpressionAttributeNames: { '#version': 'version' },
      ExpressionAttributeValues: toItem({ ':read': item.version }),
    };
    const held = heldParts(toKept(item)).filter((part) => !going.includes(part));
    if (!held.length) return { Delete: { ...asWritten(item), ...unchanged } };
    const forgotten = KeptPart.options.filter((part) => !held.includes(part));
    const left = { ...item, forgotten, version: Number(item.version) + 1, updatedAt: at };
    const without = forgotten.flatMap((part) => tellsOf[part].attributes).map((name) => [name, undefined]);
    const row = { ...left, ...Object.fromEntries(without), ...conversationPlace(toKept(left)) };
    return { Put: { TableName: core.name, Item: toItem(row), ...unchanged } };
  }

  return {
    list: (clinicId, held, endedBefore) => endedBeforeIn(clinicId, keys.keptConversations(clinicId, held), endedBefore),
    listObjected: (clinicId) => endedBeforeIn(clinicId, keys.objectedConversations(clinicId), clock.now()),

    async *listOpen(clinicId, begunBefore) {
      const items = await core.query({ index: 'GSI2', pk: keys.openConversations(clinicId), attributes });
      for (const call of items.flatMap((item) => readable(clinicId, item))) {
        if (endOf(call) >= begunBefore) continue;
        yield call.endedAt === undefined ? { ...call, heardAt: await lastHeardOf(call) } : call;
      }
    },

    async forget({ clinicId, conversationId }, parts, { requestId }) {
      const key = keys.conversation(clinicId, conversationId);
      for (let round = 0; round < mostRounds; round++) {
        const item = await core.get(key);
        const held = item ? heldParts(toKept(item)) : [];
        const going = held.filter((part) => parts.includes(part));
        if (!item || !going.length) return;

        const beginnings = going.flatMap((part) => tellsOf[part].beside);
        const isAll = going.length === held.length;
        await removeBeside(key, (SK) => isAll || beginnings.some((beginning) => SK.startsWith(beginning)));
        if (going.includes('transcript')) await bodies.removeAll(transcriptsOf(clinicId, conversationId));

        const occurredAt = isoInstant(clock.now());
        const event: PendingAuditEvent = {
          v: 1,
          clinicId,
          occurredAt,
          actorType: 'system',
          actorId: 'retention',
          act: 'retention.apply',
          outcome: 'success',
          resourceType: 'Conversation',
          resourceId: conversationId,
          conversationId,
          fields: going,
          requestId,
        };
        const refused = await transact(core.client, [
          { word: 'conversation', action: shortened(item, going, occurredAt) },
          { word: 'record', action: auditWrite(audit.name, event) },
        ]);
        if (!refused.length) return;
      }
      throw new Error('a conversation was written by others five times in a row');
    },
  };
}
