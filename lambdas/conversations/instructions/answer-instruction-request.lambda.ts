import * as z from 'zod';
import { limits } from '#adapters/aws/limits.ts';
import { createClinicStore } from '#adapters/dynamodb/clinics.ts';
import { createInstructionDrafts } from '#adapters/dynamodb/instruction-drafts.ts';
import { createInstructionReader } from '#adapters/dynamodb/instructions.ts';
import { createMemberships } from '#adapters/dynamodb/members.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { httpHandler } from '#lambdas/http.ts';
import { answerInstructionRequest } from './answer-instruction-request.ts';

const Env = z.object({ CORE_TABLE: z.string(), ROUTING_TABLE: z.string(), AUDIT_TABLE: z.string() });
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
// Three tries fit into the time the function has.
const client = createDynamoDb(limits(2_000, 3));
const core = openTable(client, env.CORE_TABLE);

export const handler = httpHandler(
  createJsonLog(),
  answerInstructionRequest({
    members: createMemberships({ core, routing: openTable(client, env.ROUTING_TABLE) }),
    clinics: createClinicStore(core),
    drafts: createInstructionDrafts({ core, audit: openTable(client, env.AUDIT_TABLE) }, clock),
    texts: createInstructionReader(core),
    clock,
  }),
);
