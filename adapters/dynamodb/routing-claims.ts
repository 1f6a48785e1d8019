import { isDeepStrictEqual } from 'node:util';
import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { isoInstant } from '#domain/clock.ts';
import { Agent, type Clinic, E164, Slug } from '#domain/clinics/clinic.ts';
import type { ClinicChange, Holders } from '#domain/clinics/clinic-registry.ts';
import { ClinicId } from '#domain/ids.ts';
import { type Row, stamped } from './clinic-rows.ts';
import { conditionalWrite, putRow } from './clinic-writes.ts';
import { type Key, keys } from './keys.ts';
import type { Item } from './table.ts';

/*
 * What clinics claim on the whole platform. One row each, whose owner is part of every write's condition:
 *   NUM#{number}           active for one clinic, or released; former clinics beside it as HIST#…
 *   AGT#{provider}#{id}    dedicated to one clinic, or shared by the clinics in `users`
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
  users: z.set(ClinicId).default(new Set()),
});
const SlugRow = z.object({ slug: Slug, clinicId: ClinicId, current: z.boolean() });

const agentKey = ({ provider, id }: Agent): Key => keys.agent(provider, id);

/** The rows that a clinic's numbers, agents and slug are claimed by. */
export const routingKeys = ({ numbers, agents, slug }: Clinic): Key[] => [
  ...numbers.map(({ number }) => keys.number(number)),
  ...agents.map(agentKey),
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
      const { agentId, clinicId, users } = AgentRow.parse(item);
      holders.agents.set(agentId, { ...(clinicId && { dedicatedTo: clinicId }), sharedBy: [...users] });
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
  const rowAt = new Map(read.map((item) => [item.PK, item]));
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

type RowAt = Map<unknown, Item>;

/** Everything of one kind that the clinics had or shall have, each once. */
const union = <T>(changes: ClinicChange[], pick: (clinic: Clinic) => T[], id: (entry: T) => string): T[] => {
  const all = changes.flatMap(({ before, after }) => [...(before ? pick(before) : []), ...pick(after)]);
  return [...new Map(all.map((entry) => [id(entry), entry])).values()];
};

function rowWrite(
  table: string,
  read: Item | undefined,
  row: Row,
  attributes: string[],
  at: number,
): TransactWriteItem[] {
  const { createdAt: _createdAt, updatedAt: _updatedAt, ...content } = read ?? {};
  const wanted = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
  if (isDeepStrictEqual(content, wanted)) return [];
  return [conditionalWrite(table, { key: row, read, attributes }, stamped(row, at, read))];
}

function numberWrites(table: string, changes: ClinicChange[], rowAt: RowAt, ours: Set<ClinicId>, at: number) {
  return union(
    changes,
    ({ numbers }) => numbers,
    ({ number }) => number,
  ).flatMap(({ number }) => {
    const key = keys.number(number);
    const item = rowAt.get(key.PK);
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
    const writes = owner || taker ? rowWrite(table, item, row, ['status', 'clinicId'], at) : [];
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
  ).flatMap((agent) => {
    const key = agentKey(agent);
    const item = rowAt.get(key.PK);
    const held = item && AgentRow.parse(item);
    if (held?.clinicId && !ours.has(held.clinicId)) throw new InTheWay();
    const strangers = [...(held?.users ?? [])].filter((user) => !ours.has(user));
    const takers = (kind: Agent['kind']) =>
      changes
        .filter(({ after }) => after.agents.some((wanted) => wanted.id === agent.id && wanted.kind === kind))
        .map(({ after }) => after.id);
    const [owner] = takers('dedicated');
    if (owner && strangers.length) throw new InTheWay();
    const attributes = ['kind', 'clinicId', 'users'];
    const base = { ...key, entity: 'Agent', schemaVersion: 1, provider: agent.provider, agentId: agent.id };
    if (owner) return rowWrite(table, item, { ...base, kind: 'dedicated', clinicId: owner }, attributes, at);
    const users = new Set([...strangers, ...takers('shared')].sort());
    if (users.size) return rowWrite(table, item, { ...base, kind: 'shared', users }, attributes, at);
    return item ? [conditionalWrite(table, { key, read: item, attributes }, 'delete')] : [];
  });
}

function slugWrites(table: string, changes: ClinicChange[], rowAt: RowAt, at: number) {
  return changes.flatMap(({ before, after }) => {
    const write = (slug: Slug, current: boolean) => {
      const key = keys.slug(slug);
      const item = rowAt.get(key.PK);
      if (item && SlugRow.parse(item).clinicId !== after.id) throw new InTheWay();
      const listed = current ? { GSI1PK: keys.clinicsBySlug, GSI1SK: slug } : {};
      const row = { ...key, entity: 'Slug', schemaVersion: 1, slug, clinicId: after.id, current, ...listed };
      return rowWrite(table, item, row, ['clinicId', 'current'], at);
    };
    return [...(before && before.slug !== after.slug ? write(before.slug, false) : []), ...write(after.slug, true)];
  });
}
