import * as z from 'zod';
import { limits } from '#adapters/aws/limits.ts';
import { createMemberStore } from '#adapters/dynamodb/members.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { httpHandler } from '#lambdas/http.ts';
import { answerMemberRequest } from './answer-member-request.ts';

const Env = z.object({ CORE_TABLE: z.string(), ROUTING_TABLE: z.string(), AUDIT_TABLE: z.string() });
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
// Three tries fit into the time the function has.
const client = createDynamoDb(limits(2_000, 3));

export const handler = httpHandler(
  createJsonLog(),
  answerMemberRequest({
    members: createMemberStore({
      core: openTable(client, env.CORE_TABLE),
      routing: openTable(client, env.ROUTING_TABLE),
      audit: openTable(client, env.AUDIT_TABLE),
    }),
    clock,
  }),
);
