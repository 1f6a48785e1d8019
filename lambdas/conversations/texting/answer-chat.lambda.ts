import * as z from 'zod';
import { limits } from '#adapters/aws/limits.ts';
import { createBegunChats } from '#adapters/dynamodb/begun-chats.ts';
import { createClinicDirectory } from '#adapters/dynamodb/clinic-directory.ts';
import { createEventInbox } from '#adapters/dynamodb/inbox.ts';
import { createSlugs } from '#adapters/dynamodb/slugs.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createIncomingTexts } from '#adapters/dynamodb/texts.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { createTextModel } from '#adapters/openai/text-model.ts';
import { createSecret } from '#adapters/secrets/secret.ts';
import { createCallEventQueue } from '#adapters/sqs/call-event-queue.ts';
import { createNoticeQueue } from '#adapters/sqs/notice-queue.ts';
import { createTalkEvents } from '#adapters/sqs/talk-events.ts';
import { createWaitlistWorkflow } from '#adapters/stepfunctions/waitlist-workflow.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { httpHandler } from '#lambdas/http.ts';
import { answerChat } from './answer-chat.ts';
import { textTalks } from './text-talks.ts';

const Env = z.object({
  CORE_TABLE: z.string(),
  ROUTING_TABLE: z.string(),
  INBOX_TABLE: z.string(),
  AUDIT_TABLE: z.string(),
  CALL_EVENTS_QUEUE_URL: z.string(),
  NOTICES_QUEUE_URL: z.string(),
  WAITLIST_STATE_MACHINE_ARN: z.string(),
  BINDING_KEY_SECRET: z.string(),
  OPENAI_KEY_SECRET: z.string(),
  OPENAI_BASE_URL: z.string(),
  TEXT_MODEL: z.string(),
  API_URL: z.string(),
});
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
const log = createJsonLog();
// A visitor waits: one quick second try, then something to say.
const dynamo = createDynamoDb(limits(700, 2));
const core = openTable(dynamo, env.CORE_TABLE);
const routing = openTable(dynamo, env.ROUTING_TABLE);
const inbox = createEventInbox(openTable(dynamo, env.INBOX_TABLE), clock);
const openAiKey = createSecret(env.OPENAI_KEY_SECRET, clock);

export const handler = httpHandler(
  log,
  answerChat({
    ...textTalks({
      core,
      audit: openTable(dynamo, env.AUDIT_TABLE),
      model: createTextModel({
        apiKey: async () => (await openAiKey.values())[0],
        baseUrl: env.OPENAI_BASE_URL,
        timeoutMs: 20_000,
      }),
      modelName: env.TEXT_MODEL,
      waitlistWorkflow: createWaitlistWorkflow(env.WAITLIST_STATE_MACHINE_ARN),
      events: createTalkEvents({
        inbox,
        queue: createCallEventQueue(env.CALL_EVENTS_QUEUE_URL),
        clock,
        source: 'workflow',
      }),
      notices: createNoticeQueue(env.NOTICES_QUEUE_URL),
      clock,
      log,
    }),
    ...createSlugs(routing),
    directory: createClinicDirectory(routing),
    tokenKey: createSecret(env.BINDING_KEY_SECRET, clock),
    incoming: createIncomingTexts(core, clock),
    begunChats: createBegunChats(core, clock),
    apiUrl: env.API_URL,
    clock,
    log,
  }),
);
