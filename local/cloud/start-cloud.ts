import type { Server } from 'node:http';
import type { Server as SocketServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readAssembly } from './assembly.ts';
import { cognito } from './cognito.ts';
import { containerIn } from './container-spec.ts';
import { openContainers } from './containers.ts';
import { createControl } from './control.ts';
import { openDynamoDb } from './dynamodb.ts';
import { openEndpoint } from './endpoint.ts';
import { startEventSources } from './event-source.ts';
import { functionsIn, openFunctions } from './functions.ts';
import { createHttpApi } from './http-api.ts';
import { createMailbox } from './mailbox.ts';
import type { LambdaPool } from './lambda-pool.ts';
import { openMailStore } from './mail-store.ts';
import { openQueues } from './queues.ts';
import { startSchedules } from './scheduler.ts';
import { madeUp, openSecrets } from './secrets.ts';
import { openSes } from './ses.ts';
import { openStateDatabase } from './state-database.ts';
import type { StateDirectory } from './state-directory.ts';
import { openStepFunctions } from './step-functions.ts';
import { sts } from './sts.ts';
import { refuseUnknown } from './supported-resources.ts';
import { localDynamoDb, openTables } from './tables.ts';
import { openTemplates } from './template.ts';
import { openPeople, type Person } from './people.ts';
import { startUserPool } from './user-pool.ts';
import { openTopics } from './topics.ts';

/** Where the cloud is when the stage names no region. */
const usualRegion = 'eu-west-3';

/** Loads a few functions at a time: all at once, each would wait for the others until its own time is up. */
async function loadAll(pools: readonly LambdaPool[]): Promise<void> {
  const left = pools.values();
  const loaders = Array.from({ length: availableParallelism() + 1 }, async () => {
    for (const pool of left) await pool.prewarm();
  });
  await Promise.all(loaders);
}

/** How long Ctrl-C waits for batches under way. */
const graceMs = 2000;

/** Tells what is being done; answers what it did. */
export type Step = <T>(what: string, work: () => Promise<T> | T) => Promise<T>;

export interface CloudOptions {
  /** A synthesized CDK app. */
  assembly: string;
  state: StateDirectory;
  /** Drops the tables of an engine whose files are not in the state directory. */
  fresh: boolean;
  apiPort: number;
  voicePort: number;
  mailboxPort: number;
  /** Where vendors reach the API, when that is not this machine. */
  publicApiUrl?: string;
  step: Step;
  /** Secrets of this start alone, by the end of their name; they are not written down. */
  givenSecrets?: Record<string, string>;
  /** Who can sign in, and by which password. */
  people: { members: Person[]; password: string };
  /** Starts what stands outside AWS, once its secrets are known. Answers parameters of the templates. */
  startVendors(known: Known): Promise<Record<string, string>>;
}

/** What vendors must know of us. */
export interface Known {
  /** Where they reach the API. */
  api: string;
  /** By the end of its name. @throws Error when there is no such secret, or it is empty */
  secret(nameEnding: string): string;
}

