import * as z from 'zod';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { httpHandler } from '#lambdas/http.ts';
import { describeApi } from './describe-api.ts';

const Env = z.object({});
export type Env = z.infer<typeof Env>;

export const handler = httpHandler(createJsonLog(), describeApi());
