import * as z from 'zod';
import { createAuditTrail } from '#adapters/dynamodb/audit-trail.ts';
import { createClinicDirectory } from '#adapters/dynamodb/clinic-directory.ts';
import { createClinicStore } from '#adapters/dynamodb/clinics.ts';
import { createConversationRetention } from '#adapters/dynamodb/conversation-retention.ts';
import { createCredentialLookup } from '#adapters/dynamodb/credentials.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { createRetellCopies } from '#adapters/retell/copies.ts';
import { createPayloads } from '#adapters/s3/payloads.ts';
import { createClinicSecretReader } from '#adapters/secrets/clinic-secrets.ts';
import { createSecret } from '#adapters/secrets/secret.ts';
import { createKeptMessages } from '#adapters/twilio/kept-messages.ts';
import { createTwilioCalls } from '#adapters/twilio/calls.ts';
import { createTwilioSecret } from '#adapters/twilio/secret.ts';
import { createCredentialReader } from '#domain/clinics/credentials/vault.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { taskHandler } from '#lambdas/task.ts';
import { applyRetention } from './apply-retention.ts';

const Env = z.object({
  CORE_TABLE: z.string(),
  ROUTING_TABLE: z.string(),
  AUDIT_TABLE: z.string(),
  PAYLOADS_BUCKET: z.string(),
  RETELL_KEY_SECRET: z.string(),
  CLINIC_SECRETS: z.string(),
  RETELL_BASE_URL: z.string(),
  TWILIO_SECRET: z.string(),
  TWILIO_BASE_URL: z.string(),
  RETENTION_EVERY_MINUTES: z.string(),
});
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
const client = createDynamoDb();
const log = createJsonLog();
const core = openTable(client, env.CORE_TABLE);
const retellKey = createSecret(env.RETELL_KEY_SECRET, clock);
const credentials = createCredentialReader({
  store: createCredentialLookup(core),
  secrets: createClinicSecretReader(env.CLINIC_SECRETS),
  clock,
});
const { account } = createTwilioSecret(createSecret(env.TWILIO_SECRET, clock));
const twilio = { baseUrl: env.TWILIO_BASE_URL, account };
const twilioCalls = createTwilioCalls(twilio);
const audit = openTable(client, env.AUDIT_TABLE);

export const handler = taskHandler(
  log,
  z.unknown(),
  applyRetention({
    directory: createClinicDirectory(openTable(client, env.ROUTING_TABLE)),
    clinics: createClinicStore(core),
    retention: createConversationRetention({ core, audit }, createPayloads(env.PAYLOADS_BUCKET), clock, log),
    copies: {
      retell: createRetellCopies(
        env.RETELL_BASE_URL,
        async () => (await retellKey.values())[0],
        async (clinicId) => (await credentials.read(clinicId, 'retell-api-key'))?.[0],
      ),
      twilio: { forget: ({ providerId }) => twilioCalls.removeRecordings(providerId) },
    },
    messages: createKeptMessages(twilio),
    trail: createAuditTrail(audit),
    clock,
    log,
    everyMinutes: Number(env.RETENTION_EVERY_MINUTES),
  }),
);
