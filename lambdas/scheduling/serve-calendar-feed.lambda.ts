import * as z from 'zod';
import { createAppointmentStore } from '#adapters/dynamodb/appointments.ts';
import { createBlockList } from '#adapters/dynamodb/calendar-blocks.ts';
import { createFeedLookup } from '#adapters/dynamodb/calendar-feeds.ts';
import { createClinicStore } from '#adapters/dynamodb/clinics.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { httpHandler } from '#lambdas/http.ts';
import { serveCalendarFeed } from './serve-calendar-feed.ts';

const Env = z.object({ CORE_TABLE: z.string(), ROUTING_TABLE: z.string() });
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
const log = createJsonLog();
const client = createDynamoDb();
const core = openTable(client, env.CORE_TABLE);

export const handler = httpHandler(
  log,
  serveCalendarFeed({
    feeds: createFeedLookup(openTable(client, env.ROUTING_TABLE)),
    clinics: createClinicStore(core),
    appointments: createAppointmentStore(core),
    calendar: createBlockList(core),
    clock,
    log,
  }),
);
