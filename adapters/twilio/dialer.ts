import * as z from 'zod';
import { type Dialer, NotDialled } from '#domain/conversations/outbound/dialer.ts';
import { type OutboundCallId, twilioConversationId } from '#domain/ids.ts';
import { authorizationOf, neverArrived } from './rest.ts';
import type { TwilioAccount } from './secret.ts';

export interface TwilioDialerOptions {
  /** Such as `https://api.twilio.com`. */
  baseUrl: string;
  /** Read for each use, so that a rotated key is taken up. */
  account(): Promise<TwilioAccount>;
  /** Asked what to do once somebody answers, and which call of ours it is. */
  answerUrl(callId: OutboundCallId): string;
  /** Told how far the call is, which call of ours it is, and whether a machine answered. */
  statusUrl(callId: OutboundCallId): string;
  timeoutMs?: number;
}

const Placed = z.object({ sid: z.string() });
const Refused = z.object({ code: z.number().optional() });

/** Longer than this only machines let it ring. */
const ringSeconds = 25;
/** Of a talk we began; whoever wants to say more calls the clinic. */
const longestSeconds = 30 * 60;

/**
 * Calls by Twilio's REST API, asked once: no retry of any kind, for each answer that was lost may have made a telephone
 * ring. Which call it is, the addresses it asks and tells say, because it may do so before we have an answer, or without one.
 */
export function createTwilioDialer({
  baseUrl,
  account,
  answerUrl,
  statusUrl,
  timeoutMs = 10_000,
}: TwilioDialerOptions): Dialer {
  return {
    async dial({ clinic, callId, from, to }) {
      const keys = await account();
      const form = new URLSearchParams({
        To: to,
        From: from,
        Url: answerUrl(callId),
        Method: 'POST',
        StatusCallback: statusUrl(callId),
        StatusCallbackMethod: 'POST',
        Timeout: String(ringSeconds),
        TimeLimit: String(longestSeconds),
        // The words for a machine come after its beep; where there are none, the sooner it is known the better.
        MachineDetection: clinic.outbound.voicemail === 'message' ? 'DetectMessageEnd' : 'Enable',
        AsyncAmd: 'true',
        AsyncAmdStatusCallback: statusUrl(callId),
        AsyncAmdStatusCallbackMethod: 'POST',
      });
      for (const event of ['initiated', 'ringing', 'answered', 'completed']) form.append('StatusCallbackEvent', event);
      let answer: Response;
      try {
        answer = await fetch(`${baseUrl}/2010-04-01/Accounts/${keys.accountSid}/Calls.json`, {
          method: 'POST',
          headers: { authorization: authorizationOf(keys) },
          body: form,
          redirect: 'manual',
          signal: AbortSignal.timeout(timeoutMs),
        });
      } catch (cause) {
        if (neverArrived(cause)) throw new NotDialled('Twilio cannot be reached', { cause });
        throw cause;
      }
      if (answer.status === 429) throw new NotDialled('Twilio is too busy');
      // Our key, not this call: it can be placed once that is mended.
      if (answer.status === 401 || answer.status === 403) throw new NotDialled('Twilio refuses our key');
      if (answer.status >= 500) throw new Error('Twilio failed, and may have dialled');
      const body: unknown = await answer.json();
      if (!answer.ok) return { outcome: 'refused', reason: `twilio-${Refused.parse(body).code ?? answer.status}` };
      return { outcome: 'placed', conversationId: twilioConversationId(Placed.parse(body).sid) };
    },
  };
}
