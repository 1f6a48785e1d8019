import * as z from 'zod';
import { limits } from '#adapters/aws/limits.ts';
import { createClinicStore } from '#adapters/dynamodb/clinics.ts';
import { createConversationStore } from '#adapters/dynamodb/conversations.ts';
import { createMemberships } from '#adapters/dynamodb/members.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { createSecret } from '#adapters/secrets/secret.ts';
import { createTwilioSecret } from '#adapters/twilio/secret.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { httpHandler } from '#lambdas/http.ts';
import { answerCallRequest } from './answer-call-request.ts';
import { outboundCalling } from './outbound-calling.ts';

const Env = z.object({
  CORE_TABLE: z.string(),
  ROUTING_TABLE: z.string(),
  AUDIT_TABLE: z.string(),
  RETELL_KEY_SECRET: z.string(),
  RETELL_BASE_URL: z.string(),
  CLINIC_SECRETS: z.string(),
  TWILIO_SECRET: z.string(),
  TWILIO_BASE_URL: z.string(),
  BINDING_KEY_SECRET: z.string(),
  API_URL: z.string(),
});
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
const log = createJsonLog();
const client = createDynamoDb(limits(2_000, 3));
const core = openTable(client, env.CORE_TABLE);
const routing = openTable(client, env.ROUTING_TABLE);

export const handler = httpHandler(
  log,
  answerCallRequest({
    ...outboundCalling({
      tables: { core, routing, audit: openTable(client, env.AUDIT_TABLE) },
      retell: { key: createSecret(env.RETELL_KEY_SECRET, clock), baseUrl: env.RETELL_BASE_URL },
      clinicSecrets: env.CLINIC_SECRETS,
      twilio: {
        secret: createTwilioSecret(createSecret(env.TWILIO_SECRET, clock)),
        baseUrl: env.TWILIO_BASE_URL,
      },
      bindingKey: createSecret(env.BINDING_KEY_SECRET, clock),
      apiUrl: env.API_URL,
      clock,
      log,
    }),
    members: createMemberships({ core, routing }),
    clinics: createClinicStore(core),
    conversations: createConversationStore(core),
  }),
);
