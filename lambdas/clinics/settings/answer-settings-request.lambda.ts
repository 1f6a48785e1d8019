import * as z from 'zod';
import { limits } from '#adapters/aws/limits.ts';
import { createAwaitingRecipients } from '#adapters/dynamodb/awaiting-recipients.ts';
import { createClinicRegistry } from '#adapters/dynamodb/clinic-registry.ts';
import { createLinkStore } from '#adapters/dynamodb/links.ts';
import { createMemberships } from '#adapters/dynamodb/members.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { createNoticeQueue } from '#adapters/sqs/notice-queue.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { createRecipientVerification } from '#domain/clinics/recipients/recipient-verification.ts';
import { httpHandler } from '#lambdas/http.ts';
import { answerSettingsRequest } from './answer-settings-request.ts';

const Env = z.object({
  CORE_TABLE: z.string(),
  ROUTING_TABLE: z.string(),
  AUDIT_TABLE: z.string(),
  NOTICES_QUEUE_URL: z.string(),
});
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
// Three tries fit into the time the function has.
const client = createDynamoDb(limits(2_000, 3));
const tables = {
  core: openTable(client, env.CORE_TABLE),
  routing: openTable(client, env.ROUTING_TABLE),
  audit: openTable(client, env.AUDIT_TABLE),
};
const clinics = createClinicRegistry(tables);

export const handler = httpHandler(
  createJsonLog(),
  answerSettingsRequest({
    members: createMemberships(tables),
    clinics,
    verification: createRecipientVerification({
      clinics,
      links: createLinkStore(tables.routing),
      awaiting: createAwaitingRecipients(tables),
      notices: createNoticeQueue(env.NOTICES_QUEUE_URL),
      clock,
    }),
    clock,
  }),
);
