import * as z from 'zod';
import { createCalendar } from '#adapters/dynamodb/calendar.ts';
import { createClinicDirectory } from '#adapters/dynamodb/clinic-directory.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { taskHandler } from '#lambdas/task.ts';
import { tendCalendars } from './tend-calendars.ts';

const Env = z.object({ CORE_TABLE: z.string(), ROUTING_TABLE: z.string(), AUDIT_TABLE: z.string() });
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
const client = createDynamoDb();
const log = createJsonLog();

export const handler = taskHandler(
  log,
  z.unknown(),
  tendCalendars({
    directory: createClinicDirectory(openTable(client, env.ROUTING_TABLE)),
    calendar: createCalendar({ core: openTable(client, env.CORE_TABLE), audit: openTable(client, env.AUDIT_TABLE) }),
    log,
  }),
);
