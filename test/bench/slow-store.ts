import { BatchGetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClinicRegistry } from '#adapters/dynamodb/clinic-registry.ts';
import { keys } from '#adapters/dynamodb/keys.ts';
import { fromItem, type Item, type Table, toItem } from '#adapters/dynamodb/table.ts';
import { clinicProfile } from '../fakes/clinic.ts';
import { startDynamoDb } from '../fakes/dynamodb.ts';

/** What a ring reads, taken once from a real table so that the answers have their real size and shape. */
export async function realAnswers(number: string) {
  const db = await startDynamoDb();
  try {
    const { version: _version, recipients: _recipients, ...clinic } = clinicProfile({ numbers: [{ number }] });
    await createClinicRegistry(db.tables).save([{ after: clinic, events: [] }], Date.now());
    const { $metadata: _one, ...routing } = await db.client.send(
      new BatchGetItemCommand({
        RequestItems: { [db.tables.routing.name]: { Keys: [toItem({ ...keys.number(number) })] } },
      }),
    );
    const { $metadata: _two, ...core } = await db.client.send(
      new QueryCommand({
        TableName: db.tables.core.name,
        KeyConditionExpression: 'PK = :pk',
        ExpressionAttributeValues: toItem({ ':pk': keys.clinic(clinic.id) }),
      }),
    );
    return { routing: routing.Responses?.[db.tables.routing.name] ?? [], core: core.Items ?? [] };
  } finally {
    await db.stop();
  }
}

/** A store that answers a ring's reads after exactly so long, and the secrets at once. */
export async function startSlowStore(number: string, latencyMs: number, retellKey: string) {
  const { routing, core } = await realAnswers(number);
  const found = { Items: core, Count: core.length, ScannedCount: core.length };
  const answers: Record<string, { body: string; after: number }> = {
    'DynamoDB_20120810.BatchGetItem': { body: JSON.stringify({ Responses: { routing } }), after: latencyMs },
    'DynamoDB_20120810.Query': { body: JSON.stringify(found), after: latencyMs },
    'secretsmanager.GetSecretValue': { body: JSON.stringify({ SecretString: retellKey, CreatedDate: 1 }), after: 0 },
  };
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const answer = answers[String(request.headers['x-amz-target'])];
      const reply = () => {
        response.writeHead(answer ? 200 : 501, { 'content-type': 'application/x-amz-json-1.0' });
        response.end(answer?.body ?? '{}');
      };
      if (answer?.after) setTimeout(reply, answer.after);
      else reply();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, stop: () => server.close() };
}

/** The same reads without a wire: tables that hold what a ring reads and answer after so long. */
export async function slowTables(number: string, latencyMs: number): Promise<{ routing: Table; core: Table }> {
  const { routing, core } = await realAnswers(number);
  const later = async () => new Promise((resolve) => setTimeout(resolve, latencyMs));
  const holding = (items: Item[]) =>
    ({
      getMany: async () => (await later(), structuredClone(items)),
      query: async () => (await later(), structuredClone(items)),
    }) as Partial<Table> as Table;
  return { routing: holding(routing.map((item) => fromItem(item))), core: holding(core.map((item) => fromItem(item))) };
}
