import * as z from 'zod';
import { limits } from '#adapters/aws/limits.ts';
import { createUserDirectory } from '#adapters/cognito/user-directory.ts';
import { createAwaitingRecipients } from '#adapters/dynamodb/awaiting-recipients.ts';
import { createClinicStore } from '#adapters/dynamodb/clinics.ts';
import { createInvitationStore } from '#adapters/dynamodb/invitations.ts';
import { createLinkStore } from '#adapters/dynamodb/links.ts';
import { createMemberStore } from '#adapters/dynamodb/members.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { httpHandler } from '#lambdas/http.ts';
import { answerLink } from './answer-link.ts';

const Env = z.object({
  CORE_TABLE: z.string(),
  ROUTING_TABLE: z.string(),
  AUDIT_TABLE: z.string(),
  USER_POOL_ID: z.string(),
  CONSOLE_URL: z.string(),
});
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
const log = createJsonLog();
// Three tries fit into the time the function has.
const client = createDynamoDb(limits(2_000, 3));
const tables = {
  core: openTable(client, env.CORE_TABLE),
  routing: openTable(client, env.ROUTING_TABLE),
  audit: openTable(client, env.AUDIT_TABLE),
};

export const handler = httpHandler(
  log,
  answerLink({
    links: createLinkStore(tables.routing),
    clinics: createClinicStore(tables.core),
    invitations: createInvitationStore(tables),
    members: createMemberStore(tables),
    users: createUserDirectory(env.USER_POOL_ID, clock),
    awaiting: createAwaitingRecipients(tables),
    clock,
    log,
    consoleUrl: env.CONSOLE_URL,
  }),
);
