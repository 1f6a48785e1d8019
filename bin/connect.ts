import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { settingsFor, stages } from '#lib/settings.ts';
import { createDynamoDb, openTable, type Table } from '#adapters/dynamodb/table.ts';

/** Where `npm start` keeps its files unless told otherwise. */
export const defaultDir = '.frontdesk';

/** A deployed stage, or the system running on this machine. */
export interface Connection {
  stage: string;
  tables: Record<'core' | 'routing' | 'inbox' | 'audit', Table>;
  clients: { dynamodb: DynamoDBClient; sqs: SQSClient; sfn: SFNClient };
  /** Address of the queue `frontdesk-{stage}-{name}`, e.g. of `call-events.fifo`. */
  queueUrl(name: string): Promise<string>;
  /** ARN of the state machine `frontdesk-{stage}-{name}`, e.g. of `post-call`. */
  stateMachineArn(name: string): Promise<string>;
  close(): void;
}

/** A fault that a person at a terminal can do something about: its message is one line that says what. */
export class CannotConnect extends Error {}

const LocalSystem = z.object({
  stage: z.string(),
  aws: z.object({ endpoint: z.url(), region: z.string() }),
  dynamodb: z.object({
    tables: z.object({ core: z.string(), routing: z.string(), inbox: z.string(), audit: z.string() }),
  }),
});

/**
 * Finds the tables and queues of a stage by their names, with the AWS credentials of the environment; without a stage,
 * those of the running local system by what it wrote to `dir`. Sets the environment that AWS clients read.
 * @throws CannotConnect when there is no such stage or nothing runs here.
 */
export async function connect({ stage, dir = defaultDir }: { stage?: string; dir?: string } = {}): Promise<Connection> {
  return stage ? connectToStage(stage) : connectToLocal(dir);
}

function connectToStage(stage: string): Connection {
  const deployed = stages.filter((one) => one !== 'local');
  const known = deployed.find((one) => one === stage);
  if (!known) throw new CannotConnect(`there is no stage ${stage}; there are ${deployed.join(', ')}`);
  process.env.AWS_REGION = settingsFor(known).region;
  const named = (table: string) => `frontdesk-${stage}-${table}`;
  return open(stage, { core: named('core'), routing: named('routing'), inbox: named('inbox'), audit: named('audit') });
}

async function connectToLocal(dir: string): Promise<Connection> {
  const path = join(dir, 'local.json');
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
    throw new CannotConnect(`Frontdesk is not running here (no ${path}); start it with npm start, or name a --stage`, {
      cause,
    });
  });
  const system = LocalSystem.safeParse(asJson(text));
  if (!system.success) throw new CannotConnect(`${path} is not as this version writes it; start again with npm start`);
  const { stage, aws, dynamodb } = system.data;
  // A profile or token of the person's own account has no business with the local system.
  for (const name of ['AWS_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_ENDPOINT_URL_DYNAMODB', 'AWS_ENDPOINT_URL_SQS']) {
    delete process.env[name];
  }
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_REGION: aws.region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  return open(stage, dynamodb.tables);
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The schema refuses it in the same words as any other content that is not ours.
  }
}

function open(stage: string, names: Record<keyof Connection['tables'], string>): Connection {
  const dynamodb = createDynamoDb();
  const sqs = new SQSClient();
  const sfn = new SFNClient();
  return {
    stage,
    tables: {
      core: openTable(dynamodb, names.core),
      routing: openTable(dynamodb, names.routing),
      inbox: openTable(dynamodb, names.inbox),
      audit: openTable(dynamodb, names.audit),
    },
    clients: { dynamodb, sqs, sfn },
    async queueUrl(name) {
      const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: `frontdesk-${stage}-${name}` }));
      if (!QueueUrl) throw new CannotConnect(`stage ${stage} has no queue ${name}`);
      return QueueUrl;
    },
    async stateMachineArn(name) {
      let nextToken: string | undefined;
      do {
        const page = await sfn.send(new ListStateMachinesCommand({ nextToken }));
        const found = page.stateMachines?.find((machine) => machine.name === `frontdesk-${stage}-${name}`);
        if (found?.stateMachineArn) return found.stateMachineArn;
        nextToken = page.nextToken;
      } while (nextToken);
      throw new CannotConnect(`stage ${stage} has no state machine ${name}`);
    },
    close() {
      sfn.destroy();
      dynamodb.destroy();
      sqs.destroy();
    },
  };
}

/**
 * Says in one line what is in the way, when it is one of the things that are in the way of a person's first try;
 * `undefined` for a fault that needs its stack.
 */
export function explain(error: unknown, stage: string | undefined): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof CannotConnect) return error.message;
  const where = stage ? `stage ${stage}` : 'the local system';
  switch (error.name) {
    case 'CredentialsProviderError':
      return 'there are no AWS credentials in the environment';
    case 'AccessDeniedException':
      return `AWS denies access to ${where} with these credentials (AccessDenied): ${error.message}`;
    case 'ExpiredTokenException':
    case 'ExpiredToken':
    case 'UnrecognizedClientException':
    case 'InvalidClientTokenId':
    case 'InvalidSignatureException':
      return `AWS does not accept these credentials (${error.name})`;
    case 'ResourceNotFoundException':
    case 'QueueDoesNotExist':
      return stage
        ? `stage ${stage} is not deployed in this account (${process.env.AWS_REGION})`
        : 'the local system has other tables than this version; start it again with npm start';
  }
  if (isUnreachable(error)) {
    return stage
      ? `AWS cannot be reached (${process.env.AWS_REGION})`
      : 'Frontdesk is not running here any more; start it with npm start, or name a --stage';
  }
  return undefined;
}

const unreachable = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'ENETUNREACH']);

function isUnreachable(error: Error & { code?: unknown; cause?: unknown }): boolean {
  if (error.name === 'TimeoutError' || unreachable.has(String(error.code))) return true;
  return error.cause instanceof Error && isUnreachable(error.cause);
}
