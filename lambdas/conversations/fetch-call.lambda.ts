import * as z from 'zod';
import { createConversationStore } from '#adapters/dynamodb/conversations.ts';
import { createCredentialLookup } from '#adapters/dynamodb/credentials.ts';
import { createEventInbox } from '#adapters/dynamodb/inbox.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { createCallSource } from '#adapters/retell/call-source.ts';
import { createPayloads } from '#adapters/s3/payloads.ts';
import { createClinicSecretReader } from '#adapters/secrets/clinic-secrets.ts';
import { createSecret } from '#adapters/secrets/secret.ts';
import { createCallEventQueue } from '#adapters/sqs/call-event-queue.ts';
import { createTwilioCallSource } from '#adapters/twilio/call-source.ts';
import { createTwilioCalls } from '#adapters/twilio/calls.ts';
import { createTwilioSecret } from '#adapters/twilio/secret.ts';
import { createCredentialReader } from '#domain/clinics/credentials/vault.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { taskHandler } from '#lambdas/task.ts';
import { FetchCall, fetchCall } from './fetch-call.ts';
import { keepFetchedCall } from './keep-fetched-call.ts';

const Env = z.object({
  CORE_TABLE: z.string(),
  INBOX_TABLE: z.string(),
  PAYLOADS_BUCKET: z.string(),
  CALL_EVENTS_QUEUE_URL: z.string(),
  RETELL_KEY_SECRET: z.string(),
  CLINIC_SECRETS: z.string(),
  RETELL_BASE_URL: z.string(),
  TWILIO_SECRET: z.string(),
  TWILIO_BASE_URL: z.string(),
});
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
const log = createJsonLog();
const dynamo = createDynamoDb();
const retellKey = createSecret(env.RETELL_KEY_SECRET, clock);
const credentials = createCredentialReader({
  store: createCredentialLookup(openTable(dynamo, env.CORE_TABLE)),
  secrets: createClinicSecretReader(env.CLINIC_SECRETS),
  clock,
});
const twilio = createTwilioSecret(createSecret(env.TWILIO_SECRET, clock));

export const handler = taskHandler(
  log,
  FetchCall,
  fetchCall({
    conversations: createConversationStore(openTable(dynamo, env.CORE_TABLE)),
    sources: {
      retell: createCallSource(
        env.RETELL_BASE_URL,
        async () => (await retellKey.values())[0],
        async (clinicId) => (await credentials.read(clinicId, 'retell-api-key'))?.[0],
      ),
      twilio: createTwilioCallSource(createTwilioCalls({ baseUrl: env.TWILIO_BASE_URL, account: twilio.account })),
    },
    keep: keepFetchedCall({
      inbox: createEventInbox(openTable(dynamo, env.INBOX_TABLE), clock, createPayloads(env.PAYLOADS_BUCKET)),
      queue: createCallEventQueue(env.CALL_EVENTS_QUEUE_URL),
      clock,
    }),
    log,
  }),
);
