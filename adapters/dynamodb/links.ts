import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { isoInstant } from '#domain/clock.ts';
import {
  type Link,
  type LinkAsk,
  linkHash,
  type LinkMatter,
  LinkPurpose,
  type LinkStore,
  newLinkToken,
} from '#domain/clinics/links/link.ts';
import { ClinicId } from '#domain/ids.ts';
import { keys } from './keys.ts';
import { type Item, type Table, toItem } from './table.ts';

const instant = z.iso.datetime().transform((text) => Date.parse(text));

const AskRow = z.object({
  clinicId: ClinicId,
  purpose: LinkPurpose,
  id: z.string(),
  round: z.int(),
  askedAt: instant,
  until: instant,
  recent: z.array(instant),
  sentAt: instant.optional(),
  bouncedAt: instant.optional(),
  usedAt: instant.optional(),
});

const LinkRow = z.object({
  clinicId: ClinicId,
  purpose: LinkPurpose,
  id: z.string(),
  round: z.int(),
});

function askOf(item: Item): LinkAsk {
  const { askedAt, until, recent, sentAt, bouncedAt, usedAt, ...ask } = AskRow.parse(item);
  return {
    ...ask,
    askedAtMs: askedAt,
    untilMs: until,
    recentMs: recent,
    ...(sentAt !== undefined && { sentAtMs: sentAt }),
    ...(bouncedAt !== undefined && { bouncedAtMs: bouncedAt }),
    ...(usedAt !== undefined && { usedAtMs: usedAt }),
  };
}

const askKey = ({ clinicId, purpose, id }: LinkAsk | Link) => keys.linkAsk(clinicId, purpose, id);

/** Asks for a link within a larger write, provided that the last ask is still the one that was read. */
export function askWrite(table: string, next: LinkAsk, before: Pick<LinkAsk, 'round'> | undefined): TransactWriteItem {
  const { clinicId, purpose, id, round, askedAtMs, untilMs, recentMs } = next;
  const askedAt = isoInstant(askedAtMs);
  return {
    Put: {
      TableName: table,
      Item: toItem({
        ...askKey(next),
        entity: 'LinkAsk',
        schemaVersion: 1,
        clinicId,
        purpose,
        id,
        round,
        askedAt,
        until: isoInstant(untilMs),
        recent: recentMs.map(isoInstant),
        createdAt: askedAt,
        updatedAt: askedAt,
        GSI1PK: keys.owedLinks,
        GSI1SK: `${askedAt}#${clinicId}#${id}`,
      }),
      ...(before
        ? {
            ConditionExpression: '#round = :before',
            ExpressionAttributeNames: { '#round': 'round' },
            ExpressionAttributeValues: toItem({ ':before': before.round }),
          }
        : { ConditionExpression: 'attribute_not_exists(PK)' }),
    },
  };
}

/** Uses a link up within a larger write: its condition fails for a link that is not of the last ask, ended or was used. */
export const useWrite = (table: string, link: Link, at: string): TransactWriteItem => ({
  Update: {
    TableName: table,
    Key: toItem({ ...askKey(link) }),
    UpdateExpression: 'SET #usedAt = :at, #updatedAt = :at REMOVE GSI1PK, GSI1SK',
    ConditionExpression: '#round = :round AND #until > :at AND attribute_not_exists(#usedAt)',
    ExpressionAttributeNames: {
      '#usedAt': 'usedAt',
      '#updatedAt': 'updatedAt',
      '#round': 'round',
      '#until': 'until',
    },
    ExpressionAttributeValues: toItem({ ':at': at, ':round': link.round }),
  },
});

/** Links by the hash of their secret, and beside them what was asked for last about each matter of a clinic. */
export function createLinkStore(routing: Table): LinkStore {
  const asked: LinkStore['asked'] = async (clinicId, { purpose, id }) => {
    const item = await routing.get(keys.linkAsk(clinicId, purpose, id));
    return item && askOf(item);
  };
  /** Of a round that is over there is nothing left to write down. */
  const ofRound = (round: number) => ({
    condition: '#round = :round',
    names: { '#round': 'round' },
    values: { ':round': round },
  });

  return {
    asked,

    async askedOf(clinicId, purpose) {
      const { PK, SK } = keys.linkAsk(clinicId, purpose, '');
      const items = await routing.query({ pk: PK, sk: 'begins_with(SK, :kind)', values: { ':kind': SK } });
      return items.map(askOf);
    },

    async mint({ clinicId, purpose, id, round }, nowMs) {
      const token = newLinkToken();
      const at = isoInstant(nowMs);
      const item = { entity: 'Link', schemaVersion: 1, clinicId, purpose, id, round, createdAt: at, updatedAt: at };
      const taken = await routing.put(
        { ...keys.link(linkHash(token)!), ...item },
        { condition: 'attribute_not_exists(PK)' },
      );
      if (taken) throw new Error('a new link has the secret of another');
      return token;
    },

    async settle(ask, sentAtMs) {
      const owed = { GSI1PK: undefined, GSI1SK: undefined };
      const sent = sentAtMs === undefined ? {} : { sentAt: isoInstant(sentAtMs), updatedAt: isoInstant(sentAtMs) };
      await routing.update(askKey(ask), { ...owed, ...sent }, ofRound(ask.round));
    },

    async bounced(clinicId, { purpose, id }, round, atMs) {
      const at = isoInstant(atMs);
      await routing.update(keys.linkAsk(clinicId, purpose, id), { bouncedAt: at, updatedAt: at }, ofRound(round));
    },

    async owed(fromMs, toMs, upTo) {
      const items = await routing.query({
        index: 'GSI1',
        pk: keys.owedLinks,
        sk: 'GSI1SK BETWEEN :from AND :to',
        values: { ':from': isoInstant(fromMs), ':to': isoInstant(toMs) },
        upTo,
      });
      return items.map(askOf);
    },

    async find(token, nowMs) {
      const hash = linkHash(token);
      const item = hash && (await routing.get(keys.link(hash)));
      if (!item) return undefined;
      const { clinicId, purpose, id, round } = LinkRow.parse(item);
      const matter: LinkMatter = { purpose, id };
      const ask = await asked(clinicId, matter);
      return { clinicId, ...matter, round, state: stateOf(round, ask, nowMs) };
    },
  };
}

function stateOf(round: number, ask: LinkAsk | undefined, nowMs: number): Link['state'] {
  if (ask?.round !== round) return 'dead';
  if (ask.usedAtMs !== undefined) return 'used';
  return ask.untilMs > nowMs ? 'open' : 'dead';
}
