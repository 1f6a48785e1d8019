import * as z from 'zod';
import { limits } from '#adapters/aws/limits.ts';
import { createClinicDirectory } from '#adapters/dynamodb/clinic-directory.ts';
import { createClinicStore } from '#adapters/dynamodb/clinics.ts';
import { createConversationStore } from '#adapters/dynamodb/conversations.ts';
import { createEventInbox } from '#adapters/dynamodb/inbox.ts';
import { createInstructionReader } from '#adapters/dynamodb/instructions.ts';
import { createPlacedCalls } from '#adapters/dynamodb/outbound-calls.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createTalkStore } from '#adapters/dynamodb/talks.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { createSecret } from '#adapters/secrets/secret.ts';
import { createTwilioSecret } from '#adapters/twilio/secret.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { httpHandler } from '#lambdas/http.ts';
import { answerTwilioCall } from './answer-twilio-call.ts';

const Env = z.object({
  CORE_TABLE: z.string(),
  ROUTING_TABLE: z.string(),
  INBOX_TABLE: z.string(),
  TWILIO_SECRET: z.string(),
  API_URL: z.string(),
  VOICE_URL: z.string(),
});
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
const log = createJsonLog();
// A caller hears it ring, which is better than an apology; how long they do is the work's to say.
const dynamo = createDynamoDb(limits(1_000, 3));
const core = openTable(dynamo, env.CORE_TABLE);

export const handler = httpHandler(
  log,
  answerTwilioCall({
    twilio: createTwilioSecret(createSecret(env.TWILIO_SECRET, clock)),
    directory: createClinicDirectory(openTable(dynamo, env.ROUTING_TABLE)),
    clinics: createClinicStore(core),
    instructions: createInstructionReader(core),
    talks: createTalkStore(core, clock),
    conversations: createConversationStore(core),
    outboundCalls: createPlacedCalls(core),
    inbox: createEventInbox(openTable(dynamo, env.INBOX_TABLE), clock),
    clock,
    log,
    apiUrl: env.API_URL,
    voiceUrl: env.VOICE_URL,
  }),
);
