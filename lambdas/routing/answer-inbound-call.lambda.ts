import * as z from 'zod';
import { limits } from '#adapters/aws/limits.ts';
import { createClinicDirectory } from '#adapters/dynamodb/clinic-directory.ts';
import { createClinicStore } from '#adapters/dynamodb/clinics.ts';
import { createCredentialLookup } from '#adapters/dynamodb/credentials.ts';
import { createEventInbox } from '#adapters/dynamodb/inbox.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { createClinicSecretReader } from '#adapters/secrets/clinic-secrets.ts';
import { createSecret } from '#adapters/secrets/secret.ts';
import { createCredentialReader } from '#domain/clinics/credentials/vault.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { createClinicKeys } from '#lambdas/clinic-keys.ts';
import { httpHandler } from '#lambdas/http.ts';
import { answerInboundCall } from './answer-inbound-call.ts';

const Env = z.object({
  CORE_TABLE: z.string(),
  ROUTING_TABLE: z.string(),
  INBOX_TABLE: z.string(),
  RETELL_KEY_SECRET: z.string(),
  BINDING_KEY_SECRET: z.string(),
  CLINIC_SECRETS: z.string(),
  UNROUTED_CALLS: z.enum(['generic', 'reject']),
});
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
const log = createJsonLog();
// A caller hears it ring: one quick second try, then the answer from memory.
const dynamo = createDynamoDb(limits(350, 2));
// Without its keys nothing can be answered, so these are waited for as long as the function may run.
const keyBounds = limits(1_500, 2);
const core = openTable(dynamo, env.CORE_TABLE);
const directory = createClinicDirectory(openTable(dynamo, env.ROUTING_TABLE));
const credentials = createCredentialReader({
  store: createCredentialLookup(core),
  secrets: createClinicSecretReader(env.CLINIC_SECRETS, keyBounds),
  clock,
});

export const handler = httpHandler(
  log,
  answerInboundCall({
    retellKey: createSecret(env.RETELL_KEY_SECRET, clock, keyBounds),
    bindingKey: createSecret(env.BINDING_KEY_SECRET, clock, keyBounds),
    clinicKeys: createClinicKeys({ directory, credentials }),
    directory,
    clinics: createClinicStore(core),
    inbox: createEventInbox(openTable(dynamo, env.INBOX_TABLE), clock),
    clock,
    log,
    unroutedCalls: env.UNROUTED_CALLS,
  }),
);
