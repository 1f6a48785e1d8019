import { readForm } from '#adapters/twilio/form.ts';
import { type IncomingMessage, readTwilioMessage } from '#adapters/twilio/message-event.ts';
import type { ClinicProfile, ClinicStore } from '#domain/clinics/clinic-store.ts';
import { shownPhone } from '#domain/clinics/numbers/shown-phone.ts';
import { answerableAs } from '#domain/clinics/numbers/writable-number.ts';
import type { Clock } from '#domain/clock.ts';
import type { DialogueStore } from '#domain/conversations/dialogue.ts';
import type { EventInbox } from '#domain/conversations/event-inbox.ts';
import { mayBeInDanger } from '#domain/conversations/judge-emergency.ts';
import type { Talk } from '#domain/conversations/talk/talk.ts';
import type { answerWritten } from '#domain/conversations/texting/answer-written.ts';
import { optWordOf } from '#domain/conversations/texting/opt-words.ts';
import type { IncomingTexts } from '#domain/conversations/texting/incoming-texts.ts';
import type { openWritten } from '#domain/conversations/texting/open-written.ts';
import type { RepliesAbroad } from '#domain/conversations/texting/replies-abroad.ts';
import { plainTypography, withinParts } from '#domain/conversations/texting/sms-text.ts';
import { textingWordsOf } from '#domain/conversations/texting/words/words.ts';
import type { MessageReceived } from '#domain/messages/notice.ts';
import type { ClinicDirectory } from '#domain/routing/clinic-directory.ts';
import { type WriteDeps, writeTo } from '#lambdas/notifications/tell-patient.ts';
import { heedStop } from './heed-stop.ts';

interface Deps extends WriteDeps {
  inbox: Pick<EventInbox, 'load' | 'settle'>;
  directory: Pick<ClinicDirectory, 'find' | 'claimSession'>;
  clinics: Pick<ClinicStore, 'profile'>;
  open: ReturnType<typeof openWritten>;
  answer: ReturnType<typeof answerWritten>;
  incoming: IncomingTexts;
  repliesAbroad: RepliesAbroad;
  dialogues: Pick<DialogueStore, 'get'>;
  /** Books a time that was offered by SMS, where the message says yes to one; answers what to tell. */
  accept(clinic: ClinicProfile, talk: Talk, message: IncomingMessage): Promise<string | undefined>;
  clock: Clock;
}

/** What was written so long ago is not answered any more: its writer has turned elsewhere. */
const staleMs = 12 * 60 * 60 * 1000;

/**
 * Answers a message that was written to a clinic's number, with the dialogue and its tools. Done again it finds what it
 * answered before; the patient is written to once. What comes from a number that may not be written to is not answered, and
 * stands in its conversation, so that the clinic reads it.
 */
export function answerMessage(deps: Deps) {
  const { inbox, directory, clinics, open, answer, incoming, repliesAbroad, dialogues, accept, clock, log } = deps;
  const write = writeTo(deps);
  const stop = heedStop(deps);

  /** Whether its writer gets no reply, because somebody else may earn by it. By WhatsApp nobody does. */
  async function isUnanswerable(clinic: ClinicProfile, { channel, from }: IncomingMessage): Promise<boolean> {
    const as = channel === 'whatsapp' ? 'any-other' : answerableAs(from, clinic);
    const isTooMany = as === 'abroad' && (await repliesAbroad.count(clinic.id)) === 'too-many';
    if (as !== 'nobody' && !isTooMany) return false;
    log.info('text.suppressed', { clinicId: clinic.id, reason: isTooMany ? 'too-many-abroad' : 'number-type' });
    return true;
  }

  /** What a rule answers in place of a model; empty where the message only stands in its conversation. */
  async function readyFor(clinic: ClinicProfile, talk: Talk, message: IncomingMessage): Promise<string | undefined> {
    if (await isUnanswerable(clinic, message)) return '';
    // Whoever was asked whether they are in danger has answered that, whatever else a 1 would mean.
    const isAsked = mayBeInDanger(await dialogues.get(clinic.id, talk.conversationId));
    return isAsked ? undefined : accept(clinic, talk, message);
  }

  async function replyTo(clinic: ClinicProfile, talk: Talk, message: IncomingMessage): Promise<string> {
    const { conversationId, language } = talk;
    const { messageSid: name, text } = message;
    const taken = await incoming.take(clinic.id, { conversationId, name });
    if (taken.state === 'answered') return taken.reply;
    const begunAtMs = taken.state === 'begun' ? taken.sinceMs : undefined;
    const ready = await readyFor(clinic, talk, message);
    const answered = await answer(clinic.id, conversationId, text, begunAtMs, ready);
    if (answered.outcome === 'superseded') throw new Error('the conversation is in other hands');
    // Whoever sends pictures one after the other is told once.
    if (answered.outcome === 'answered' && (answered.text || !text)) return answered.text;
    return ready ?? textingWordsOf(language).tryAgain(shownPhone(clinic));
  }

  return async ({ eventKey }: MessageReceived): Promise<void> => {
    const stored = await inbox.load(eventKey);
    if (!stored) throw new Error('a notice tells of a message that was never stored');
    const { event, rawBody } = stored;
    // Answered, looked at, or put aside before.
    if (event.state !== 'received') return;
    const message = readTwilioMessage(readForm(rawBody));
    if (message?.kind !== 'incoming') throw new Error('a stored message cannot be read');
    const { number } = await directory.find({ number: message.to });
    if (!number?.clinicId) return inbox.settle(event, 'quarantined', { reason: 'unknown_number' });
    // It counted when it came, unless the number was nobody's then.
    if (optWordOf(message.text, message.optOutType) === 'stop') {
      await stop(number.clinicId, message);
      return inbox.settle(event, 'merged', { clinicId: number.clinicId });
    }
    const clinic = await clinics.profile(number.clinicId);
    if (clinic?.status !== 'active') return inbox.settle(event, 'quarantined', { reason: 'clinic_suspended' });
    const { id: clinicId } = clinic;
    const isOff = message.channel === 'whatsapp' ? !clinic.texting.whatsapp : !clinic.texting.sms;
    const isStale = clock.now() - event.receivedAt > staleMs;
    const isRefused = (await deps.suppressions.refusedBy(clinicId, message.from)).has('messages');
    if (isOff || isStale || isRefused) {
      log.info('text.suppressed', { clinicId, eventKey, reason: isOff ? 'off' : isStale ? 'stale' : 'refused' });
      return inbox.settle(event, 'dismissed', { clinicId, reason: isOff ? 'off' : isStale ? 'stale' : 'refused' });
    }

    const opened = await open(
      clinic,
      {
        channel: message.channel,
        number: message.from,
        clinicNumber: message.to,
        ...(number.language && { language: number.language }),
      },
      (conversationId, routedBy) => directory.claimSession(clinicId, conversationId, routedBy, clock.now()),
    );
    if (opened.outcome === 'over') return inbox.settle(event, 'dismissed', { clinicId, reason: 'too-many' });
    const { talk } = opened;
    const { conversationId } = talk;
    const reply = await replyTo(clinic, talk, message);
    await incoming.answered(clinicId, { conversationId, name: message.messageSid }, reply);
    if (reply) {
      await write(clinic, {
        channel: message.channel,
        to: message.from,
        from: message.to,
        name: `reply#${message.messageSid}`,
        body: withinParts(plainTypography(reply)),
      });
    }
    await inbox.settle(event, 'merged', { clinicId });
    log.info('message.answered', { clinicId, conversationId, eventKey });
  };
}
