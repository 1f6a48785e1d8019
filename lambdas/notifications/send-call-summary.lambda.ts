import * as z from 'zod';
import { createAppointmentStore } from '#adapters/dynamodb/appointments.ts';
import { createClinicStore } from '#adapters/dynamodb/clinics.ts';
import { createMessageReader } from '#adapters/dynamodb/conversation-acts.ts';
import { createConversationStore } from '#adapters/dynamodb/conversations.ts';
import { createDeliveries } from '#adapters/dynamodb/deliveries.ts';
import { createDialogueStore } from '#adapters/dynamodb/dialogues.ts';
import { createPatientReader } from '#adapters/dynamodb/patient-reader.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { createPayloads } from '#adapters/s3/payloads.ts';
import { createEmailSender } from '#adapters/ses/email-sender.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { taskHandler } from '#lambdas/task.ts';
import { PlannedSummary } from './plan-summary.ts';
import { sendCallSummary } from './send-call-summary.ts';

const Env = z.object({
  CORE_TABLE: z.string(),
  PAYLOADS_BUCKET: z.string(),
  SENDER_ADDRESS: z.string(),
  CONFIGURATION_SET: z.string(),
  CONSOLE_URL: z.string(),
});
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
const log = createJsonLog();
const core = openTable(createDynamoDb(), env.CORE_TABLE);

export const handler = taskHandler(
  log,
  PlannedSummary,
  sendCallSummary({
    clinics: createClinicStore(core),
    conversations: createConversationStore(core, createPayloads(env.PAYLOADS_BUCKET)),
    appointments: createAppointmentStore(core),
    patients: createPatientReader(core),
    acts: createMessageReader(core),
    dialogues: createDialogueStore(core, clock),
    deliveries: createDeliveries(core, clock),
    email: createEmailSender({ senderAddress: env.SENDER_ADDRESS, configurationSet: env.CONFIGURATION_SET }),
    log,
    consoleUrl: env.CONSOLE_URL,
  }),
);
