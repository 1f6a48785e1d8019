import * as z from 'zod';
import { createClinicDirectory } from '#adapters/dynamodb/clinic-directory.ts';
import { createCredentialLookup } from '#adapters/dynamodb/credentials.ts';
import { createEventInbox } from '#adapters/dynamodb/inbox.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { createPayloads } from '#adapters/s3/payloads.ts';
import { createClinicSecretReader } from '#adapters/secrets/clinic-secrets.ts';
import { createSecret } from '#adapters/secrets/secret.ts';
import { createCallEventQueue } from '#adapters/sqs/call-event-queue.ts';
import { createCredentialReader } from '#domain/clinics/credentials/vault.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { createClinicKeys } from '#lambdas/clinic-keys.ts';
import { httpHandler } from '#lambdas/http.ts';
import { receiveCallEvent } from './receive-call-event.ts';

const Env = z.object({
  CORE_TABLE: z.string(),
  ROUTING_TABLE: z.string(),
  INBOX_TABLE: z.string(),
  PAYLOADS_BUCKET: z.string(),
  CALL_EVENTS_QUEUE_URL: z.string(),
  RETELL_KEY_SECRET: z.string(),
  CLINIC_SECRETS: z.string(),
});
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
const log = createJsonLog();
const dynamo = createDynamoDb();

export const handler = httpHandler(
  log,
  receiveCallEvent({
    retellKey: createSecret(env.RETELL_KEY_SECRET, clock),
    clinicKeys: createClinicKeys({
      directory: createClinicDirectory(openTable(dynamo, env.ROUTING_TABLE)),
      credentials: createCredentialReader({
        store: createCredentialLookup(openTable(dynamo, env.CORE_TABLE)),
        secrets: createClinicSecretReader(env.CLINIC_SECRETS),
        clock,
      }),
    }),
    inbox: createEventInbox(openTable(dynamo, env.INBOX_TABLE), clock, createPayloads(env.PAYLOADS_BUCKET)),
    queue: createCallEventQueue(env.CALL_EVENTS_QUEUE_URL),
    clock,
    log,
  }),
);