/** A running cloud. */
export interface RunningCloud {
  api: string;
  mailbox: { url: string; json: string };
  /** One address for every AWS API, and the paths below it that only this machine has. */
  aws: { endpoint: string; region: string; control: string };
  dynamodb: { engine: string; endpoint: string; tables: string[]; client: DynamoDBClient };
  /** Where people sign in, when the templates have a user pool. */
  signIn?: { issuer: string; clientId: string; redirectUri: string };
  /** Executions that were open at the last stop and were started again. */
  resumed: number;
  /** Settles with a sentence when a part is gone that the rest cannot do without. */
  died: Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts everything the templates of a synthesized CDK app describe, on 127.0.0.1.
 * @throws TemplateError when they hold what is not reproduced here; Error in one line when a port is taken or an engine
 * is missing. What was started before is stopped again.
 */
export async function startCloud(options: CloudOptions): Promise<RunningCloud> {
  const stops: (() => unknown)[] = [];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    return { ...(await start(options, stops)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  {
    assembly,
    state,
    fresh,
    apiPort,
    voicePort,
    mailboxPort,
    publicApiUrl,
    step,
    givenSecrets,
    people,
    startVendors,
  }: CloudOptions,
  stops: (() => unknown)[],
): Promise<Omit<RunningCloud, 'stop'>> {
  const endpoint = await openEndpoint();
  stops.push(endpoint.stop);
  const api = `http://127.0.0.1:${apiPort}`;
  const mailbox = `http://127.0.0.1:${mailboxPort}`;

  const stacks = readAssembly(assembly);
  refuseUnknown(stacks);
  const region = stacks.map((stack) => stack.region).find((name) => name !== 'unknown-region') ?? usualRegion;
  const parameters: Record<string, string> = {};
  const database = openStateDatabase(state.path('state.sqlite'));
  stops.push(() => database.close());
  const everybody = openPeople(people.members, database);
  const userPool = await startUserPool(everybody, people.password);
  stops.push(userPool.stop);
  const place = { region, endpoint: endpoint.url, api: publicApiUrl ?? api, issuer: userPool.issuer };
  const cloud = openTemplates(stacks, place, parameters);

  const secrets = openSecrets(cloud, state.path('secrets.json'), madeUp, givenSecrets);
  const known: Known = { api: publicApiUrl ?? api, secret: (ending) => secrets.current(ending) };
  Object.assign(parameters, await startVendors(known));

  const dynamoDb = await step('Start DynamoDB', () =>
    openDynamoDb(state.path('dynamodb.sqlite'), state.path('logs', 'dynamodb.log')),
  );
  stops.push(dynamoDb.stop);
  const client = localDynamoDb(dynamoDb.endpoint, region);
  stops.push(() => client.destroy());
  const tables = await step('Open tables', () => openTables(cloud, client, fresh));
  stops.push(tables.stop);

  const queues = await step('Open queues and buckets', () => openQueues(cloud, state.path('objects')));
  stops.push(queues.stop);

  const shared = {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL: endpoint.url,
    AWS_EC2_METADATA_DISABLED: 'true',
    TZ: 'UTC',
  };
  const functions = openFunctions(
    // The engine itself, without a detour through this process.
    functionsIn(cloud, { ...shared, AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.endpoint }),
    state.path('logs'),
  );
  stops.push(functions.stop);

  const mails = openMailStore(database, state.path('mail'));
  const ses = openSes(cloud, mails, openTopics(cloud, queues));
  const stepFunctions = openStepFunctions(cloud, functions, database);
  stops.push(stepFunctions.stop);
  endpoint.serve('dynamodb', dynamoDb.handle);
  endpoint.serve('sqs', queues.handle);
  endpoint.serve('s3', queues.handle);
  endpoint.serve('secretsmanager', secrets.handle);
  endpoint.serve('ses', ses.handle);
  endpoint.serve('states', stepFunctions.handle);
  endpoint.serve('sts', sts());
  endpoint.serve('cognito-idp', cognito(cloud, everybody));

  const signInClient = await userPool.open(cloud);
  const gateway = createHttpApi(cloud, functions);
  await step(`Load ${functions.all.length} functions`, () => loadAll(functions.all));

  const container = containerIn(cloud);
  const containers =
    container &&
    (await step(`Start ${container.desiredCount} tasks of ${container.name}`, () =>
      // By the common endpoint to DynamoDB too, where it can be made slow while somebody talks.
      openContainers(container, {
        shared,
        logFileOf: (task) => state.path('logs', `${container.name}-${task}.log`),
      }),
    ));
  if (containers) stops.push(containers.stop);

  const eventSources = startEventSources(cloud, queues, functions);
  // Batches under way may end; longer ones come again at the next start, by the reconciler.
  stops.push(() =>
    Promise.race([Promise.all(eventSources.map((source) => source.stop())), sleep(graceMs, undefined, { ref: false })]),
  );
  const schedules = startSchedules(cloud, functions);
  stops.push(() => schedules.forEach((schedule) => schedule.stop()));
  endpoint.serveLocal(createControl({ containers, dynamoDb, queues, eventSources, schedules, ses, stepFunctions }));

  await listen(gateway, apiPort);
  stops.push(() => close(gateway));
  if (containers) {
    const { front } = containers;
    await listen(front, voicePort);
    // Not waited for: its sockets end with the tasks.
    stops.push(() => void front.close());
  }
  const mailboxServer = createMailbox(mails);
  await listen(mailboxServer, mailboxPort);
  stops.push(() => close(mailboxServer));

  const resumed = stepFunctions.resume();
  return {
    api,
    mailbox: { url: mailbox, json: `${mailbox}/messages.json` },
    aws: { endpoint: endpoint.url, region, control: `${endpoint.url}/_local` },
    dynamodb: { engine: dynamoDb.engine, endpoint: dynamoDb.endpoint, tables: tables.names, client },
    ...(signInClient && { signIn: { issuer: userPool.issuer, ...signInClient } }),
    resumed,
    died: dynamoDb.died,
  };
}

/** Listens on 127.0.0.1. @throws Error in one line that names a taken port */
export async function listen(server: SocketServer, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new Error(`port ${port} is taken; choose another base with --port`) : error),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
