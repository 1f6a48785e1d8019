import * as z from 'zod';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { httpHandler } from '#lambdas/http.ts';
import { reportHealth } from './report-health.ts';

const Env = z.object({});
export type Env = z.infer<typeof Env>;

export const handler = httpHandler(createJsonLog(), reportHealth());
