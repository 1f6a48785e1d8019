import * as z from 'zod';
import { createConversationStore } from '#adapters/dynamodb/conversations.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { taskHandler } from '#lambdas/task.ts';
import { SettleSummary, settleSummary } from './settle-summary.ts';

const Env = z.object({ CORE_TABLE: z.string() });
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
const log = createJsonLog();

export const handler = taskHandler(
  log,
  SettleSummary,
  settleSummary({ conversations: createConversationStore(openTable(createDynamoDb(), env.CORE_TABLE)), clock, log }),
);
