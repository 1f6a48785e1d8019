import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { type Limits, limits } from '#adapters/aws/limits.ts';
import type { Key } from './keys.ts';

export type Item = Record<string, unknown>;

/** What a write answers when its condition did not hold. */
export const refused = Symbol('condition refused');

export interface Condition {
  /** A condition expression over aliased names (`#a`) and values (`:a`). */
  condition?: string;
  names?: Record<string, string>;
  values?: Item;
}

export interface QueryOptions {
  index?: 'GSI1' | 'GSI2';
  pk: string;
  /** Key condition on the sort key, e.g. `SK BETWEEN :from AND :to`; its values in `values`. */
  sk?: string;
  values?: Item;
  /** At most so many items; otherwise pages are read to the end. */
  upTo?: number;
  /** From the end of the sort key backwards. */
  newestFirst?: boolean;
  /** Only these attributes. */
  attributes?: readonly string[];
  signal?: AbortSignal;
}

/** Names are aliased, because some are words of the expression language. */
const projection = (attributes: readonly string[] | undefined) =>
  attributes && {
    ProjectionExpression: attributes.map((_, index) => `#p${index}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(attributes.map((name, index) => [`#p${index}`, name])),
  };

const marshallOptions = { removeUndefinedValues: true } as const;
export const toItem = (item: Item) => marshall(item, marshallOptions);
export const fromItem = unmarshall;

/**
 * One client for all tables of a process. Its endpoint, region and rights come from the environment.
 *
 * @param bounds tighter ones where somebody waits on the line.
 */
export function createDynamoDb(bounds: Limits = limits(3_000, 4)): DynamoDBClient {
  const client = new DynamoDBClient(bounds);
  // It prepares a redacted copy of every request and answer for a logger nobody has set: a tenth of a read's CPU.
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}

/** A table by name: the few verbs stores need, plain objects in and out, every read strongly consistent but on an index. */
export function openTable(client: DynamoDBClient, name: string) {
  return {
    client,
    name,

    /** @param options.attributes only these, where the item may be large */
    async get(
      key: Key,
      options: { attributes?: readonly string[]; signal?: AbortSignal } = {},
    ): Promise<Item | undefined> {
      const wanted = { TableName: name, Key: toItem({ ...key }), ConsistentRead: true };
      const command = new GetItemCommand({ ...wanted, ...projection(options.attributes) });
      const { Item } = await client.send(command, { abortSignal: options.signal });
      return Item && fromItem(Item);
    },

    /** Up to 100 items by key in one request. @throws Error when the table answered only a part. */
    async getMany(wanted: Key[], options: { signal?: AbortSignal } = {}): Promise<Item[]> {
      const command = new BatchGetItemCommand({
        RequestItems: { [name]: { Keys: wanted.map((key) => toItem({ ...key })), ConsistentRead: true } },
      });
      const answer = await client.send(command, { abortSignal: options.signal });
      if (Object.keys(answer.UnprocessedKeys ?? {}).length) throw new Error(`table ${name} is throttled`);
      return (answer.Responses?.[name] ?? []).map((item) => fromItem(item));
    },

    async query(options: QueryOptions): Promise<Item[]> {
      const pkName = options.index ? `${options.index}PK` : 'PK';
      const found: Item[] = [];
      let from: Record<string, never> | undefined;
      do {
        const page = await client.send(
          new QueryCommand({
            TableName: name,
            IndexName: options.index,
            ConsistentRead: !options.index,
            ...(options.newestFirst && { ScanIndexForward: false }),
            KeyConditionExpression: `${pkName} = :pk${options.sk ? ` AND ${options.sk}` : ''}`,
            ExpressionAttributeValues: toItem({ ':pk': options.pk, ...options.values }),
            Limit: options.upTo && options.upTo - found.length,
            ExclusiveStartKey: from,
            ...projection(options.attributes),
          }),
          { abortSignal: options.signal },
        );
        for (const item of page.Items ?? []) found.push(fromItem(item));
        from = page.LastEvaluatedKey as typeof from;
      } while (from && found.length < (options.upTo ?? Infinity));
      return found;
    },

    /** Writes a whole item. Answers the item that stood in the way when the condition did not hold. */
    async put(
      item: Key & Item,
      { condition, names, values }: Condition = {},
    ): Promise<{ stoodInTheWay: Item } | undefined> {
      try {
        await client.send(
          new PutItemCommand({
            TableName: name,
            Item: toItem(item),
            ConditionExpression: condition,
            ExpressionAttributeNames: names,
            ExpressionAttributeValues: values && toItem(values),
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return undefined;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return { stoodInTheWay: fromItem(error.Item ?? {}) };
        throw error;
      }
    },

    /**
     * Sets attributes and removes those given as `undefined`. Answers the item as it stands afterwards, or `refused`
     * when the condition did not hold.
     */
    async update(
      key: Key,
      changes: Item,
      { condition, names, values }: Condition = {},
    ): Promise<Item | typeof refused> {
      const entries = Object.entries(changes).map(([attribute, value], index) => ({ attribute, value, index }));
      const set = entries.filter(({ value }) => value !== undefined);
      const remove = entries.filter(({ value }) => value === undefined);
      const expression = [
        set.length ? `SET ${set.map(({ index }) => `#u${index} = :u${index}`).join(', ')}` : '',
        remove.length ? `REMOVE ${remove.map(({ index }) => `#u${index}`).join(', ')}` : '',
      ].join(' ');
      const allValues = { ...values, ...Object.fromEntries(set.map(({ index, value }) => [`:u${index}`, value])) };
      try {
        const { Attributes } = await client.send(
          new UpdateItemCommand({
            TableName: name,
            Key: toItem({ ...key }),
            UpdateExpression: expression,
            ConditionExpression: condition,
            ExpressionAttributeNames: {
              ...names,
              ...Object.fromEntries(entries.map(({ index, attribute }) => [`#u${index}`, attribute])),
            },
            ExpressionAttributeValues: Object.keys(allValues).length ? toItem(allValues) : undefined,
            ReturnValues: 'ALL_NEW',
          }),
        );
        return fromItem(Attributes ?? {});
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return refused;
        throw error;
      }
    },

    /** Adds one to a number, from nothing on, and answers what it is then. `first` is written only where it is not there. */
    async increment(key: Key, attribute: string, { first, always }: { first: Item; always: Item }): Promise<number> {
      const entries = [...Object.entries(first), ...Object.entries(always)];
      const sets = entries.map(([one], index) =>
        one in first ? `#u${index} = if_not_exists(#u${index}, :u${index})` : `#u${index} = :u${index}`,
      );
      const { Attributes } = await client.send(
        new UpdateItemCommand({
          TableName: name,
          Key: toItem({ ...key }),
          UpdateExpression: `SET ${sets.join(', ')} ADD #number :one`,
          ExpressionAttributeNames: {
            '#number': attribute,
            ...Object.fromEntries(entries.map(([one], index) => [`#u${index}`, one])),
          },
          ExpressionAttributeValues: toItem({
            ':one': 1,
            ...Object.fromEntries(entries.map(([, value], index) => [`:u${index}`, value])),
          }),
          ReturnValues: 'UPDATED_NEW',
        }),
      );
      return Number(fromItem(Attributes ?? {})[attribute]);
    },
  };
}
export type Table = ReturnType<typeof openTable>;
