import { type Clock, isoInstant } from '#domain/clock.ts';
import { Talk, type TalkStore } from '#domain/conversations/talk/talk.ts';
import { epochOf, Turn } from '#domain/conversations/talk/turns/turn.ts';
import { keys } from './keys.ts';
import { type Item, type Table, toItem } from './table.ts';
import { type Step, transact } from './transact.ts';

/** The wire that ends a talk, the one that takes it up and a webhook or two: who loses so often has met a fault. */
const mostRounds = 10;

/** As long as what tools remember. Turns stay with their conversation: they are its transcript. */
const keptSeconds = 30 * 24 * 60 * 60;

/** No correction of a turn comes to this. */
const lastRevision = 1_000_000;

const instant = (epochMs: number | undefined): string | undefined =>
  epochMs === undefined ? undefined : isoInstant(epochMs);
const epoch = (value: unknown): number | undefined => (value === undefined ? undefined : Date.parse(String(value)));

const toTalk = ({
  openedAt,
  streamTokenExpiresAt,
  streamGivenAt,
  noticeHeardAt,
  agreedAt,
  objectedAt,
  letGoAt,
  callOverAt,
  finishedAt,
  ...item
}: Item): Talk =>
  Talk.parse({
    ...item,
    openedAtMs: epoch(openedAt),
    streamTokenExpiresAtMs: epoch(streamTokenExpiresAt),
    streamGivenAtMs: epoch(streamGivenAt),
    noticeHeardAtMs: epoch(noticeHeardAt),
    agreedAtMs: epoch(agreedAt),
    objectedAtMs: epoch(objectedAt),
    letGoAtMs: epoch(letGoAt),
    callOverAtMs: epoch(callOverAt),
    finishedAtMs: epoch(finishedAt),
  });

const talkRow = ({
  openedAtMs,
  streamTokenExpiresAtMs,
  streamGivenAtMs,
  noticeHeardAtMs,
  agreedAtMs,
  objectedAtMs,
  letGoAtMs,
  callOverAtMs,
  finishedAtMs,
  ...talk
}: Talk): Item => ({
  ...talk,
  openedAt: instant(openedAtMs),
  streamTokenExpiresAt: instant(streamTokenExpiresAtMs),
  streamGivenAt: instant(streamGivenAtMs),
  noticeHeardAt: instant(noticeHeardAtMs),
  agreedAt: instant(agreedAtMs),
  objectedAt: instant(objectedAtMs),
  letGoAt: instant(letGoAtMs),
  callOverAt: instant(callOverAtMs),
  finishedAt: instant(finishedAtMs),
});

const toTurn = ({ at, revision, ...item }: Item): Turn =>
  Turn.parse({ ...item, atMs: epoch(at), ...(revision !== 0 && { revision }) });

/**
 * Talks of the voice service: one item each, changed under the version that was read, and an item for every turn, which
 * only the epoch that holds the talk can write.
 */
export function createTalkStore(core: Table, clock: Clock): TalkStore {
  const stamps = (known?: Item): Item => ({
    schemaVersion: 1,
    createdAt: known?.createdAt ?? isoInstant(clock.now()),
    updatedAt: isoInstant(clock.now()),
  });
  const row = (talk: Talk, known?: Item) => ({
    ...keys.talk(talk.clinicId, talk.conversationId),
    entity: 'Talk',
    ...stamps(known),
    ttl: Math.floor(clock.now() / 1000) + keptSeconds,
    ...talkRow(talk),
  });

  return {
    async get(clinicId, conversationId) {
      const item = await core.get(keys.talk(clinicId, conversationId));
      return item && toTalk(item);
    },

    async open(clinicId, talk) {
      const opened: Talk = { channel: 'voice', ...talk, clinicId, epoch: 0, breaks: 0, version: 1 };
      const stood = await core.put(row(opened), { condition: 'attribute_not_exists(PK)' });
      return stood ? toTalk(stood.stoodInTheWay) : opened;
    },

    async change(clinicId, conversationId, change) {
      const key = keys.talk(clinicId, conversationId);
      for (let round = 0; round < mostRounds; round++) {
        const item = await core.get(key);
        if (!item) return undefined;
        const current = toTalk(item);
        const next = change(current);
        if (next === current) return current;
        const written = { ...next, clinicId, conversationId, version: current.version + 1 };
        const stood = await core.put(row(written, item), {
          condition: '#version = :version',
          names: { '#version': 'version' },
          values: { ':version': current.version },
        });
        if (!stood) return written;
      }
      throw new Error('a talk was written by others ten times in a row');
    },

    async keepTurn(clinicId, conversationId, turn) {
      const { atMs, revision = 0, ...told } = turn;
      const item = {
        ...keys.turn(clinicId, conversationId, turn.seq),
        entity: 'Turn',
        ...stamps(),
        clinicId,
        conversationId,
        ...told,
        revision,
        at: isoInstant(atMs),
      };
      const steps: Step<'held' | 'place'>[] = [
        {
          word: 'held',
          action: {
            ConditionCheck: {
              TableName: core.name,
              Key: toItem({ ...keys.talk(clinicId, conversationId) }),
              ConditionExpression: '#epoch = :epoch',
              ExpressionAttributeNames: { '#epoch': 'epoch' },
              ExpressionAttributeValues: toItem({ ':epoch': epochOf(turn) }),
            },
          },
        },
        {
          word: 'place',
          action: {
            Put: {
              TableName: core.name,
              Item: toItem(item),
              ConditionExpression: 'attribute_not_exists(PK) OR #revision < :revision',
              ExpressionAttributeNames: { '#revision': 'revision' },
              ExpressionAttributeValues: toItem({ ':revision': revision }),
            },
          },
        },
      ];
      const refused = await transact(core.client, steps, 'held');
      return { outcome: refused.some(({ word }) => word === 'held') ? 'superseded' : 'kept' };
    },

    async turns(clinicId, conversationId) {
      const { PK } = keys.turn(clinicId, conversationId, 0);
      const items = await core.query({ pk: PK, sk: 'begins_with(SK, :turn)', values: { ':turn': 'TURN#' } });
      return items.map(toTurn);
    },

    async emptyTurns(clinicId, conversationId, places) {
      const emptied = { text: '', tool: undefined, revision: lastRevision, updatedAt: stamps().updatedAt };
      const there = { condition: 'attribute_exists(PK)' };
      await Promise.all(places.map((seq) => core.update(keys.turn(clinicId, conversationId, seq), emptied, there)));
    },
  };
}
