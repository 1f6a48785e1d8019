import { randomUUID } from 'node:crypto';
import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { isoInstant } from '#domain/clock.ts';
import type { Row } from './clinic-rows.ts';
import { type Key, keys } from './keys.ts';
import { type Item, toItem } from './table.ts';

/** An item as it was read, absent when there was none, and the attributes that a write counts on. */
export interface RowState {
  key: Key;
  read: Item | undefined;
  attributes: string[];
}

const keyOf = ({ PK, SK }: Item) => toItem({ PK, SK });

/** Puts a row, deletes or only checks an item, provided that it still is what was read. */
export function conditionalWrite(table: string, state: RowState, act: Row | 'delete' | 'check'): TransactWriteItem {
  const condition = { TableName: table, ...unchanged(state) };
  if (act === 'check') return { ConditionCheck: { ...condition, Key: keyOf({ ...state.key }) } };
  if (act === 'delete') return { Delete: { ...condition, Key: keyOf({ ...state.key }) } };
  return { Put: { ...condition, Item: toItem(act) } };
}

function unchanged({ read, attributes }: RowState) {
  if (!read) return { ConditionExpression: 'attribute_not_exists(PK)' };
  const present = attributes.filter((name) => read[name] !== undefined);
  return {
    ConditionExpression: attributes
      .map((name) => (present.includes(name) ? `#${name} = :${name}` : `attribute_not_exists(#${name})`))
      .join(' AND '),
    ExpressionAttributeNames: Object.fromEntries(attributes.map((name) => [`#${name}`, name])),
    ...(present.length && {
      ExpressionAttributeValues: toItem(Object.fromEntries(present.map((name) => [`:${name}`, read[name]]))),
    }),
  };
}

export const putRow = (table: string, row: Row): TransactWriteItem => ({
  Put: { TableName: table, Item: toItem(row) },
});

export const deleteRow = (table: string, item: Item): TransactWriteItem => ({
  Delete: { TableName: table, Key: keyOf(item) },
});

/** Sets what the clinic says of a recipient and leaves alone what deliveries, or its reader, have said of the address. */
export function recipientUpdate(
  table: string,
  { PK, SK, ...row }: Row,
  at: number,
  { awaiting = false } = {},
): TransactWriteItem {
  const entries = Object.entries({
    ...row,
    updatedAt: isoInstant(at),
    ...(awaiting && { awaitingSince: isoInstant(at) }),
  });
  const sets = entries.map((_, index) => `#n${index} = :v${index}`);
  return {
    Update: {
      TableName: table,
      Key: keyOf({ PK, SK }),
      UpdateExpression: `SET ${sets.join(', ')}, createdAt = if_not_exists(createdAt, :at)`,
      ExpressionAttributeNames: Object.fromEntries(entries.map(([name], index) => [`#n${index}`, name])),
      ExpressionAttributeValues: toItem({
        ':at': isoInstant(at),
        ...Object.fromEntries(entries.map(([, value], index) => [`:v${index}`, value])),
      }),
    },
  };
}

/** Takes back that an address was disabled; its condition fails when it is not. */
export const enablingUpdate = (table: string, key: Key, updatedAt: string): TransactWriteItem => ({
  Update: {
    TableName: table,
    Key: keyOf({ ...key }),
    UpdateExpression: 'REMOVE disabledReason, disabledAt SET updatedAt = :at',
    ConditionExpression: 'attribute_exists(disabledAt)',
    ExpressionAttributeValues: toItem({ ':at': updatedAt }),
  },
});

/** Somebody said yes; its condition fails when nobody was waited for. */
export const confirmingUpdate = (table: string, key: Key, updatedAt: string): TransactWriteItem => ({
  Update: {
    TableName: table,
    Key: keyOf({ ...key }),
    UpdateExpression: 'REMOVE awaitingSince SET updatedAt = :at',
    ConditionExpression: 'attribute_exists(awaitingSince)',
    ExpressionAttributeValues: toItem({ ':at': updatedAt }),
  },
});

/**
 * Puts an act on record, to be chained later.
 *
 * @param eventId the same for a repetition, where the write of what it tells of does not already refuse one
 */
export function auditWrite(table: string, event: PendingAuditEvent, eventId: string = randomUUID()): TransactWriteItem {
  const { clinicId, occurredAt } = event;
  const row = {
    ...keys.pendingAudit(clinicId, occurredAt, eventId),
    entity: 'PendingAuditEvent',
    schemaVersion: 1,
    createdAt: occurredAt,
    updatedAt: occurredAt,
    ...event,
  };
  return { Put: { TableName: table, Item: toItem(row), ConditionExpression: 'attribute_not_exists(PK)' } };
}
