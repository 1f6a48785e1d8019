import * as z from 'zod';
import { limits } from '#adapters/aws/limits.ts';
import { createAnsweredRequests } from '#adapters/dynamodb/answered-requests.ts';
import { createApiKeyLookup } from '#adapters/dynamodb/api-keys.ts';
import { createAppointmentStore } from '#adapters/dynamodb/appointments.ts';
import { createAuditTrail } from '#adapters/dynamodb/audit-trail.ts';
import { createCalendar } from '#adapters/dynamodb/calendar.ts';
import { createClinicStore } from '#adapters/dynamodb/clinics.ts';
import { createPatientStore } from '#adapters/dynamodb/patients.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createWaitlistStore } from '#adapters/dynamodb/waitlist.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { createSecret } from '#adapters/secrets/secret.ts';
import { createWaitlistWorkflow } from '#adapters/stepfunctions/waitlist-workflow.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { createScheduling } from '#domain/scheduling/create-scheduling.ts';
import { httpHandler } from '#lambdas/http.ts';
import { createSlotTokens } from './actions/slot-tokens.ts';
import { answerBookingRequest } from './answer-booking-request.ts';

const Env = z.object({
  CORE_TABLE: z.string(),
  ROUTING_TABLE: z.string(),
  AUDIT_TABLE: z.string(),
  BINDING_KEY_SECRET: z.string(),
  WAITLIST_STATE_MACHINE_ARN: z.string(),
});
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
const log = createJsonLog();
// Three tries fit into the time the function has.
const client = createDynamoDb(limits(2_000, 3));
const core = openTable(client, env.CORE_TABLE);
const audit = openTable(client, env.AUDIT_TABLE);
const calendar = createCalendar({ core, audit });
const appointments = createAppointmentStore(core);

export const handler = httpHandler(
  log,
  answerBookingRequest({
    keys: createApiKeyLookup(openTable(client, env.ROUTING_TABLE)),
    clinics: createClinicStore(core),
    answered: createAnsweredRequests(core),
    scheduling: createScheduling({ calendar, appointments, clock }),
    calendar,
    appointments,
    patients: createPatientStore({ core, audit }, clock),
    waitlist: createWaitlistStore({ core, audit }),
    waitlistWorkflow: createWaitlistWorkflow(env.WAITLIST_STATE_MACHINE_ARN),
    trail: createAuditTrail(audit),
    slotTokens: createSlotTokens(createSecret(env.BINDING_KEY_SECRET, clock)),
    clock,
    log,
  }),
);
