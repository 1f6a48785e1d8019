import * as z from 'zod';
import { limits } from '#adapters/aws/limits.ts';
import { createClinicDirectory } from '#adapters/dynamodb/clinic-directory.ts';
import { createClinicStore } from '#adapters/dynamodb/clinics.ts';
import { createConversationActs } from '#adapters/dynamodb/conversation-acts.ts';
import { createConversationStore } from '#adapters/dynamodb/conversations.ts';
import { createDialogueStore } from '#adapters/dynamodb/dialogues.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createTalkStore } from '#adapters/dynamodb/talks.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { createSecret } from '#adapters/secrets/secret.ts';
import { createTwilioSecret } from '#adapters/twilio/secret.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { httpHandler } from '#lambdas/http.ts';
import { continueTwilioCall } from './continue-twilio-call.ts';

const Env = z.object({
  CORE_TABLE: z.string(),
  ROUTING_TABLE: z.string(),
  AUDIT_TABLE: z.string(),
  TWILIO_SECRET: z.string(),
  API_URL: z.string(),
  VOICE_URL: z.string(),
});
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
const log = createJsonLog();
// A caller hears silence meanwhile; not to go on would end their call.
const dynamo = createDynamoDb(limits(1_000, 3));
const core = openTable(dynamo, env.CORE_TABLE);

export const handler = httpHandler(
  log,
  continueTwilioCall({
    twilio: createTwilioSecret(createSecret(env.TWILIO_SECRET, clock)),
    directory: createClinicDirectory(openTable(dynamo, env.ROUTING_TABLE)),
    clinics: createClinicStore(core),
    talks: createTalkStore(core, clock),
    conversations: createConversationStore(core),
    dialogues: createDialogueStore(core, clock),
    acts: createConversationActs({ core, audit: openTable(dynamo, env.AUDIT_TABLE) }, clock),
    clock,
    log,
    apiUrl: env.API_URL,
    voiceUrl: env.VOICE_URL,
  }),
);
