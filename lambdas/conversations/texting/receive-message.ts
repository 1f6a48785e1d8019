import type { TwilioForm } from '#adapters/twilio/form.ts';
import { type IncomingMessage, readTwilioMessage, type TwilioMessage } from '#adapters/twilio/message-event.ts';
import type { TwilioSecret } from '#adapters/twilio/secret.ts';
import type { SuppressionList } from '#domain/clinics/suppression-list.ts';
import type { Clock } from '#domain/clock.ts';
import type { EventInbox } from '#domain/conversations/event-inbox.ts';
import { maskNumber } from '#domain/conversations/mask-number.ts';
import { optWordOf } from '#domain/conversations/texting/opt-words.ts';
import type { ClinicId } from '#domain/ids.ts';
import type { Log } from '#domain/log.ts';
import type { Notices } from '#domain/messages/notice.ts';
import type { ClinicDirectory } from '#domain/routing/clinic-directory.ts';
import { errorAnswer, type HttpAnswer, type HttpRequest } from '#lambdas/http.ts';
import { keepPoison } from '#lambdas/keep-poison.ts';
import { twilioRequests, twimlAnswer } from '#lambdas/twilio-request.ts';
import { twilioPaths } from '#lambdas/twilio-urls.ts';
import { heedStop } from './heed-stop.ts';
import { messageNotice } from './message-notice.ts';

interface Deps {
  twilio: Pick<TwilioSecret, 'tokens' | 'refreshedTokens'>;
  apiUrl: string;
  inbox: EventInbox;
  directory: Pick<ClinicDirectory, 'find'>;
  suppressions: SuppressionList;
  notices: Notices;
  clock: Clock;
  log: Log;
}

/** What we say by ourselves comes later: a model thinks longer than Twilio waits. */
const nothingToSay = twimlAnswer('<?xml version="1.0" encoding="UTF-8"?><Response/>');

/**
 * Takes in what is written to a clinic's number: verified, stored once, queued by who wrote, answered with nothing. That
 * somebody wants no more messages counts before this answers, whatever else is switched on, and is not replied to:
 * Twilio says what there is to say.
 */
export function receiveMessage(deps: Deps) {
  const { inbox, directory, suppressions, notices, clock, log } = deps;
  const authenticate = twilioRequests(deps);
  const poison = keepPoison(deps, 'twilio');
  const stop = heedStop(deps);

  /** @returns whether there is nothing more to do */
  async function heedOptWord(message: IncomingMessage, clinicId: ClinicId): Promise<boolean> {
    const word = optWordOf(message.text, message.optOutType);
    if (word === 'stop') {
      await stop(clinicId, message);
      return true;
    }
    if (word === 'start') {
      const by = { actorType: 'user', actorId: 'sender', requestId: message.messageSid } as const;
      await suppressions.allow(clinicId, message.from, ['messages'], by);
      log.info('contact.allowed', { clinicId });
      // Twilio has welcomed them back; where it has not, ours is a word like any other.
      return message.optOutType !== undefined;
    }
    return word === 'help';
  }

  async function takeIncoming(message: IncomingMessage, { rawBody }: HttpRequest): Promise<HttpAnswer> {
    const eventKey = `twilio|message|${message.messageSid}`;
    const { number } = await directory.find({ number: message.to });
    const clinicId = number?.clinicId;
    const isDone = clinicId !== undefined && (await heedOptWord(message, clinicId));
    const stored = await inbox.store(
      {
        eventKey,
        provider: 'twilio',
        eventType: 'message',
        state: clinicId === undefined ? 'quarantined' : isDone ? 'merged' : 'received',
        ...(clinicId === undefined && { reason: number?.released ? 'inactive_number' : 'unknown_number' }),
        ...(clinicId && { clinicId }),
        maskedNumber: maskNumber(message.to),
        receivedAt: clock.now(),
        source: 'webhook',
      },
      rawBody,
    );
    if (stored.outcome === 'stored' && clinicId === undefined) {
      log.error('event.quarantined', { eventKey, reason: 'unknown_number' });
    } else if (stored.outcome === 'duplicate') log.info('event.duplicate', { eventKey });
    const isWaiting = stored.outcome === 'stored' ? clinicId !== undefined && !isDone : stored.state === 'received';
    if (isWaiting) await notices.tell(messageNotice(eventKey, message));
    if (stored.outcome === 'stored') log.info('event.received', { eventKey, eventType: 'message' });
    return nothingToSay;
  }

  /** What became of a message of ours; of a number that blocked us we take note. */
  async function takeStatus(message: Status): Promise<HttpAnswer> {
    const isLost = message.status === 'failed' || message.status === 'undelivered';
    if (!isLost) return { status: 204 };
    const { number } = message.from ? await directory.find({ number: message.from }) : {};
    const clinicId = number?.clinicId;
    log.warn('text.undelivered', {
      ...(clinicId && { clinicId }),
      reason: String(message.errorCode ?? message.status),
    });
    if (clinicId && message.errorCode === optedOut) {
      await suppressions.refuse(clinicId, message.to, ['messages'], {
        actorType: 'provider',
        actorId: 'twilio',
        requestId: message.messageSid,
      });
    }
    return { status: 204 };
  }

  return async (request: HttpRequest): Promise<HttpAnswer> => {
    const isStatus = request.route?.endsWith(twilioPaths.messageStatus);
    const checked = await authenticate(request, isStatus ? twilioPaths.messageStatus : twilioPaths.incomingMessage);
    if (!checked.authentic) return checked.answer;
    const message = readTwilioMessage(checked.form as TwilioForm);
    if (!message || (message.kind === 'status') !== isStatus) {
      await poison('unreadable', request.rawBody);
      return errorAnswer(
        400,
        'unreadable-message',
        'The form is no message of Twilio: it needs MessageSid, From and To.',
      );
    }
    return message.kind === 'status' ? takeStatus(message) : takeIncoming(message, request);
  };
}

type Status = Extract<TwilioMessage, { kind: 'status' }>;

/** Attempt to send to somebody who asked for no more. */
const optedOut = 21_610;
