import * as z from 'zod';
import { createClinicStore } from '#adapters/dynamodb/clinics.ts';
import { createDeliveries } from '#adapters/dynamodb/deliveries.ts';
import { createLinkStore } from '#adapters/dynamodb/links.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { queueHandler } from '#lambdas/queue.ts';
import { isSetUpNotice, recordEmailEvent, SesEvent } from './record-email-event.ts';

const Env = z.object({ CORE_TABLE: z.string(), ROUTING_TABLE: z.string() });
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
const log = createJsonLog();
const dynamo = createDynamoDb();
const core = openTable(dynamo, env.CORE_TABLE);
const links = createLinkStore(openTable(dynamo, env.ROUTING_TABLE));

export const handler = queueHandler(
  log,
  SesEvent,
  recordEmailEvent({ clinics: createClinicStore(core), deliveries: createDeliveries(core, clock), links, clock, log }),
  { isNoMessage: isSetUpNotice },
);
