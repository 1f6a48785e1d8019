import * as z from 'zod';
import { createClinicDirectory } from '#adapters/dynamodb/clinic-directory.ts';
import { createClinicStore } from '#adapters/dynamodb/clinics.ts';
import { createCredentialLookup } from '#adapters/dynamodb/credentials.ts';
import { createEventInbox } from '#adapters/dynamodb/inbox.ts';
import { createRelaySecrets } from '#adapters/dynamodb/relay-secrets.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { createCallSource } from '#adapters/retell/call-source.ts';
import { createPayloads } from '#adapters/s3/payloads.ts';
import { createClinicSecretReader } from '#adapters/secrets/clinic-secrets.ts';
import { createSecret } from '#adapters/secrets/secret.ts';
import { createCallEventQueue } from '#adapters/sqs/call-event-queue.ts';
import { createCredentialReader } from '#domain/clinics/credentials/vault.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { createClinicKeys } from '#lambdas/clinic-keys.ts';
import { httpHandler } from '#lambdas/http.ts';
import { keepFetchedCall } from './keep-fetched-call.ts';
import { receiveRelayedEvent } from './receive-relayed-event.ts';

const Env = z.object({
  CORE_TABLE: z.string(),
  ROUTING_TABLE: z.string(),
  INBOX_TABLE: z.string(),
  PAYLOADS_BUCKET: z.string(),
  CALL_EVENTS_QUEUE_URL: z.string(),
  RETELL_KEY_SECRET: z.string(),
  RETELL_BASE_URL: z.string(),
  BINDING_KEY_SECRET: z.string(),
  CLINIC_SECRETS: z.string(),
});
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
const log = createJsonLog();
const dynamo = createDynamoDb();
const core = openTable(dynamo, env.CORE_TABLE);
const routing = openTable(dynamo, env.ROUTING_TABLE);
const inbox = createEventInbox(openTable(dynamo, env.INBOX_TABLE), clock, createPayloads(env.PAYLOADS_BUCKET));
const queue = createCallEventQueue(env.CALL_EVENTS_QUEUE_URL);
const directory = createClinicDirectory(routing);
const retellKey = createSecret(env.RETELL_KEY_SECRET, clock);
const credentials = createCredentialReader({
  store: createCredentialLookup(core),
  secrets: createClinicSecretReader(env.CLINIC_SECRETS),
  clock,
});

export const handler = httpHandler(
  log,
  receiveRelayedEvent({
    secrets: createRelaySecrets(routing),
    retellKey,
    clinicKeys: createClinicKeys({ directory, credentials }),
    bindingKey: createSecret(env.BINDING_KEY_SECRET, clock),
    directory,
    clinics: createClinicStore(core),
    source: createCallSource(
      env.RETELL_BASE_URL,
      async () => (await retellKey.values())[0],
      async (clinicId) => (await credentials.read(clinicId, 'retell-api-key'))?.[0],
    ),
    inbox,
    queue,
    keep: keepFetchedCall({ inbox, queue, clock }),
    clock,
    log,
  }),
);
