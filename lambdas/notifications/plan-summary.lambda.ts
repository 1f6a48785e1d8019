import * as z from 'zod';
import { createClinicStore } from '#adapters/dynamodb/clinics.ts';
import { createConversationStore } from '#adapters/dynamodb/conversations.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { CallCompleted } from '#domain/messages/call-completed.ts';
import { taskHandler } from '#lambdas/task.ts';
import { planSummary } from './plan-summary.ts';

const Env = z.object({ CORE_TABLE: z.string() });
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
const core = openTable(createDynamoDb(), env.CORE_TABLE);

export const handler = taskHandler(
  createJsonLog(),
  CallCompleted,
  planSummary({ clinics: createClinicStore(core), conversations: createConversationStore(core), clock }),
);
