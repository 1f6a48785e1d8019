import * as z from 'zod';
import { createAppointmentStore } from '#adapters/dynamodb/appointments.ts';
import { createHolds } from '#adapters/dynamodb/calendar-holds.ts';
import { createClinicDirectory } from '#adapters/dynamodb/clinic-directory.ts';
import { createClinicStore } from '#adapters/dynamodb/clinics.ts';
import { createConversationActs } from '#adapters/dynamodb/conversation-acts.ts';
import { createConversationStore } from '#adapters/dynamodb/conversations.ts';
import { createDialogueStore } from '#adapters/dynamodb/dialogues.ts';
import { createEventInbox } from '#adapters/dynamodb/inbox.ts';
import { createPlacedCalls } from '#adapters/dynamodb/outbound-calls.ts';
import { createSuppressionList } from '#adapters/dynamodb/suppression-list.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createTalkStore } from '#adapters/dynamodb/talks.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { createPayloads } from '#adapters/s3/payloads.ts';
import { createSecret } from '#adapters/secrets/secret.ts';
import { createNoticeQueue } from '#adapters/sqs/notice-queue.ts';
import { createPostCallWorkflow } from '#adapters/stepfunctions/post-call-workflow.ts';
import { rememberedProfiles } from '#domain/clinics/remembered-profiles.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { CallEventReceived } from '#domain/messages/call-event-received.ts';
import { queueHandler } from '#lambdas/queue.ts';
import { recordCallEvent } from './record-call-event.ts';

const Env = z.object({
  CORE_TABLE: z.string(),
  ROUTING_TABLE: z.string(),
  INBOX_TABLE: z.string(),
  AUDIT_TABLE: z.string(),
  PAYLOADS_BUCKET: z.string(),
  BINDING_KEY_SECRET: z.string(),
  POST_CALL_STATE_MACHINE_ARN: z.string(),
  NOTICES_QUEUE_URL: z.string(),
});
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
const log = createJsonLog();
const dynamo = createDynamoDb();
const core = openTable(dynamo, env.CORE_TABLE);
const audit = openTable(dynamo, env.AUDIT_TABLE);
const payloads = createPayloads(env.PAYLOADS_BUCKET);

export const handler = queueHandler(
  log,
  CallEventReceived,
  recordCallEvent({
    inbox: createEventInbox(openTable(dynamo, env.INBOX_TABLE), clock, payloads),
    directory: createClinicDirectory(openTable(dynamo, env.ROUTING_TABLE)),
    clinics: rememberedProfiles(createClinicStore(core), clock),
    conversations: createConversationStore(core, payloads),
    dialogues: createDialogueStore(core, clock),
    acts: createConversationActs({ core, audit }, clock),
    talks: createTalkStore(core, clock),
    calendar: createHolds(core),
    appointments: createAppointmentStore(core),
    notices: createNoticeQueue(env.NOTICES_QUEUE_URL),
    outboundCalls: createPlacedCalls(core),
    suppressions: createSuppressionList({ core, audit }, clock),
    workflow: createPostCallWorkflow(env.POST_CALL_STATE_MACHINE_ARN),
    bindingKey: createSecret(env.BINDING_KEY_SECRET, clock),
    clock,
    log,
  }),
);
