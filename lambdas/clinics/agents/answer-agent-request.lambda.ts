import * as z from 'zod';
import { limits } from '#adapters/aws/limits.ts';
import { createAgentActivity } from '#adapters/dynamodb/agent-activity.ts';
import { createAnsweredRequests } from '#adapters/dynamodb/answered-requests.ts';
import { createBegunWebCalls } from '#adapters/dynamodb/begun-web-calls.ts';
import { createClinicDirectory } from '#adapters/dynamodb/clinic-directory.ts';
import { createClinicRegistry } from '#adapters/dynamodb/clinic-registry.ts';
import { createCredentialStore } from '#adapters/dynamodb/credentials.ts';
import { createFormerWebhooks } from '#adapters/dynamodb/former-webhooks.ts';
import { createMemberships } from '#adapters/dynamodb/members.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { createRetellAccounts } from '#adapters/retell/clinic-agents.ts';
import { createClinicSecrets } from '#adapters/secrets/clinic-secrets.ts';
import { createSecret } from '#adapters/secrets/secret.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { createCredentialVault } from '#domain/clinics/credentials/vault.ts';
import { httpHandler } from '#lambdas/http.ts';
import { answerAgentRequest } from './answer-agent-request.ts';

const Env = z.object({
  CORE_TABLE: z.string(),
  ROUTING_TABLE: z.string(),
  AUDIT_TABLE: z.string(),
  RETELL_KEY_SECRET: z.string(),
  RETELL_BASE_URL: z.string(),
  BINDING_KEY_SECRET: z.string(),
  CLINIC_SECRETS: z.string(),
  DATA_KEY_ARN: z.string(),
  API_URL: z.string(),
});
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
const log = createJsonLog();
const client = createDynamoDb(limits(2_000, 3));
const tables = {
  core: openTable(client, env.CORE_TABLE),
  routing: openTable(client, env.ROUTING_TABLE),
  audit: openTable(client, env.AUDIT_TABLE),
};

export const handler = httpHandler(
  log,
  answerAgentRequest({
    members: createMemberships(tables),
    clinics: createClinicRegistry(tables),
    credentials: createCredentialVault({
      store: createCredentialStore(tables),
      secrets: createClinicSecrets({ prefix: env.CLINIC_SECRETS, keyArn: env.DATA_KEY_ARN }),
      clock,
    }),
    accounts: createRetellAccounts(env.RETELL_BASE_URL),
    formerWebhooks: createFormerWebhooks(tables.routing),
    activity: createAgentActivity(tables.core),
    directory: createClinicDirectory(tables.routing),
    begun: createBegunWebCalls(tables.core, clock),
    answered: createAnsweredRequests(tables.core),
    retellKey: createSecret(env.RETELL_KEY_SECRET, clock),
    bindingKey: createSecret(env.BINDING_KEY_SECRET, clock),
    webhookUrl: `${env.API_URL}/api/retell/webhook`,
    clock,
    log,
  }),
);
