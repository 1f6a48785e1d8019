import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import {
  type TransactWriteItem,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { isoInstant } from '#domain/clock.ts';
import type { ClinicChange, ClinicRegistry } from '#domain/clinics/clinic-registry.ts';
import { nextAsk } from '#domain/clinics/links/link.ts';
import { ClinicId } from '#domain/ids.ts';
import { hasAppointments, hasCells } from './calendar-use.ts';
import { createClinicStore } from './clinics.ts';
import { isProfileRow, metaRow, MetaRow, profileRows, stamped } from './clinic-rows.ts';
import {
  auditWrite,
  conditionalWrite,
  deleteRow,
  enablingUpdate,
  putRow,
  recipientUpdate,
  type RowState,
} from './clinic-writes.ts';
import { agentUsers, type Key, keys } from './keys.ts';
import { askWrite, createLinkStore } from './links.ts';
import { holdersIn, routingKeys, routingWrites } from './routing-claims.ts';
import { fromItem, type Item, type Table, toItem } from './table.ts';

/** As many actions as DynamoDB takes in one transaction. */
const transactionSize = 100;
const batchSize = 100;

interface Tables {
  core: Table;
  routing: Table;
  audit: Table;
}

/** The clinics of a deployment in their tables. Every write is conditional on what was read. */
export function createClinicRegistry({ core, routing, audit }: Tables): ClinicRegistry {
  const { client } = core;
  const links = createLinkStore(routing);

  /** Conflicts with another transaction pass by themselves; a condition that does not hold is an answer. */
  async function transact(actions: TransactWriteItem[]): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      try {
        await client.send(new TransactWriteItemsCommand({ TransactItems: actions }));
        return true;
      } catch (error) {
        if (!(error instanceof TransactionCanceledException)) throw error;
        const reasons = (error.CancellationReasons ?? []).map(({ Code }) => Code);
        if (reasons.includes('ConditionalCheckFailed')) return false;
        const passing = reasons.some((reason) => reason === 'TransactionConflict' || reason === 'ThrottlingError');
        if (!passing || attempt === 5) throw error;
        await pause(20 * 2 ** attempt * (0.5 + Math.random()));
      }
    }
  }

  async function read(table: Table, wanted: Key[]): Promise<Item[]> {
    const distinct = [...new Map(wanted.map((key) => [`${key.PK} ${key.SK}`, key])).values()];
    const items: Item[] = [];
    for (let at = 0; at < distinct.length; at += batchSize) {
      items.push(...(await table.getMany(distinct.slice(at, at + batchSize))));
    }
    return items;
  }

  /** Asks for the link of a recipient that is new; one that was taken off and comes back has a new round. */
  async function firstAsk(clinicId: ClinicId, id: string, at: number): Promise<TransactWriteItem[]> {
    const before = await links.asked(clinicId, { purpose: 'recipient', id });
    const next = nextAsk(before, clinicId, { purpose: 'recipient', id }, at);
    return next === 'too-often' ? [] : [askWrite(routing.name, next, before)];
  }

  /** The writes of one clinic's own items: those that change, and the `META` that dates them. */
  async function clinicWrites({ before, after, events, by, unverified = [] }: ClinicChange, at: number) {
    const stored = (await core.query({ pk: keys.clinic(after.id) })).filter(isProfileRow);
    const meta = stored.find(({ SK }) => SK === 'META');
    if (meta?.version !== before?.version) return undefined;
    const version: RowState = { key: keys.clinicMeta(after.id), read: meta, attributes: ['version'] };
    const changedByPeopleAt = by ? (by === 'people' ? isoInstant(at) : undefined) : meta?.changedByPeopleAt;
    const next = stamped({ ...metaRow(after, (before?.version ?? 0) + 1), changedByPeopleAt }, at, meta);
    const known = new Set(stored.map(({ SK }) => SK));
    const awaiting = unverified.filter((id) => !known.has(keys.recipient(after.id, id).SK));
    return {
      profile: profileWrites(core.name, stored, profileRows(after), at, awaiting),
      asks: await Promise.all(awaiting.map((id) => firstAsk(after.id, id, at))),
      guard: conditionalWrite(core.name, version, 'check'),
      meta: conditionalWrite(core.name, version, next),
      events: events.map((event) => auditWrite(audit.name, event)),
    };
  }

  return {
    profile: createClinicStore(core).profile,

    async list() {
      const slugs = await routing.query({ index: 'GSI1', pk: keys.clinicsBySlug });
      const metas = await read(
        core,
        slugs.map(({ clinicId }) => keys.clinicMeta(ClinicId.parse(clinicId))),
      );
      return metas
        .map((item) => MetaRow.parse(item))
        .map(({ clinicId: id, slug, name, status, defaultLanguage, zone, numbers }) => {
          return { id, slug, name, status, defaultLanguage, zone, numbers };
        })
        .sort((a, b) => (a.slug < b.slug ? -1 : 1));
    },

    async find(slug) {
      const item = await routing.get(keys.slug(slug));
      return item && ClinicId.parse(item.clinicId);
    },

    async holders(clinics) {
      const dedicated = clinics.flatMap(({ agents }) => agents.filter(({ kind }) => kind === 'dedicated'));
      const users = dedicated.map(({ provider, id }) =>
        routing.query({
          pk: keys.agent(provider, id).PK,
          sk: 'begins_with(SK, :user)',
          values: { ':user': agentUsers },
        }),
      );
      const [claims, ...others] = await Promise.all([read(routing, clinics.flatMap(routingKeys)), ...users]);
      const rows = [...claims, ...others.flat()].map(
        (item) => [`${String(item.PK)} ${String(item.SK)}`, item] as const,
      );
      return holdersIn([...new Map(rows).values()]);
    },

    async calendarsInUse(clinicId, owners, fromMs, nowMs) {
      const used = await Promise.all(owners.map((owner) => hasCells(core, clinicId, owner, fromMs, nowMs)));
      return owners.filter((_, index) => used[index]);
    },

    async typesAhead(clinicId, types, fromMs) {
      const booked = await Promise.all(types.map((typeId) => hasAppointments(core, clinicId, typeId, fromMs)));
      return types.filter((_, index) => booked[index]);
    },

    async save(changes, at) {
      const touched = changes.flatMap(({ before, after }) => [
        ...(before ? routingKeys(before) : []),
        ...routingKeys(after),
      ]);
      const [writes, claims] = await Promise.all([
        Promise.all(changes.map((change) => clinicWrites(change, at))),
        read(routing, touched),
      ]);
      const clinics = writes.filter((write) => write !== undefined);
      const handed = routingWrites(routing.name, changes, claims, at);
      if (clinics.length < changes.length || handed === 'changed-meanwhile') return { outcome: 'changed-meanwhile' };

      const last = [...clinics.flatMap(({ meta, events, asks }) => [meta, ...events, ...asks.flat()]), ...handed];
      const room = Math.floor((transactionSize - last.length) / clinics.length);
      if (room < 1) return { outcome: 'too-large' };
      // Profile items that do not fit go first, each chunk only while nobody else has changed the clinic. The last
      // transaction makes the change count, and holds at least one item of it: after a crash in between, the next run
      // still finds a difference and finishes.
      for (const { profile, guard } of clinics) {
        last.push(...profile.splice(-room));
        while (profile.length) {
          const chunk = profile.splice(0, transactionSize - 1);
          if (!(await transact([guard, ...chunk]))) return { outcome: 'changed-meanwhile' };
        }
      }
      return { outcome: (await transact(last)) ? 'saved' : 'changed-meanwhile' };
    },

    async enableRecipient(clinicId, recipientId, event) {
      const key = keys.recipient(clinicId, recipientId);
      const enabled = await transact([enablingUpdate(core.name, key, event.occurredAt), auditWrite(audit.name, event)]);
      if (enabled) return { outcome: 'enabled' };
      return { outcome: (await core.get(key)) ? 'not-disabled' : 'no-such-recipient' };
    },
  };
}

