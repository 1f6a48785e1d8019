import { isDeepStrictEqual } from 'node:util';
import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { isoInstant } from '#domain/clock.ts';
import { Agent } from '#domain/clinics/agent.ts';
import type { Clinic } from '#domain/clinics/clinic.ts';
import { Slug } from '#domain/clinics/slug.ts';
import { E164 } from '#domain/e164.ts';
import type { ClinicChange, Holders } from '#domain/clinics/clinic-registry.ts';
import { ClinicId } from '#domain/ids.ts';
import { type Row, stamped } from './clinic-rows.ts';
import { conditionalWrite, putRow, type RowState } from './clinic-writes.ts';
import { type Key, keys } from './keys.ts';
import { type Item, toItem } from './table.ts';

/*
 * What clinics claim on the whole platform. One row each, whose owner is part of every write's condition:
 *   NUM#{number}           active for one clinic, or released; former clinics beside it as HIST#…
 *   AGT#{provider}#{id}    dedicated to one clinic, or shared: how many share it, and each of them beside it as USER#…,
 *                          so that clinics that come at one moment do not wait for each other
 *   SLUG#{slug}            current name of a clinic, or a former one that still finds it
 */

const NumberRow = z.object({
  number: E164,
  status: z.enum(['active', 'released']),
  clinicId: ClinicId.optional(),
  mappedAt: z.string().optional(),
});
const AgentRow = z.object({
  agentId: Agent.shape.id,
  kind: Agent.shape.kind,
  clinicId: ClinicId.optional(),
  sharers: z.int().default(0),
});
const AgentUserRow = z.object({ agentId: Agent.shape.id, clinicId: ClinicId });
const SlugRow = z.object({ slug: Slug, clinicId: ClinicId, current: z.boolean() });

const agentKey = ({ provider, id }: Agent): Key => keys.agent(provider, id);
const userKey = ({ provider, id }: Agent, clinicId: ClinicId): Key => keys.agentUser(provider, id, clinicId);

/** The rows that a clinic's numbers, agents and slug are claimed by. */
export const routingKeys = ({ id, numbers, agents, slug }: Clinic): Key[] => [
  ...numbers.map(({ number }) => keys.number(number)),
  ...agents.flatMap((agent) => [agentKey(agent), userKey(agent, id)]),
  keys.slug(slug),
];

/** Who holds what, of the rows that were read. */
export function holdersIn(items: Item[]): Holders {
  const holders: Holders = { numbers: new Map(), agents: new Map(), slugs: new Map() };
  for (const item of items) {
    if (item.entity === 'Number') {
      const { number, status, clinicId } = NumberRow.parse(item);
      if (status === 'active' && clinicId) holders.numbers.set(number, clinicId);
    } else if (item.entity === 'Agent') {
      const { agentId, clinicId } = AgentRow.parse(item);
      const { sharedBy = [] } = holders.agents.get(agentId) ?? {};
      holders.agents.set(agentId, { ...(clinicId && { dedicatedTo: clinicId }), sharedBy });
    } else if (item.entity === 'AgentUser') {
      const { agentId, clinicId } = AgentUserRow.parse(item);
      const { sharedBy = [], ...agent } = holders.agents.get(agentId) ?? {};
      holders.agents.set(agentId, { ...agent, sharedBy: [...sharedBy, clinicId] });
    } else {
      const { slug, clinicId, current } = SlugRow.parse(item);
      holders.slugs.set(slug, { clinicId, current });
    }
  }
  return holders;
}

/** The clinics of a change come with rows of their own; a row of any other clinic is in the way. */
class InTheWay extends Error {}

/**
 * The writes that take the claims of `changes` from how they stand in `read` to how they shall be: one per row that
 * changes. `changed-meanwhile` when a clinic outside the changes holds one of them.
 */
export function routingWrites(
  table: string,
  changes: ClinicChange[],
  read: Item[],
  at: number,
): TransactWriteItem[] | 'changed-meanwhile' {
  const rowAt: RowAt = (key) => read.find(({ PK, SK }) => PK === key.PK && SK === key.SK);
  const ours = new Set(changes.map(({ after }) => after.id));
  try {
    return [
      ...numberWrites(table, changes, rowAt, ours, at),
      ...agentWrites(table, changes, rowAt, ours, at),
      ...slugWrites(table, changes, rowAt, at),
    ];
  } catch (error) {
    if (error instanceof InTheWay) return 'changed-meanwhile';
    throw error;
  }
}

type RowAt = (key: Key) => Item | undefined;

/** Everything of one kind that the clinics had or shall have, each once. */
const union = <T>(changes: ClinicChange[], pick: (clinic: Clinic) => T[], id: (entry: T) => string): T[] => {
  const all = changes.flatMap(({ before, after }) => [...(before ? pick(before) : []), ...pick(after)]);
  return [...new Map(all.map((entry) => [id(entry), entry])).values()];
};

function rowWrite(table: string, read: Item | undefined, row: Row, state: RowState, at: number): TransactWriteItem[] {
  const { createdAt: _createdAt, updatedAt: _updatedAt, ...content } = read ?? {};
  const wanted = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
  if (isDeepStrictEqual(content, wanted)) return [];
  return [conditionalWrite(table, state, stamped(row, at, read))];
}

