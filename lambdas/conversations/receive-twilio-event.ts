import {
  answererOf,
  clinicNumberOf,
  eventKeyOf,
  isMerged,
  isOverState,
  readTwilioEvent,
  type TwilioEvent,
} from '#adapters/twilio/call-event.ts';
import type { TwilioCalls } from '#adapters/twilio/calls.ts';
import type { TwilioSecret } from '#adapters/twilio/secret.ts';
import { errorAnswer, type HttpAnswer, type HttpRequest } from '#lambdas/http.ts';
import { keepPoison } from '#lambdas/keep-poison.ts';
import { twilioRequests } from '#lambdas/twilio-request.ts';
import { callQuery, machineQuery, twilioPaths } from '#lambdas/twilio-urls.ts';
import type { Clock } from '#domain/clock.ts';
import type { CallEventQueue } from '#domain/conversations/call-event-queue.ts';
import type { EventInbox } from '#domain/conversations/event-inbox.ts';
import { maskNumber } from '#domain/conversations/mask-number.ts';
import type { Talk, TalkStore } from '#domain/conversations/talk/talk.ts';
import { OutboundCallId, twilioConversationId } from '#domain/ids.ts';
import { errorFields, type Log } from '#domain/log.ts';
import type { ClinicDirectory } from '#domain/routing/clinic-directory.ts';

interface Deps {
  twilio: Pick<TwilioSecret, 'tokens' | 'refreshedTokens'>;
  apiUrl: string;
  inbox: EventInbox;
  queue: CallEventQueue;
  directory: Pick<ClinicDirectory, 'find'>;
  talks: Pick<TalkStore, 'get'>;
  calls: Pick<TwilioCalls, 'fetch' | 'redirect'>;
  clock: Clock;
  log: Log;
}

/**
 * Takes in what Twilio tells of a call, its recording or its stream: verified, stored once, queued by its key, answered.
 * A stream that broke in the middle of a talk is gone on with at once, for Twilio may not ask what comes next; a call that
 * a machine answered goes where it is told what the clinic has to say to machines.
 */
export function receiveTwilioEvent(deps: Deps) {
  const { apiUrl, inbox, queue, directory, talks, calls, clock, log } = deps;
  const authenticate = twilioRequests(deps);
  const poison = keepPoison(deps, 'twilio');

  async function take(event: TwilioEvent, { headers, query, rawBody }: HttpRequest): Promise<void> {
    const { eventType, callSid } = event;
    const conversationId = twilioConversationId(callSid);
    const eventKey = eventKeyOf(event, headers['i-twilio-idempotency-token']);
    const merged = isMerged(event);
    const clinicNumber = clinicNumberOf(event);
    const { data: outboundCallId } = OutboundCallId.safeParse(query[callQuery]);
    const stored = await inbox.store(
      {
        eventKey,
        provider: 'twilio',
        eventType,
        conversationId,
        state: merged ? 'received' : 'ignored',
        maskedNumber: clinicNumber && maskNumber(clinicNumber),
        ...(outboundCallId && { outboundCallId }),
        receivedAt: clock.now(),
        source: 'webhook',
      },
      rawBody,
    );
    if (!merged) {
      log.info('event.ignored', { conversationId, eventKey });
      return;
    }
    if (stored.outcome === 'duplicate') log.info('event.duplicate', { conversationId, eventKey });
    if (stored.outcome === 'stored' || stored.state === 'received') await queue.publish({ eventKey, conversationId });
    if (stored.outcome === 'stored') log.info('event.received', { conversationId, eventKey, eventType });
    if (event.kind === 'recording' && stored.outcome === 'stored') log.info('recording.kept', { conversationId });
  }

  /** Sends a call whose stream broke where it is told what comes next, if it still needs to be told. */
  async function mendStream({ callSid, form: { Timestamp } }: TwilioEvent): Promise<void> {
    const conversationId = twilioConversationId(callSid);
    try {
      const { session } = await directory.find({ conversationId });
      if (!session) return;
      const call = await calls.fetch(callSid);
      if (!call || isOverState(call.status)) return;
      // Read last: Twilio may be asking by itself at this moment, and once is enough.
      const talk = await talks.get(session.clinicId, conversationId);
      if (!talk || !isBroken(talk, Date.parse(Timestamp ?? ''))) return;
      log.warn('stream.broken', { clinicId: session.clinicId, conversationId, attempt: talk.breaks });
      await calls.redirect(callSid, `${apiUrl}${twilioPaths.afterStream}`);
    } catch (error) {
      log.error('request.failed', { route: 'stream-error', conversationId, ...errorFields(error) });
    }
  }

  /** A machine answered a call of ours: it is talked to no longer, but told what the clinic has to say to it. */
  async function leaveToMachine({ callSid }: TwilioEvent): Promise<void> {
    const conversationId = twilioConversationId(callSid);
    try {
      const done = await calls.redirect(callSid, `${apiUrl}${twilioPaths.afterStream}?${machineQuery}=1`);
      if (done === 'done') log.info('voicemail.answered', { conversationId });
    } catch (error) {
      log.error('request.failed', { route: 'machine', conversationId, ...errorFields(error) });
    }
  }

  return async (request: HttpRequest): Promise<HttpAnswer> => {
    const isRecording = request.route?.endsWith(twilioPaths.recordingStatus);
    const path = isRecording ? twilioPaths.recordingStatus : twilioPaths.callStatus;
    const checked = await authenticate(request, path);
    if (!checked.authentic) return checked.answer;
    const event = readTwilioEvent(checked.form);
    if (!event) {
      await poison('unreadable', request.rawBody);
      return errorAnswer(
        400,
        'unreadable-event',
        'The form is no status callback of Twilio: it needs CallSid and a state.',
      );
    }
    // First, for a caller listens to silence.
    if (event.eventType === 'stream-error') await mendStream(event);
    if (event.kind === 'machine' && answererOf(event.form.AnsweredBy) === 'machine') await leaveToMachine(event);
    await take(event, request);
    return { status: 204 };
  };
}

/** Whether a talk waits for somebody to go on with it: no end on record, and no new stream begun since it broke. */
function isBroken({ ending, finishedAtMs, streamGivenAtMs }: Talk, brokeAtMs: number): boolean {
  if (ending || finishedAtMs !== undefined) return false;
  return streamGivenAtMs === undefined || Number.isNaN(brokeAtMs) || streamGivenAtMs <= brokeAtMs;
}
