import * as z from 'zod';
import { createClinicDirectory } from '#adapters/dynamodb/clinic-directory.ts';
import { createClinicStore } from '#adapters/dynamodb/clinics.ts';
import { createConversationStore } from '#adapters/dynamodb/conversations.ts';
import { createLinkStore } from '#adapters/dynamodb/links.ts';
import { createCredentialLookup } from '#adapters/dynamodb/credentials.ts';
import { createEventInbox } from '#adapters/dynamodb/inbox.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { createCallSource } from '#adapters/retell/call-source.ts';
import { createPayloads } from '#adapters/s3/payloads.ts';
import { createClinicSecretReader } from '#adapters/secrets/clinic-secrets.ts';
import { createSecret } from '#adapters/secrets/secret.ts';
import { createCallEventQueue } from '#adapters/sqs/call-event-queue.ts';
import { createNoticeQueue } from '#adapters/sqs/notice-queue.ts';
import { createTalkEvents } from '#adapters/sqs/talk-events.ts';
import { createTalkStore } from '#adapters/dynamodb/talks.ts';
import { tellOwedLinks } from '#domain/clinics/links/tell-owed-links.ts';
import { endWritten } from '#domain/conversations/texting/end-written.ts';
import { createPostCallWorkflow } from '#adapters/stepfunctions/post-call-workflow.ts';
import { createTwilioCallSource } from '#adapters/twilio/call-source.ts';
import { createTwilioCalls } from '#adapters/twilio/calls.ts';
import { createTwilioSecret } from '#adapters/twilio/secret.ts';
import { createCredentialReader } from '#domain/clinics/credentials/vault.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { taskHandler } from '#lambdas/task.ts';
import { keepFetchedCall } from './keep-fetched-call.ts';
import { reconcileCalls } from './reconcile-calls.ts';

const Env = z.object({
  CORE_TABLE: z.string(),
  ROUTING_TABLE: z.string(),
  INBOX_TABLE: z.string(),
  PAYLOADS_BUCKET: z.string(),
  CALL_EVENTS_QUEUE_URL: z.string(),
  RETELL_KEY_SECRET: z.string(),
  CLINIC_SECRETS: z.string(),
  RETELL_BASE_URL: z.string(),
  TWILIO_SECRET: z.string(),
  TWILIO_BASE_URL: z.string(),
  POST_CALL_STATE_MACHINE_ARN: z.string(),
  MAX_CALL_MINUTES: z.string(),
  RECONCILE_EVERY_MINUTES: z.string(),
  NOTICES_QUEUE_URL: z.string(),
  TEXT_IDLE_MINUTES: z.string(),
});
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
const log = createJsonLog();
const dynamo = createDynamoDb();
const core = openTable(dynamo, env.CORE_TABLE);
const payloads = createPayloads(env.PAYLOADS_BUCKET);
const inbox = createEventInbox(openTable(dynamo, env.INBOX_TABLE), clock, payloads);
const queue = createCallEventQueue(env.CALL_EVENTS_QUEUE_URL);
const routing = openTable(dynamo, env.ROUTING_TABLE);
const notices = createNoticeQueue(env.NOTICES_QUEUE_URL);
const retellKey = createSecret(env.RETELL_KEY_SECRET, clock);
const credentials = createCredentialReader({
  store: createCredentialLookup(core),
  secrets: createClinicSecretReader(env.CLINIC_SECRETS),
  clock,
});
const retell = createCallSource(
  env.RETELL_BASE_URL,
  async () => (await retellKey.values())[0],
  async (clinicId) => (await credentials.read(clinicId, 'retell-api-key'))?.[0],
);
const twilio = createTwilioSecret(createSecret(env.TWILIO_SECRET, clock));

export const handler = taskHandler(
  log,
  z.unknown(),
  reconcileCalls({
    inbox,
    queue,
    notices,
    tellOwedLinks: tellOwedLinks({ links: createLinkStore(routing), notices, clock }),
    endWritten: endWritten({
      talks: createTalkStore(core, clock),
      events: createTalkEvents({ inbox, queue, clock, source: 'workflow' }),
      clock,
      log,
      idleMs: Number(env.TEXT_IDLE_MINUTES) * 60_000,
    }),
    directory: createClinicDirectory(routing),
    clinics: createClinicStore(core),
    conversations: createConversationStore(core, payloads),
    workflow: createPostCallWorkflow(env.POST_CALL_STATE_MACHINE_ARN),
    sources: {
      retell,
      twilio: createTwilioCallSource(createTwilioCalls({ baseUrl: env.TWILIO_BASE_URL, account: twilio.account })),
    },
    ended: retell,
    keep: keepFetchedCall({ inbox, queue, clock }),
    clock,
    log,
    maxCallMinutes: Number(env.MAX_CALL_MINUTES),
    everyMinutes: Number(env.RECONCILE_EVERY_MINUTES),
  }),
);
