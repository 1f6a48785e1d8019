import * as z from 'zod';
import { createConversationStore } from '#adapters/dynamodb/conversations.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { createWaker } from '#adapters/stepfunctions/post-call-workflow.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { taskHandler } from '#lambdas/task.ts';
import { AwaitAnalysis, awaitAnalysis } from './await-analysis.ts';

const Env = z.object({ CORE_TABLE: z.string() });
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);

export const handler = taskHandler(
  createJsonLog(),
  AwaitAnalysis,
  awaitAnalysis({
    conversations: createConversationStore(openTable(createDynamoDb(), env.CORE_TABLE)),
    workflow: createWaker(),
    clock,
  }),
);