function numberWrites(table: string, changes: ClinicChange[], rowAt: RowAt, ours: Set<ClinicId>, at: number) {
  return union(
    changes,
    ({ numbers }) => numbers,
    ({ number }) => number,
  ).flatMap(({ number }) => {
    const key = keys.number(number);
    const item = rowAt(key);
    const held = item && NumberRow.parse(item);
    const owner = held?.status === 'active' ? held.clinicId : undefined;
    if (owner && !ours.has(owner)) throw new InTheWay();
    const taker = changes.find(({ after }) => after.numbers.some((wanted) => wanted.number === number))?.after;
    const base = { ...key, entity: 'Number', schemaVersion: 1, number };
    const now = isoInstant(at);
    const row: Row = taker
      ? {
          ...base,
          clinicId: taker.id,
          status: 'active',
          language: taker.numbers.find((wanted) => wanted.number === number)?.language,
          mappedAt: owner === taker.id ? held?.mappedAt : now,
        }
      : { ...base, status: 'released', releasedAt: now };
    const writes =
      owner || taker ? rowWrite(table, item, row, { key, read: item, attributes: ['status', 'clinicId'] }, at) : [];
    if (owner && owner !== taker?.id) writes.push(putRow(table, formerNumber(number, owner, held?.mappedAt, at)));
    return writes;
  });
}

function formerNumber(number: E164, clinicId: ClinicId, mappedAt: string | undefined, at: number): Row {
  const to = isoInstant(at);
  const row = { entity: 'FormerNumber', schemaVersion: 1, number, clinicId, from: mappedAt, to };
  return stamped({ ...keys.formerNumber(number, to, clinicId), ...row }, at);
}

function agentWrites(table: string, changes: ClinicChange[], rowAt: RowAt, ours: Set<ClinicId>, at: number) {
  return union(
    changes,
    ({ agents }) => agents,
    ({ id }) => id,
  ).flatMap((agent): TransactWriteItem[] => {
    const key = agentKey(agent);
    const item = rowAt(key);
    const held = item && AgentRow.parse(item);
    if (held?.clinicId && !ours.has(held.clinicId)) throw new InTheWay();
    const takers = (kind: Agent['kind']) =>
      [...ours].filter((id) =>
        changes.some(
          ({ after }) => after.id === id && after.agents.some((one) => one.id === agent.id && one.kind === kind),
        ),
      );
    const [owner] = takers('dedicated');
    const sharers = takers('shared');
    const shared = [...ours].filter((id) => rowAt(userKey(agent, id)));
    const base = { entity: 'Agent', schemaVersion: 1, provider: agent.provider, agentId: agent.id };
    const users = [
      ...shared
        .filter((id) => !sharers.includes(id))
        .map((id): TransactWriteItem => {
          return { Delete: { TableName: table, Key: toItem({ ...userKey(agent, id) }), ConditionExpression: present } };
        }),
      ...sharers
        .filter((clinicId) => !shared.includes(clinicId))
        .map((clinicId): TransactWriteItem => {
          const row = stamped({ ...userKey(agent, clinicId), ...base, entity: 'AgentUser', clinicId }, at);
          return { Put: { TableName: table, Item: toItem(row), ConditionExpression: absent } };
        }),
    ];
    const whole: RowState = { key, read: item, attributes: ['kind', 'clinicId', 'sharers'] };
    if (owner) {
      if ((held?.sharers ?? 0) > shared.length) throw new InTheWay();
      return [...rowWrite(table, item, { ...key, ...base, kind: 'dedicated', clinicId: owner }, whole, at), ...users];
    }
    // Handed from one owner to several clinics, or given up: the row is replaced. Else it is only counted in it.
    if (held?.kind === 'dedicated') {
      const row = sharers.length && stamped({ ...key, ...base, kind: 'shared', sharers: sharers.length }, at, item);
      return [conditionalWrite(table, whole, row || 'delete'), ...users];
    }
    return users.length ? [countSharers(table, key, base, sharers.length - shared.length, at), ...users] : [];
  });
}

const present = 'attribute_exists(PK)';
const absent = 'attribute_not_exists(PK)';

/** Does not count on what others have counted meanwhile, only on nobody having the agent alone. */
function countSharers(table: string, key: Key, base: Item, more: number, at: number): TransactWriteItem {
  return {
    Update: {
      TableName: table,
      Key: toItem({ ...key }),
      UpdateExpression:
        'SET #kind = :shared, entity = :entity, schemaVersion = :schema, provider = :provider, agentId = :agentId, ' +
        'createdAt = if_not_exists(createdAt, :at), updatedAt = :at ADD sharers :more',
      ConditionExpression: `${absent} OR #kind = :shared`,
      ExpressionAttributeNames: { '#kind': 'kind' },
      ExpressionAttributeValues: toItem({
        ':shared': 'shared',
        ':entity': base.entity,
        ':schema': base.schemaVersion,
        ':provider': base.provider,
        ':agentId': base.agentId,
        ':at': isoInstant(at),
        ':more': more,
      }),
    },
  };
}

function slugWrites(table: string, changes: ClinicChange[], rowAt: RowAt, at: number) {
  return changes.flatMap(({ before, after }) => {
    const write = (slug: Slug, current: boolean) => {
      const key = keys.slug(slug);
      const item = rowAt(key);
      if (item && SlugRow.parse(item).clinicId !== after.id) throw new InTheWay();
      const listed = current ? { GSI1PK: keys.clinicsBySlug, GSI1SK: slug } : {};
      const row = { ...key, entity: 'Slug', schemaVersion: 1, slug, clinicId: after.id, current, ...listed };
      return rowWrite(table, item, row, { key, read: item, attributes: ['clinicId', 'current'] }, at);
    };
    return [...(before && before.slug !== after.slug ? write(before.slug, false) : []), ...write(after.slug, true)];
  });
}
