import type { CallSource, FetchedCall } from '#domain/conversations/call-source.ts';
import { isOverState } from './call-event.ts';
import type { TwilioCalls } from './calls.ts';

/** Twilio's own record of calls. It has no analysis: ours is made from what was said. */
export function createTwilioCallSource(calls: Pick<TwilioCalls, 'fetch'>): CallSource {
  return {
    async fetch({ providerId }) {
      const call = await calls.fetch(providerId);
      if (!call) return undefined;
      return asCallback(call.status, {
        CallSid: providerId,
        Direction: call.direction,
        From: call.from,
        To: call.to,
        Timestamp: (call.endTime ?? call.startTime)?.toUTCString(),
        CallDuration: call.duration,
      });
    },

    asLost({ providerId, direction, fromNumber, toNumber }) {
      const word = direction && { inbound: 'inbound', outbound: 'outbound-api' }[direction];
      return asCallback('failed', { CallSid: providerId, Direction: word, From: fromNumber, To: toNumber });
    },
  };
}

/** The status callback Twilio would have sent. */
function asCallback(status: string, fields: Record<string, string | undefined>): FetchedCall {
  const known = Object.entries(fields).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const form = new URLSearchParams([...known, ['CallStatus', status]]);
  return {
    eventType: `call-${status.replace(/[^A-Za-z-]/g, '?')}`,
    analyzed: false,
    over: isOverState(status),
    rawBody: Buffer.from(form.toString()),
  };
}
