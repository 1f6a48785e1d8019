import * as z from 'zod';
import { createAppointmentStore } from '#adapters/dynamodb/appointments.ts';
import { createClinicDirectory } from '#adapters/dynamodb/clinic-directory.ts';
import { createReminderSweeps } from '#adapters/dynamodb/reminders.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { createNoticeQueue } from '#adapters/sqs/notice-queue.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { taskHandler } from '#lambdas/task.ts';
import { sweepReminders } from './sweep-reminders.ts';

const Env = z.object({ CORE_TABLE: z.string(), ROUTING_TABLE: z.string(), NOTICES_QUEUE_URL: z.string() });
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
const client = createDynamoDb();
const core = openTable(client, env.CORE_TABLE);
const log = createJsonLog();

export const handler = taskHandler(
  log,
  z.unknown(),
  sweepReminders({
    directory: createClinicDirectory(openTable(client, env.ROUTING_TABLE)),
    appointments: createAppointmentStore(core),
    reminders: createReminderSweeps(core, clock),
    notices: createNoticeQueue(env.NOTICES_QUEUE_URL),
    clock,
    log,
  }),
);
