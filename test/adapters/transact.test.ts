import {
  type DynamoDBClient,
  TransactionCanceledException,
  TransactionInProgressException,
  type TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { type Step, transact } from '#adapters/dynamodb/transact.ts';

const steps: Step<'cell'>[] = [{ word: 'cell', action: { Delete: { TableName: 'core', Key: { PK: { S: 'a' } } } } }];
const $metadata = {};
const underWay = () => new TransactionInProgressException({ message: 'under way', $metadata });
const stopped = (Code: string) =>
  new TransactionCanceledException({ message: 'cancelled', CancellationReasons: [{ Code }], $metadata });

/** Answers as the test says, in order, and then well; keeps the token of each request. */
function clientThat(...faults: Error[]) {
  const tokens: (string | undefined)[] = [];
  const send = async ({ input }: TransactWriteItemsCommand) => {
    tokens.push(input.ClientRequestToken);
    const fault = faults.shift();
    if (fault) throw fault;
    return {};
  };
  return { client: { send } as Pick<DynamoDBClient, 'send'> as DynamoDBClient, tokens };
}

test('a write that is still under way is asked for as the same write, so that it never stands in its own way', async () => {
  const { client, tokens } = clientThat(underWay(), underWay());
  expect(await transact(client, steps)).toEqual([]);
  expect(tokens).toHaveLength(3);
  expect(new Set(tokens).size).toBe(1);
});

test('a write that met another is a new attempt', async () => {
  const { client, tokens } = clientThat(stopped('TransactionConflict'));
  expect(await transact(client, steps)).toEqual([]);
  expect(new Set(tokens).size).toBe(2);
});

test('a condition that does not hold is an answer, and not asked for again', async () => {
  const { client, tokens } = clientThat(stopped('ConditionalCheckFailed'));
  expect(await transact(client, steps)).toEqual(steps);
  expect(tokens).toHaveLength(1);
});
