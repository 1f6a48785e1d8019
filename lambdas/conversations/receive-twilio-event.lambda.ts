import * as z from 'zod';
import { createClinicDirectory } from '#adapters/dynamodb/clinic-directory.ts';
import { createEventInbox } from '#adapters/dynamodb/inbox.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createTalkStore } from '#adapters/dynamodb/talks.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { createPayloads } from '#adapters/s3/payloads.ts';
import { createSecret } from '#adapters/secrets/secret.ts';
import { createCallEventQueue } from '#adapters/sqs/call-event-queue.ts';
import { createTwilioCalls } from '#adapters/twilio/calls.ts';
import { createTwilioSecret } from '#adapters/twilio/secret.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { httpHandler } from '#lambdas/http.ts';
import { receiveTwilioEvent } from './receive-twilio-event.ts';

const Env = z.object({
  CORE_TABLE: z.string(),
  ROUTING_TABLE: z.string(),
  INBOX_TABLE: z.string(),
  PAYLOADS_BUCKET: z.string(),
  CALL_EVENTS_QUEUE_URL: z.string(),
  TWILIO_SECRET: z.string(),
  TWILIO_BASE_URL: z.string(),
  API_URL: z.string(),
});
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
const log = createJsonLog();
const dynamo = createDynamoDb();
const twilio = createTwilioSecret(createSecret(env.TWILIO_SECRET, clock));

export const handler = httpHandler(
  log,
  receiveTwilioEvent({
    twilio,
    apiUrl: env.API_URL,
    inbox: createEventInbox(openTable(dynamo, env.INBOX_TABLE), clock, createPayloads(env.PAYLOADS_BUCKET)),
    queue: createCallEventQueue(env.CALL_EVENTS_QUEUE_URL),
    directory: createClinicDirectory(openTable(dynamo, env.ROUTING_TABLE)),
    talks: createTalkStore(openTable(dynamo, env.CORE_TABLE), clock),
    // A caller listens to silence until the call is sent on.
    calls: createTwilioCalls({ baseUrl: env.TWILIO_BASE_URL, account: twilio.account, timeoutMs: 2_000 }),
    clock,
    log,
  }),
);
