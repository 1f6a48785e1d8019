import * as z from 'zod';
import { createCalendar } from '#adapters/dynamodb/calendar.ts';
import { createClinicStore } from '#adapters/dynamodb/clinics.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createWaitlistStore } from '#adapters/dynamodb/waitlist.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { OfferRanOut } from '#domain/messages/time-freed.ts';
import { taskHandler } from '#lambdas/task.ts';
import { settleOffer } from './settle-offer.ts';

const Env = z.object({ CORE_TABLE: z.string(), AUDIT_TABLE: z.string() });
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
const client = createDynamoDb();
const core = openTable(client, env.CORE_TABLE);
const audit = openTable(client, env.AUDIT_TABLE);
const log = createJsonLog();

export const handler = taskHandler(
  log,
  OfferRanOut,
  settleOffer({
    clinics: createClinicStore(core),
    calendar: createCalendar({ core, audit }),
    waitlist: createWaitlistStore({ core, audit }),
    clock,
    log,
  }),
);
