import * as z from 'zod';
import { limits } from '#adapters/aws/limits.ts';
import { createAppointmentStore } from '#adapters/dynamodb/appointments.ts';
import { createCalendar } from '#adapters/dynamodb/calendar.ts';
import { createClinicDirectory } from '#adapters/dynamodb/clinic-directory.ts';
import { createClinicStore } from '#adapters/dynamodb/clinics.ts';
import { createConversationActs } from '#adapters/dynamodb/conversation-acts.ts';
import { createConversationStore } from '#adapters/dynamodb/conversations.ts';
import { createCredentialLookup } from '#adapters/dynamodb/credentials.ts';
import { createDialogueStore } from '#adapters/dynamodb/dialogues.ts';
import { createPatientStore } from '#adapters/dynamodb/patients.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createWaitlistStore } from '#adapters/dynamodb/waitlist.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { createClinicSecretReader } from '#adapters/secrets/clinic-secrets.ts';
import { createSecret } from '#adapters/secrets/secret.ts';
import { createNoticeQueue } from '#adapters/sqs/notice-queue.ts';
import { createWaitlistWorkflow } from '#adapters/stepfunctions/waitlist-workflow.ts';
import { createCredentialReader } from '#domain/clinics/credentials/vault.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { runTool as runForCall } from '#domain/conversations/tools/run-tool.ts';
import { createScheduling } from '#domain/scheduling/create-scheduling.ts';
import { toldScheduling } from '#domain/scheduling/told-scheduling.ts';
import { createIdentification } from '#domain/scheduling/patients/create-identification.ts';
import { createClinicKeys } from '#lambdas/clinic-keys.ts';
import { httpHandler } from '#lambdas/http.ts';
import { runTool } from './run-tool.ts';

const Env = z.object({
  CORE_TABLE: z.string(),
  ROUTING_TABLE: z.string(),
  AUDIT_TABLE: z.string(),
  RETELL_KEY_SECRET: z.string(),
  BINDING_KEY_SECRET: z.string(),
  CLINIC_SECRETS: z.string(),
  WAITLIST_STATE_MACHINE_ARN: z.string(),
  NOTICES_QUEUE_URL: z.string(),
});
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
const log = createJsonLog();
// A caller waits: one quick second try, then something to say.
const bounds = limits(700, 2);
const dynamo = createDynamoDb(bounds);
const core = openTable(dynamo, env.CORE_TABLE);
const audit = openTable(dynamo, env.AUDIT_TABLE);
const patients = createPatientStore({ core, audit }, clock);
const appointments = createAppointmentStore(core);
const directory = createClinicDirectory(openTable(dynamo, env.ROUTING_TABLE));
const credentials = createCredentialReader({
  store: createCredentialLookup(core),
  secrets: createClinicSecretReader(env.CLINIC_SECRETS, bounds),
  clock,
});

export const handler = httpHandler(
  log,
  runTool({
    retellKey: createSecret(env.RETELL_KEY_SECRET, clock, bounds),
    bindingKey: createSecret(env.BINDING_KEY_SECRET, clock, bounds),
    clinicKeys: createClinicKeys({ directory, credentials }),
    directory,
    clinics: createClinicStore(core),
    conversations: createConversationStore(core),
    run: runForCall({
      scheduling: toldScheduling(createScheduling({ calendar: createCalendar({ core, audit }), appointments, clock }), {
        notices: createNoticeQueue(env.NOTICES_QUEUE_URL),
        log,
      }),
      appointments,
      identification: createIdentification({ patients, clock }),
      patients,
      waitlist: createWaitlistStore({ core, audit }),
      waitlistWorkflow: createWaitlistWorkflow(env.WAITLIST_STATE_MACHINE_ARN),
      acts: createConversationActs({ core, audit }, clock),
      dialogues: createDialogueStore(core, clock),
      clock,
      log,
    }),
    clock,
    log,
  }),
);
