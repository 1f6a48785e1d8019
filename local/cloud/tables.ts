import {
  type AttributeDefinition,
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  type KeySchemaElement,
  paginateScan,
  ResourceNotFoundException,
  type TableDescription,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { type Cloud, type ResolvedResource, TemplateError } from './template.ts';

interface TableProperties {
  AttributeDefinitions: AttributeDefinition[];
  GlobalSecondaryIndexes?: { IndexName: string; KeySchema: KeySchemaElement[]; Projection?: object }[];
  KeySchema: KeySchemaElement[];
  StreamSpecification?: { StreamViewType?: 'NEW_IMAGE' };
  TimeToLiveSpecification?: { AttributeName: string; Enabled: boolean };
}

/** The tables of the templates, and what keeps their expired items away. */
export interface Tables {
  names: string[];
  stop(): Promise<void>;
}

/** AWS promises days; an hour is soon enough for a machine that is rarely left running. */
const sweepEveryMs = 60 * 60 * 1000;

const tablesOf = (cloud: Cloud): ResolvedResource<TableProperties>[] => [
  ...cloud.ofType<TableProperties>('AWS::DynamoDB::Table'),
  ...cloud.ofType<TableProperties>('AWS::DynamoDB::GlobalTable'),
];

/** A client for this process, which has no AWS environment of its own. */
export const localDynamoDb = (endpoint: string, region: string): DynamoDBClient =>
  new DynamoDBClient({ endpoint, region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } });

/**
 * Creates what is missing, keeps what is there. `fresh` drops the tables first, for an engine that is not ours.
 * @throws TemplateError when a table is there with other keys or indexes than the template says
 */
export async function openTables(cloud: Cloud, client: DynamoDBClient, fresh: boolean): Promise<Tables> {
  const tables = tablesOf(cloud);
  await Promise.all(tables.map((table) => openTable(client, table, fresh)));
  const expiring = tables.filter(({ properties }) => properties.TimeToLiveSpecification?.Enabled);
  let sweeping: Promise<unknown> = Promise.resolve();
  const sweep = () => {
    sweeping = Promise.all(expiring.map((table) => removeExpired(client, table, Date.now()))).catch(
      (error: unknown) => {
        // The next sweep tries again; expired items are hidden from nobody on AWS either.
        console.error(`expired items could not be removed: ${String(error)}`);
      },
    );
  };
  const timer = setInterval(sweep, sweepEveryMs);
  return {
    names: tables.map(({ name }) => name),
    async stop() {
      clearInterval(timer);
      await sweeping;
    },
  };
}

async function openTable(
  client: DynamoDBClient,
  table: ResolvedResource<TableProperties>,
  fresh: boolean,
): Promise<void> {
  const { name, properties } = table;
  const { AttributeDefinitions, GlobalSecondaryIndexes = [], KeySchema, StreamSpecification } = properties;
  let existing = await describe(client, name);
  if (existing && fresh) {
    await client.send(new DeleteTableCommand({ TableName: name }));
    existing = undefined;
  }
  if (existing) return mustAgree(table, existing);
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions,
      KeySchema,
      GlobalSecondaryIndexes: GlobalSecondaryIndexes.length
        ? (GlobalSecondaryIndexes.map(({ IndexName, KeySchema: keys, Projection }) => ({
            IndexName,
            KeySchema: keys,
            Projection,
          })) as CreateTableCommandInput['GlobalSecondaryIndexes'])
        : undefined,
      StreamSpecification: StreamSpecification && { StreamEnabled: true, ...StreamSpecification },
    }),
  );
  const { TimeToLiveSpecification } = properties;
  if (TimeToLiveSpecification?.Enabled) {
    await client.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification }));
  }
}

async function describe(client: DynamoDBClient, name: string): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: name }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

function mustAgree({ properties, where }: ResolvedResource<TableProperties>, existing: TableDescription): void {
  const shape = (keys: KeySchemaElement[] = []) =>
    keys.map(({ AttributeName, KeyType }) => `${AttributeName} ${KeyType}`);
  const indexes = (list: { IndexName?: string; KeySchema?: KeySchemaElement[] }[] = []) =>
    list.map(({ IndexName, KeySchema }) => [IndexName, ...shape(KeySchema)].join(' ')).toSorted();
  const wanted = [shape(properties.KeySchema), indexes(properties.GlobalSecondaryIndexes)];
  const found = [shape(existing.KeySchema), indexes(existing.GlobalSecondaryIndexes)];
  if (JSON.stringify(wanted) !== JSON.stringify(found)) {
    throw new TemplateError(where, 'the stored table has other keys or indexes; start once with --fresh');
  }
}

/** Deletes what expired before `nowMs`, unless it was given longer meanwhile. Answers how many there were. */
export async function removeExpired(
  client: DynamoDBClient,
  { name, properties }: Pick<ResolvedResource<TableProperties>, 'name' | 'properties'>,
  nowMs: number,
): Promise<number> {
  const ttl = properties.TimeToLiveSpecification?.AttributeName as string;
  const condition = {
    ExpressionAttributeNames: { '#ttl': ttl },
    ExpressionAttributeValues: { ':now': { N: String(Math.floor(nowMs / 1000)) } },
  };
  const keyNames = properties.KeySchema.map(({ AttributeName }) => AttributeName as string);
  let removed = 0;
  for await (const { Items = [] } of paginateScan(
    { client },
    { TableName: name, FilterExpression: '#ttl < :now', ...condition },
  )) {
    for (const item of Items) {
      const Key = Object.fromEntries(keyNames.map((key) => [key, item[key]])) as typeof item;
      await client
        .send(new DeleteItemCommand({ TableName: name, Key, ConditionExpression: '#ttl < :now', ...condition }))
        .catch((error: unknown) => {
          if ((error as Error).name !== 'ConditionalCheckFailedException') throw error;
        });
      removed += 1;
    }
  }
  return removed;
}
