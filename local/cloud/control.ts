import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import type { Containers } from './containers.ts';
import type { DynamoDb } from './dynamodb.ts';
import type { Handle } from './endpoint.ts';
import type { EventSource } from './event-source.ts';
import type { Queues } from './queues.ts';
import type { Schedule } from './scheduler.ts';
import type { Ses } from './ses.ts';
import type { StepFunctions } from './step-functions.ts';

const DynamoFaults = z.object({ delayMs: z.int().min(0).max(60_000), times: z.int().min(0) });

const VoiceAsk = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('kill'), conversationId: z.string().optional(), task: z.int().optional() }),
  z.strictObject({ do: z.literal('deploy') }),
  z.strictObject({ do: z.literal('status') }),
]);

interface Parts {
  /** Without a container in the templates there is none to ask. */
  containers?: Containers;
  dynamoDb: Pick<DynamoDb, 'faults'>;
  queues: Queues;
  eventSources: EventSource[];
  schedules: Schedule[];
  ses: Ses;
  stepFunctions: StepFunctions;
}

/**
 * What no AWS API offers and a test needs, below `/_local/`:
 * `GET status`; `POST ses {throttle?, crashAfterAccept?}`; `POST schedules {run: name}`;
 * `POST queues {name, redeliverAfterMs?}`; `POST dynamodb {delayMs, times}`; `GET voice`;
 * `POST voice {do: 'kill', conversationId?, task?}` or `{do: 'deploy'}`.
 */
export function createControl({
  containers,
  dynamoDb,
  queues,
  eventSources,
  schedules,
  ses,
  stepFunctions,
}: Parts): Handle {
  const voice = (): Containers => {
    if (!containers) throw new Error('the templates have no container');
    return containers;
  };
  const actions: Record<string, (body: Record<string, unknown>) => unknown> = {
    'GET /_local/status': () => ({
      queues: [...queues.all()].map((queue) => ({
        name: queue.name,
        waiting: Number(queue.getAttribute('ApproximateNumberOfMessages')),
        inFlight: queue.inflightMessages.size,
      })),
      executions: { running: stepFunctions.running() },
    }),
    'POST /_local/ses': ({ throttle, crashAfterAccept }) => {
      if (throttle !== undefined) ses.faults.throttle = Number(throttle);
      if (crashAfterAccept !== undefined) ses.faults.crashAfterAccept = Number(crashAfterAccept);
      return ses.faults;
    },
    'POST /_local/schedules': async ({ run }) => {
      const schedule = schedules.find(({ name }) => name === run);
      if (!schedule)
        throw new Error(
          `there is no schedule ${String(run)}; there are: ${schedules.map(({ name }) => name).join(', ')}`,
        );
      await schedule.run();
      return { run };
    },
    'POST /_local/queues': ({ name, redeliverAfterMs }) => {
      const source = eventSources.find(({ queue }) => queue.name === name);
      if (!source) throw new Error(`no function is fed by a queue ${String(name)}`);
      source.redeliverAfterMs = redeliverAfterMs === undefined ? undefined : Number(redeliverAfterMs);
      return { name, redeliverAfterMs };
    },
    'POST /_local/dynamodb': ({ delayMs, times }) =>
      Object.assign(dynamoDb.faults, DynamoFaults.parse({ delayMs, times })),
    'GET /_local/voice': async () => ({ tasks: await voice().status() }),
    'POST /_local/voice': async (body) => {
      const ask = VoiceAsk.parse(body);
      return ask.do === 'kill'
        ? voice().kill(ask)
        : ask.do === 'deploy'
          ? voice().deploy()
          : { tasks: await voice().status() };
    },
  };

  return (request, response) => {
    const act = actions[`${request.method} ${request.url}`];
    if (!act) return answer(response, 404, { error: `there is no ${request.method} ${request.url}` });
    // Only declared JSON is read, so that a web page open in a browser here cannot ask for anything.
    if (request.method !== 'GET' && !request.headers['content-type']?.startsWith('application/json')) {
      return answer(response, 415, { error: 'the body must be application/json' });
    }
    readJson(request)
      .then(act)
      .then(
        (result) => answer(response, 200, result),
        (error: unknown) => answer(response, 400, { error: error instanceof Error ? error.message : String(error) }),
      );
  };
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return chunks.length ? (JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>) : {};
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
