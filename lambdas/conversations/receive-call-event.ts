import { RetellWebhook } from '#adapters/retell/call-event.ts';
import type { Secret } from '#adapters/secrets/secret.ts';
import { errorAnswer, type HttpAnswer, type HttpRequest } from '#lambdas/http.ts';
import { keepPoison } from '#lambdas/keep-poison.ts';
import type { ClinicKeys } from '#lambdas/clinic-keys.ts';
import { retellRequests } from '#lambdas/retell-request.ts';
import type { Clock } from '#domain/clock.ts';
import type { CallEventQueue } from '#domain/conversations/call-event-queue.ts';
import type { EventInbox } from '#domain/conversations/event-inbox.ts';
import type { Log } from '#domain/log.ts';
import { storeRetellEvent } from './store-retell-event.ts';

/** Five megabytes, the most a conversation of an hour comes to with room to spare. */
const largestBytes = 5_000_000;

interface Deps {
  retellKey: Secret;
  clinicKeys: ClinicKeys;
  inbox: EventInbox;
  queue: CallEventQueue;
  clock: Clock;
  log: Log;
}

/**
 * Takes a Retell event in: verified, stored once, queued by its key, answered. The same event again changes nothing;
 * one that was stored and perhaps never queued is queued. Whose it is and what it says is for later.
 */
export function receiveCallEvent({ retellKey, clinicKeys, inbox, queue, clock, log }: Deps) {
  const authenticate = retellRequests({ key: retellKey, clinicKeys, clock, log });
  const store = storeRetellEvent({ inbox, queue, clock, log });
  const poison = keepPoison({ inbox, clock, log }, 'retell');

  return async (request: HttpRequest): Promise<HttpAnswer> => {
    const checked = await authenticate(request, largestBytes);
    if (!checked.authentic) return checked.answer;
    const { rawBody } = request;
    const parsed = RetellWebhook.safeParse(checked.body);
    if (!parsed.success) {
      await poison('unreadable', rawBody);
      return errorAnswer(
        400,
        'unreadable-event',
        'The body is not a Retell event: it needs "event" and a "call" with call_id or a "chat" with chat_id.',
      );
    }

    const from = { source: 'webhook' as const, ...(checked.signedFor && { clinicId: checked.signedFor }) };
    await store(parsed.data, rawBody, from);
    return { status: 204 };
  };
}
