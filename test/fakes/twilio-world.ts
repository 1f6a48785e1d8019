import type { Clinic } from '#domain/clinics/clinic.ts';
import type { ClinicStore } from '#domain/clinics/clinic-store.ts';
import type { Talk } from '#domain/conversations/talk/talk.ts';
import type { HttpAnswer } from '#lambdas/http.ts';
import { answerTwilioCall } from '#lambdas/routing/answer-twilio-call.ts';
import { continueTwilioCall } from '#lambdas/routing/continue-twilio-call.ts';
import type * as z from 'zod';
import { inMemoryActs } from './acts.ts';
import { clinicProfile } from './clinic.ts';
import { standingClock } from './clock.ts';
import { cotonou } from './conversation.ts';
import { inMemoryConversations } from './conversations.ts';
import { inMemoryDialogues } from './dialogues.ts';
import { inMemoryDirectory, type Mapping } from './directory.ts';
import { inMemoryInbox } from './inbox.ts';
import { inMemoryInstructions } from './instructions.ts';
import { rememberedLog } from './log.ts';
import { aCallSid, aTalkId } from './talk.ts';
import { inMemoryTalks } from './talks.ts';
import { inMemoryOutboundCalls } from './outbound.ts';
import { apiUrl, knownTwilio, signedForm, voiceUrl } from './twilio-requests.ts';

export const ringPath = '/api/twilio/incoming-call';
export const afterPath = '/api/twilio/after-stream';

/** What Twilio says of a call to the clinic. */
export const ringForm = (changes: Record<string, string> = {}): Record<string, string> => ({
  CallSid: aCallSid,
  CallStatus: 'ringing',
  Direction: 'inbound',
  From: '+12025550117',
  To: '+12025550142',
  FromCity: '',
  ...changes,
});

/** The functions around a Twilio call, on stores in memory that can be switched off. */
export function twilioWorld({
  mapping = { numbers: { '+12025550142': cotonou } } as Mapping,
  clinic = {} as Partial<z.input<typeof Clinic>>,
} = {}) {
  const clock = standingClock();
  const log = rememberedLog();
  const inbox = inMemoryInbox();
  const talks = inMemoryTalks();
  const conversations = inMemoryConversations();
  const dialogues = inMemoryDialogues();
  const acts = inMemoryActs(conversations);
  const instructions = inMemoryInstructions(clock);
  const profile = clinicProfile(clinic);
  const directory = inMemoryDirectory(mapping);
  const clinics: Pick<ClinicStore, 'profile'> = { profile: async (id) => (id === profile.id ? profile : undefined) };
  const failing = { reads: false, writes: false };

  const switched = <T extends object>(target: T, which: keyof typeof failing): T =>
    new Proxy(target, {
      get(object, name) {
        const member: unknown = Reflect.get(object, name);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          if (failing[which]) throw new Error('the store does not answer');
          return (await member.apply(object, args)) as unknown;
        };
      },
    });
  const shared = {
    twilio: knownTwilio,
    directory: switched(directory, 'reads'),
    clinics: switched(clinics, 'reads'),
    talks: switched(talks, 'writes'),
    conversations: switched(conversations, 'writes'),
    clock,
    log,
    apiUrl,
    voiceUrl,
  };
  const outboundCalls = inMemoryOutboundCalls();
  const answer = answerTwilioCall({ ...shared, outboundCalls: switched(outboundCalls, 'reads'), inbox, instructions });
  const goOn = continueTwilioCall({ ...shared, dialogues, acts });

  return {
    clock,
    log,
    inbox,
    talks,
    conversations,
    dialogues,
    acts,
    instructions,
    directory,
    outboundCalls,
    failing,
    profile,
    answer,
    goOn,
    ring: (changes: Record<string, string> = {}, rawQuery = '') =>
      answer(signedForm(ringPath, ringForm(changes), { rawQuery })),
    /** Twilio asks what comes next. */
    next: (changes: Record<string, string> = {}, rawQuery = '') =>
      goOn(signedForm(afterPath, ringForm({ CallStatus: 'in-progress', ...changes }), { rawQuery })),
    /** What the voice service does with a talk. */
    change: (changes: Partial<Talk>) => talks.change(cotonou, aTalkId, (current) => ({ ...current, ...changes })),
    talk: () => talks.all()[0] as Talk,
  };
}

/** The TwiML of an answer. */
export function twimlOf({ status, text }: HttpAnswer): string {
  expect({ status, type: text?.type }).toEqual({ status: 200, type: 'text/xml; charset=utf-8' });
  return text?.content.replace('<?xml version="1.0" encoding="UTF-8"?>', '') ?? '';
}

/** The token of the stream it connects. */
export const tokenIn = (twiml: string): string => /<Parameter name="token" value="([^"]+)"\/>/.exec(twiml)?.[1] ?? '';
