import { type Clock, isoInstant } from '#domain/clock.ts';
import { type ConversationActs, Message } from '#domain/conversations/acts.ts';
import type { Act } from '#domain/conversations/conversation.ts';
import { type ClinicId, type ConversationId, derivedUuid } from '#domain/ids.ts';
import { auditWrite } from './clinic-writes.ts';
import { keys } from './keys.ts';
import { type Item, type Table, toItem } from './table.ts';
import { type Step, transact } from './transact.ts';

/** Writers of one conversation are few; who loses so often to others has met a fault. */
const mostRounds = 5;

const toMessage = (item: Item): Message => Message.parse({ ...item, takenAtMs: Date.parse(String(item.takenAt)) });

/** Messages alone, for those who pass them on. */
export function createMessageReader(core: Table): Pick<ConversationActs, 'messages'> {
  return {
    async messages(clinicId, conversationId) {
      const { PK, SK } = keys.message(clinicId, conversationId, '');
      const items = await core.query({ pk: PK, sk: 'begins_with(SK, :message)', values: { ':message': SK } });
      return items.map(toMessage).sort((a, b) => a.takenAtMs - b.takenAtMs);
    },
  };
}

/** What tools do in a conversation, each with its record in one transaction. */
export function createConversationActs({ core, audit }: { core: Table; audit: Table }, clock: Clock): ConversationActs {
  const actStep = (clinicId: ClinicId, conversationId: ConversationId, act: Act): Step<'act'> => ({
    word: 'act',
    action: {
      Update: {
        TableName: core.name,
        Key: toItem({ ...keys.conversation(clinicId, conversationId) }),
        UpdateExpression: 'SET #acts = list_append(#acts, :acts), #version = #version + :one, #updatedAt = :updatedAt',
        ConditionExpression: 'attribute_exists(PK) AND NOT contains(#acts, :act)',
        ExpressionAttributeNames: { '#acts': 'acts', '#version': 'version', '#updatedAt': 'updatedAt' },
        ExpressionAttributeValues: toItem({
          ':acts': [act],
          ':act': act,
          ':one': 1,
          ':updatedAt': isoInstant(clock.now()),
        }),
      },
    },
  });

  const messageStep = (clinicId: ClinicId, conversationId: ConversationId, message: Message): Step<'message'> => {
    const { takenAtMs, ...told } = message;
    const takenAt = isoInstant(takenAtMs);
    const row = {
      ...keys.message(clinicId, conversationId, message.messageId),
      entity: 'Message',
      schemaVersion: 1,
      clinicId,
      conversationId,
      ...told,
      takenAt,
      createdAt: takenAt,
      updatedAt: takenAt,
    };
    const condition = { ConditionExpression: 'attribute_not_exists(PK)' };
    return { word: 'message', action: { Put: { TableName: core.name, Item: toItem(row), ...condition } } };
  };

  /** What is not done yet. The item of a conversation may carry a transcript, so nothing but its acts is read. */
  async function undone(
    clinicId: ClinicId,
    conversationId: ConversationId,
    { act, message }: { act?: Act; message?: Message },
  ): Promise<Step<'act' | 'message'>[]> {
    const [call, kept] = await Promise.all([
      core.get(keys.conversation(clinicId, conversationId), { attributes: ['acts'] }),
      message && core.get(keys.message(clinicId, conversationId, message.messageId), { attributes: ['messageId'] }),
    ]);
    if (!call) throw new Error('an act of a conversation that does not exist');
    return [
      ...(act && !(call.acts as Act[]).includes(act) ? [actStep(clinicId, conversationId, act)] : []),
      ...(message && !kept ? [messageStep(clinicId, conversationId, message)] : []),
    ];
  }

  return {
    ...createMessageReader(core),

    async record(clinicId, conversationId, { act, message, audit: events }) {
      const told = [act ?? '', message?.messageId ?? ''];
      const records = events.map((event, index): Step<'record'> => {
        const eventId = derivedUuid('record', ...told, String(index), JSON.stringify(event));
        return { word: 'record', action: auditWrite(audit.name, event, eventId) };
      });
      for (let round = 0; round < mostRounds; round++) {
        const steps = await undone(clinicId, conversationId, { act, message });
        if ((act ?? message) ? !steps.length : !records.length) return;
        const refused = await transact<'act' | 'message' | 'record'>(core.client, [...steps, ...records]);
        // Their ids are those of the same records before: alone they can only be refused because they are there.
        if (!refused.length || !(act ?? message)) return;
      }
      throw new Error('the acts of a conversation were written by others five times in a row');
    },
  };
}