/** What turns the stored profile items into the wanted ones; untouched items are left alone. */
function profileWrites(
  table: string,
  stored: Item[],
  wanted: ReturnType<typeof profileRows>,
  at: number,
  awaiting: readonly string[],
) {
  const old = new Map(stored.filter(({ SK }) => SK !== 'META').map((item) => [String(item.SK), item]));
  const writes: TransactWriteItem[] = [];
  for (const row of wanted) {
    const replaced = old.get(row.SK);
    old.delete(row.SK);
    if (replaced && sameContent(replaced, row)) continue;
    const isAwaited = awaiting.includes(String(row.recipientId));
    writes.push(
      row.entity === 'Recipient'
        ? recipientUpdate(table, row, at, { awaiting: isAwaited })
        : putRow(table, stamped(row, at, replaced)),
    );
  }
  return [...writes, ...[...old.values()].map((item) => deleteRow(table, item))];
}

/** Times of writing and what has become of an address are not part of what a clinic says. */
function sameContent(stored: Item, wanted: Item): boolean {
  const { createdAt: _created, updatedAt: _updated, ...rest } = stored;
  const { disabledReason: _reason, disabledAt: _at, awaitingSince: _since, ...content } = rest;
  return isDeepStrictEqual(content, fromItem(toItem(wanted)));
}
