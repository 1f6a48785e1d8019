import middy from '@middy/core';
import type * as z from 'zod';
import { TalkNotFinished } from '#domain/conversations/talk/end/talk-not-finished.ts';
import { errorFields, type Log } from '#domain/log.ts';
import { DeliveryInFlight } from '#domain/notifications/deliveries.ts';
import { PurchaseInFlight } from '#domain/onboarding/onboarding.ts';
import { idsOf } from './ids-of.ts';

const foreseen = [DeliveryInFlight, TalkNotFinished, PurchaseInFlight];

/**
 * The door of a workflow step or a schedule: input parsed, the answer handed back. A fault is logged by class and
 * thrown with its name, by which the workflow decides whether to try again.
 */
export function taskHandler<T, R>(log: Log, schema: z.ZodType<T>, work: (input: T) => Promise<R>) {
  return middy<unknown, R>()
    .use({
      onError: (request) => {
        // A wait that was foreseen is no fault: the workflow comes back when it must be over.
        if (foreseen.some((wait) => request.error instanceof wait)) return;
        log.error('request.failed', { route: 'task', ...idsOf(request.event), ...errorFields(request.error) });
      },
    })
    .handler(async (input) => work(schema.parse(input)));
}
