import * as z from 'zod';
import { limits } from '#adapters/aws/limits.ts';
import { createClinicRegistry } from '#adapters/dynamodb/clinic-registry.ts';
import { createOnboardingStore } from '#adapters/dynamodb/onboardings.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { createOnboardingWorkflow } from '#adapters/stepfunctions/onboarding-workflow.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { httpHandler } from '#lambdas/http.ts';
import { answerPlatformRequest } from './answer-platform-request.ts';

const Env = z.object({
  CORE_TABLE: z.string(),
  ROUTING_TABLE: z.string(),
  AUDIT_TABLE: z.string(),
  ONBOARDING_STATE_MACHINE: z.string(),
});
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
const client = createDynamoDb(limits(2_000, 3));
const tables = {
  core: openTable(client, env.CORE_TABLE),
  routing: openTable(client, env.ROUTING_TABLE),
  audit: openTable(client, env.AUDIT_TABLE),
};

export const handler = httpHandler(
  createJsonLog(),
  answerPlatformRequest({
    onboardings: createOnboardingStore(tables, clock),
    clinics: createClinicRegistry(tables),
    workflow: createOnboardingWorkflow(env.ONBOARDING_STATE_MACHINE),
    clock,
  }),
);
