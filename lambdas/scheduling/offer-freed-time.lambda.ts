import * as z from 'zod';
import { createAppointmentStore } from '#adapters/dynamodb/appointments.ts';
import { createCalendar } from '#adapters/dynamodb/calendar.ts';
import { createClinicStore } from '#adapters/dynamodb/clinics.ts';
import { createSuppressionList } from '#adapters/dynamodb/suppression-list.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createWaitlistStore } from '#adapters/dynamodb/waitlist.ts';
import { createNoticeQueue } from '#adapters/sqs/notice-queue.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { callableFrom } from '#domain/conversations/outbound/quiet-hours.ts';
import { TimeFreed } from '#domain/messages/time-freed.ts';
import { createScheduling } from '#domain/scheduling/create-scheduling.ts';
import { offersByText } from '#domain/scheduling/waitlist/offers-by-text.ts';
import { taskHandler } from '#lambdas/task.ts';
import { offerFreedTime } from './offer-freed-time.ts';

const Env = z.object({ CORE_TABLE: z.string(), AUDIT_TABLE: z.string(), NOTICES_QUEUE_URL: z.string() });
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
const client = createDynamoDb();
const core = openTable(client, env.CORE_TABLE);
const audit = openTable(client, env.AUDIT_TABLE);
const calendar = createCalendar({ core, audit });
const log = createJsonLog();

export const handler = taskHandler(
  log,
  TimeFreed,
  offerFreedTime({
    clinics: createClinicStore(core),
    scheduling: createScheduling({ calendar, appointments: createAppointmentStore(core), clock }),
    calendar,
    waitlist: createWaitlistStore({ core, audit }),
    sender: offersByText({
      notices: createNoticeQueue(env.NOTICES_QUEUE_URL),
      suppressions: createSuppressionList({ core, audit }, clock),
      callableFrom,
    }),
    clock,
    log,
  }),
);
