import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  ScanCommand,
  waitUntilTableExists,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import { openTable } from '#adapters/dynamodb/table.ts';
import type { Table } from '#adapters/dynamodb/table.ts';
import { StoredEvent } from '#domain/conversations/event-inbox.ts';

interface Shape {
  indexes: readonly string[];
  stream: boolean;
  /** What the index carries, where that is not everything. */
  listed?: string[];
}

/** The four tables as the data stack makes them: which indexes each has, and which one streams. */
const shapes = {
  core: { indexes: ['GSI1', 'GSI2'], stream: false },
  routing: { indexes: ['GSI1'], stream: false },
  // Lists of events carry everything about them but their bodies.
  inbox: { indexes: ['GSI1'], stream: false, listed: Object.keys(StoredEvent.shape) },
  audit: { indexes: ['GSI1'], stream: true },
} satisfies Record<string, Shape>;
export type TableName = keyof typeof shapes;

export interface TestDynamoDb {
  endpoint: string;
  client: DynamoDBClient;
  tables: Record<TableName, Table>;
  /** Drops what was written and starts again with empty tables. */
  clear(): Promise<void>;
  /** Ends the database. Await it in `afterAll`. */
  stop(): Promise<void>;
}

/**
 * A DynamoDB of its own for one test file: the embedded engine in memory on a free loopback port, with our four empty
 * tables. `LOCAL_DYNAMODB_ENDPOINT` names another engine, or DynamoDB itself with the credentials and region of the
 * environment; its tables get random names and are dropped at the end.
 *
 *     const db = await startDynamoDb();
 *     afterAll(() => db.stop());
 */
export async function startDynamoDb(): Promise<TestDynamoDb> {
  const external = process.env.LOCAL_DYNAMODB_ENDPOINT;
  const engine = external ? { endpoint: external, stop: async () => {} } : await startEngine();
  const client = new DynamoDBClient({
    endpoint: engine.endpoint,
    region: process.env.AWS_REGION ?? 'us-east-1',
    ...(isOnThisMachine(engine.endpoint) && { credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }),
  });
  // As the product's own client: see `createDynamoDb`.
  client.middlewareStack.remove('loggerMiddleware');
  const stage = external ? `test-${randomUUID().slice(0, 8)}` : 'test';
  const tables = Object.fromEntries(
    Object.keys(shapes).map((table) => [table, openTable(client, `frontdesk-${stage}-${table}`)]),
  ) as Record<TableName, Table>;
  const each = (act: (table: TableName) => Promise<void>) => Promise.all((Object.keys(shapes) as TableName[]).map(act));
  // The embedded engine has made or dropped a table when it answers; others take their time.
  const patience = { client, maxWaitTime: 180, minDelay: 1, maxDelay: 5 };
  const create = async (table: TableName) => {
    await createTable(client, tables[table].name, shapes[table]);
    if (external) await waitUntilTableExists(patience, { TableName: tables[table].name });
  };
  const drop = async (table: TableName) => {
    await client.send(new DeleteTableCommand({ TableName: tables[table].name }));
    if (external) await waitUntilTableNotExists(patience, { TableName: tables[table].name });
  };
  await each(create);
  return {
    endpoint: engine.endpoint,
    client,
    tables,
    async clear() {
      await each(async (table) => {
        if (await isEmpty(client, tables[table].name)) return;
        await drop(table);
        await create(table);
      });
    },
    async stop() {
      if (external) await each(drop);
      client.destroy();
      await engine.stop();
    },
  };
}

/** What no test wrote to need not be made anew. */
async function isEmpty(client: DynamoDBClient, name: string): Promise<boolean> {
  const { Count } = await client.send(new ScanCommand({ TableName: name, Limit: 1, Select: 'COUNT' }));
  return Count === 0;
}

const isOnThisMachine = (endpoint: string): boolean =>
  ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(endpoint).hostname);

async function createTable(client: DynamoDBClient, name: string, { indexes, stream, listed }: Shape): Promise<void> {
  const schema = (prefix: string) => [
    { AttributeName: `${prefix}PK`, KeyType: 'HASH' as const },
    { AttributeName: `${prefix}SK`, KeyType: 'RANGE' as const },
  ];
  const attributes = ['', ...indexes].flatMap((prefix) => schema(prefix).map(({ AttributeName }) => AttributeName));
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: schema(''),
      GlobalSecondaryIndexes: indexes.map((IndexName) => ({
        IndexName,
        KeySchema: schema(IndexName),
        Projection: listed ? { ProjectionType: 'INCLUDE', NonKeyAttributes: listed } : { ProjectionType: 'ALL' },
      })),
      StreamSpecification: stream ? { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' } : undefined,
    }),
  );
}

interface Engine {
  endpoint: string;
  stop(): Promise<void>;
}

/** The port is found, freed and taken again by the engine, so another process may win it; then we look for the next. */
async function startEngine(attemptsLeft = 5): Promise<Engine> {
  const port = await freePort();
  const child = spawn(enginePath(), ['serve', '--host', '127.0.0.1', '--port', String(port)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let said = '';
  const listening = new Promise<'listening'>((resolve) => {
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('listening on')) resolve('listening');
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
  });
  if ((await Promise.race([listening, exited])) !== 'listening') {
    if (attemptsLeft > 1) return startEngine(attemptsLeft - 1);
    throw new Error(`the embedded DynamoDB did not start: ${said.trim()}`);
  }
  const killWithUs = () => child.kill();
  process.once('exit', killWithUs);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async stop() {
      process.removeListener('exit', killWithUs);
      // Gone before we asked: the tests before this failed for a reason they cannot know.
      if (!child.kill()) throw new Error(`the embedded DynamoDB ended by itself (${await exited}): ${said.trim()}`);
      await exited;
    },
  };
}

function enginePath(): string {
  const name = `@dynoxide/${process.platform}-${process.arch}/dynoxide`;
  try {
    return createRequire(import.meta.url).resolve(name);
  } catch (cause) {
    const message = `no embedded DynamoDB for ${process.platform}-${process.arch}: set LOCAL_DYNAMODB_ENDPOINT to a DynamoDB of your own`;
    throw new Error(message, { cause });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
