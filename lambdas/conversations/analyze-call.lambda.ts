import * as z from 'zod';
import { createClinicStore } from '#adapters/dynamodb/clinics.ts';
import { createConversationStore } from '#adapters/dynamodb/conversations.ts';
import { createEventInbox } from '#adapters/dynamodb/inbox.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createTalkStore } from '#adapters/dynamodb/talks.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { createTextModel } from '#adapters/openai/text-model.ts';
import { createPayloads } from '#adapters/s3/payloads.ts';
import { createSecret } from '#adapters/secrets/secret.ts';
import { createCallEventQueue } from '#adapters/sqs/call-event-queue.ts';
import { createTalkEvents } from '#adapters/sqs/talk-events.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { taskHandler } from '#lambdas/task.ts';
import { AnalyzeCall, analyzeCall } from './analyze-call.ts';

const Env = z.object({
  CORE_TABLE: z.string(),
  INBOX_TABLE: z.string(),
  PAYLOADS_BUCKET: z.string(),
  CALL_EVENTS_QUEUE_URL: z.string(),
  OPENAI_KEY_SECRET: z.string(),
  OPENAI_BASE_URL: z.string(),
  ANALYSIS_MODEL: z.string(),
});
export type Env = z.infer<typeof Env>;

/** Of one answer and its retry; nobody waits on the line. */
const modelTimeoutMs = 30_000;

const env = Env.parse(process.env);
const log = createJsonLog();
const dynamo = createDynamoDb();
const core = openTable(dynamo, env.CORE_TABLE);
const openAiKey = createSecret(env.OPENAI_KEY_SECRET, clock);

export const handler = taskHandler(
  log,
  AnalyzeCall,
  analyzeCall({
    // Without its payloads: whether there is an analysis is asked, not what was said.
    conversations: createConversationStore(core),
    talks: createTalkStore(core, clock),
    clinics: createClinicStore(core),
    model: createTextModel({
      apiKey: async () => (await openAiKey.values())[0],
      baseUrl: env.OPENAI_BASE_URL,
      timeoutMs: modelTimeoutMs,
    }),
    modelName: env.ANALYSIS_MODEL,
    events: createTalkEvents({
      inbox: createEventInbox(openTable(dynamo, env.INBOX_TABLE), clock, createPayloads(env.PAYLOADS_BUCKET)),
      queue: createCallEventQueue(env.CALL_EVENTS_QUEUE_URL),
      clock,
      source: 'workflow',
    }),
    clock,
    log,
  }),
);
