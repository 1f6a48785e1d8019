import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { openTable, type Table } from '#adapters/dynamodb/table.ts';
import type { TestDynamoDb } from './dynamodb.ts';

/** What becomes of one transaction: it is sent by calling `send`, or not. */
export type Fault = (send: () => Promise<void>) => Promise<void>;

/** A transaction that met others: reasons by action, `None` where none is given. */
export const cancelled = (...reasons: string[]): TransactionCanceledException =>
  new TransactionCanceledException({
    message: 'cancelled',
    $metadata: {},
    CancellationReasons: reasons.map((Code) => ({ Code })),
  });

export const conflict: Fault = async () => {
  throw cancelled('TransactionConflict');
};

/** It was written, and nobody heard of it. */
export const answerLost: Fault = async (send) => {
  await send();
  throw new Error('socket hang up');
};

/** It never left. */
export const notSent: Fault = async () => {
  throw new Error('socket hang up');
};

export const passes: Fault = (send) => send();

export interface FaultyDynamoDb {
  core: Table;
  audit: Table;
  /** What becomes of the next transactions, in order; later ones pass. */
  next(...faults: Fault[]): void;
  /** How many transactions were attempted. */
  attempts(): number;
}

/** The same tables through a client whose writing transactions meet the faults a test asks for. */
export function faultyDynamoDb({ endpoint, tables }: TestDynamoDb): FaultyDynamoDb {
  const client = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  // As the product's own client: see `createDynamoDb`.
  client.middlewareStack.remove('loggerMiddleware');
  const faults: Fault[] = [];
  let attempts = 0;
  client.middlewareStack.add(
    (next, context) => async (args) => {
      if (context.commandName !== 'TransactWriteItemsCommand') return next(args);
      attempts += 1;
      const sent: Awaited<ReturnType<typeof next>>[] = [];
      await (faults.shift() ?? passes)(async () => void sent.push(await next(args)));
      const [answer] = sent;
      if (!answer) throw new Error('a fault neither sent the transaction nor failed');
      return answer;
    },
    { step: 'initialize' },
  );
  return {
    core: openTable(client, tables.core.name),
    audit: openTable(client, tables.audit.name),
    next: (...more) => void faults.push(...more),
    attempts: () => attempts,
  };
}
