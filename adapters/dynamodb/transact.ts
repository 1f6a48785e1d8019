import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type DynamoDBClient,
  TransactGetItemsCommand,
  type TransactWriteItem,
  TransactionCanceledException,
  TransactionInProgressException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import type { Key } from './keys.ts';
import { fromItem, type Item, type Table, toItem } from './table.ts';

/** As many actions as DynamoDB takes in one transaction. */
export const transactionSize = 100;

/** What passes by itself is asked again so often; after about a third of a second somebody is told. */
const mostRetries = 5;

const passing = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/** One action of a transaction, and a word for what it means that its condition does not hold. */
export interface Step<Word extends string> {
  word: Word;
  action: TransactWriteItem;
}

/** The reason why each action stopped a transaction, by index; nothing for a fault. */
function reasonsIn(error: unknown): string[] | undefined {
  // Sent again by the SDK while the first is still under way: it is in its own way.
  if (error instanceof TransactionInProgressException) return ['TransactionConflict'];
  if (!(error instanceof TransactionCanceledException)) return undefined;
  return (error.CancellationReasons ?? []).map(({ Code }) => Code ?? 'None');
}

/**
 * Asks until it is answered or stopped for a reason that does not pass by itself: conflicts with other transactions and
 * throttling do, with jitter. @throws the last error when they do not
 */
async function ask<T>(
  request: () => Promise<T>,
  answerOf: (reasons: readonly string[]) => T | undefined = () => undefined,
): Promise<T> {
  for (let retry = 1; ; retry++) {
    try {
      return await request();
    } catch (error) {
      const reasons = reasonsIn(error);
      const answer = reasons && answerOf(reasons);
      if (answer !== undefined) return answer;
      if (!reasons?.some((reason) => passing.has(reason)) || retry > mostRetries) throw error;
      await pause(5 * 2 ** retry * (0.5 + Math.random()));
    }
  }
}

/**
 * Writes all steps or none. Answers those whose condition did not hold; with none of them everything is written.
 *
 * @param decisive while a step of this word meets a conflict, the refusals of others are not the whole truth yet
 * @throws Error on more steps than a transaction takes, and when conflicts do not pass
 */
export async function transact<Word extends string>(
  client: DynamoDBClient,
  steps: readonly Step<Word>[],
  decisive?: Word,
): Promise<Step<Word>[]> {
  if (steps.length > transactionSize) throw new Error(`${steps.length} actions are too many for one transaction`);
  let ClientRequestToken = randomUUID();
  return ask(
    async () => {
      const TransactItems = steps.map(({ action }) => action);
      try {
        await client.send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken }));
        return [];
      } catch (error) {
        // What is under way is asked for under its own token, and so answers what it did; anything else is a new attempt.
        if (!(error instanceof TransactionInProgressException)) ClientRequestToken = randomUUID();
        throw error;
      }
    },
    (reasons) => {
      const refused = steps.filter((_, index) => reasons[index] === 'ConditionalCheckFailed');
      const undecided = steps.some(({ word }, index) => word === decisive && passing.has(reasons[index] ?? ''));
      return refused.length && !undecided ? refused : undefined;
    },
  );
}

/**
 * An item as it stands once no transaction is writing it. A plain read, strongly consistent or not, may come between the
 * writes of a transaction and see one item of it and not yet the other.
 */
export async function readSettled({ client, name }: Table, { PK, SK }: Key): Promise<Item | undefined> {
  const get = { TransactItems: [{ Get: { TableName: name, Key: toItem({ PK, SK }) } }] };
  const { Responses } = await ask(() => client.send(new TransactGetItemsCommand(get)));
  const item = Responses?.[0]?.Item;
  return item && fromItem(item);
}
