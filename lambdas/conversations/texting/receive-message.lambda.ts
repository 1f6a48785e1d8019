import * as z from 'zod';
import { createClinicDirectory } from '#adapters/dynamodb/clinic-directory.ts';
import { createEventInbox } from '#adapters/dynamodb/inbox.ts';
import { createSuppressionList } from '#adapters/dynamodb/suppression-list.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { createSecret } from '#adapters/secrets/secret.ts';
import { createNoticeQueue } from '#adapters/sqs/notice-queue.ts';
import { createTwilioSecret } from '#adapters/twilio/secret.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { httpHandler } from '#lambdas/http.ts';
import { receiveMessage } from './receive-message.ts';

const Env = z.object({
  CORE_TABLE: z.string(),
  ROUTING_TABLE: z.string(),
  INBOX_TABLE: z.string(),
  AUDIT_TABLE: z.string(),
  NOTICES_QUEUE_URL: z.string(),
  TWILIO_SECRET: z.string(),
  API_URL: z.string(),
});
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
const log = createJsonLog();
const dynamo = createDynamoDb();
const core = openTable(dynamo, env.CORE_TABLE);

export const handler = httpHandler(
  log,
  receiveMessage({
    twilio: createTwilioSecret(createSecret(env.TWILIO_SECRET, clock)),
    apiUrl: env.API_URL,
    // A form is at most 64 KB, which an item holds.
    inbox: createEventInbox(openTable(dynamo, env.INBOX_TABLE), clock),
    directory: createClinicDirectory(openTable(dynamo, env.ROUTING_TABLE)),
    suppressions: createSuppressionList({ core, audit: openTable(dynamo, env.AUDIT_TABLE) }, clock),
    notices: createNoticeQueue(env.NOTICES_QUEUE_URL),
    clock,
    log,
  }),
);
