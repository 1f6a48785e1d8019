import * as z from 'zod';
import { createEventInbox } from '#adapters/dynamodb/inbox.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { createPayloads } from '#adapters/s3/payloads.ts';
import { createSecret } from '#adapters/secrets/secret.ts';
import { createCallEventQueue } from '#adapters/sqs/call-event-queue.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { httpHandler } from '#lambdas/http.ts';
import { receiveCallEvent } from './receive-call-event.ts';

const Env = z.object({
  INBOX_TABLE: z.string(),
  PAYLOADS_BUCKET: z.string(),
  CALL_EVENTS_QUEUE_URL: z.string(),
  RETELL_KEY_SECRET: z.string(),
});
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
const log = createJsonLog();

export const handler = httpHandler(
  log,
  receiveCallEvent({
    retellKey: createSecret(env.RETELL_KEY_SECRET, clock),
    inbox: createEventInbox(openTable(createDynamoDb(), env.INBOX_TABLE), clock, createPayloads(env.PAYLOADS_BUCKET)),
    queue: createCallEventQueue(env.CALL_EVENTS_QUEUE_URL),
    clock,
    log,
  }),
);
