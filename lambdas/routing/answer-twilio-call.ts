import { createHash } from 'node:crypto';
import type { TwilioSecret } from '#adapters/twilio/secret.ts';
import { connectStream, hangUp, redirectTo, type Spoken, transfer } from '#adapters/twilio/twiml.ts';
import { parseVoiceRequest, type VoiceRequest } from '#adapters/twilio/voice-request.ts';
import type { HttpAnswer, HttpRequest } from '#lambdas/http.ts';
import { keepPoison } from '#lambdas/keep-poison.ts';
import { sayAndHangUp, twilioRequests, twimlAnswer } from '#lambdas/twilio-request.ts';
import { callQuery, streamUrls, type TwilioAddresses, twilioPaths } from '#lambdas/twilio-urls.ts';
import type { Clock } from '#domain/clock.ts';
import type { ClinicStore } from '#domain/clinics/clinic-store.ts';
import { lineOpen } from '#domain/clinics/numbers/human-line.ts';
import type { ConversationStore } from '#domain/conversations/conversation-store.ts';
import type { EventInbox } from '#domain/conversations/event-inbox.ts';
import { maskNumber } from '#domain/conversations/mask-number.ts';
import type { OutboundCall, OutboundCalls } from '#domain/conversations/outbound/outbound-call.ts';
import { begunConversation } from '#domain/conversations/talk/begun-conversation.ts';
import type {
  InstructionStore,
  Instructions,
  InstructionScope,
} from '#domain/conversations/talk/instructions/instructions.ts';
import { lineWords } from '#domain/conversations/talk/line-words.ts';
import { mintStreamToken, type StreamToken } from '#domain/conversations/talk/stream-token.ts';
import type { Talk, TalkStore } from '#domain/conversations/talk/talk.ts';
import { OutboundCallId } from '#domain/ids.ts';
import { languageOf } from '#domain/language.ts';
import { errorFields, type Log } from '#domain/log.ts';
import type { ClinicDirectory } from '#domain/routing/clinic-directory.ts';
import { findClinic, type UnroutedReason } from '#domain/routing/find-clinic.ts';
import { type FoundClinic, lastGoodProfiles } from './last-good-profiles.ts';

/** A caller hears ringing while we read: after this what is remembered is better than waiting on. */
const patienceMs = 800;
/** With nothing to fall back on, only an apology is left, which is worse than ringing a little longer. */
const lastPatienceMs = 3_000;

interface Deps extends TwilioAddresses {
  twilio: Pick<TwilioSecret, 'tokens' | 'refreshedTokens'>;
  directory: ClinicDirectory;
  clinics: Pick<ClinicStore, 'profile'>;
  instructions: Pick<InstructionStore, 'current'>;
  talks: Pick<TalkStore, 'open' | 'change'>;
  conversations: Pick<ConversationStore, 'change'>;
  outboundCalls: Pick<OutboundCalls, 'get' | 'settle'>;
  inbox: EventInbox;
  clock: Clock;
  log: Log;
}

type Texts = Partial<Record<InstructionScope, Instructions>>;

type Lookup =
  | { outcome: 'found'; found: FoundClinic; texts: Texts; routedBy: string }
  | { outcome: 'unrouted'; reason: UnroutedReason }
  | { outcome: 'unavailable' };

/**
 * Answers a ringing Twilio number, or the leg of a call of ours that was answered: connects the caller to the voice
 * service with a token that opens one stream of this one call. The clinic is the one the signed number is mapped to. A
 * number of no clinic hears so in two languages; when our stores fail, the caller hears an apology or the clinic's own
 * people, never another clinic.
 */
export function answerTwilioCall(deps: Deps) {
  const { directory, clinics, instructions, talks, conversations, outboundCalls, inbox, clock, log } = deps;
  const authenticate = twilioRequests(deps);
  const poison = keepPoison(deps, 'twilio');
  const memory = lastGoodProfiles(clock);
  const urls = streamUrls(deps);

  async function lookUp(ring: VoiceRequest): Promise<Lookup> {
    const number = ring.clinicNumber ?? '';
    const { conversationId } = ring;
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), memory.recall(number) ? patienceMs : lastPatienceMs);
    const { signal } = patience;
    try {
      const answer = await directory.find({ number, conversationId }, { signal });
      const routing = findClinic({
        session: answer.session?.clinicId,
        number: answer.number?.clinicId,
        numberReleased: answer.number?.released,
        hasNumber: true,
      });
      memory.keepOnly(number, routing.outcome === 'found' ? routing.clinicId : undefined);
      if (routing.outcome === 'unrouted') return routing;
      const { clinicId, routedBy } = routing;
      const [profile, texts] = await Promise.all([clinics.profile(clinicId, { signal }), textsOf(clinicId)]);
      if (profile?.status !== 'active') {
        memory.keepOnly(number, undefined);
        return { outcome: 'unrouted', reason: 'clinic_suspended' };
      }
      const found = { profile, language: answer.number?.language };
      memory.remember(number, found);
      return { outcome: 'found', found, texts, routedBy };
    } catch (error) {
      const found = memory.recall(number);
      if (!found) {
        log.error('ring.safe-answer', { conversationId, ...errorFields(error) });
        return { outcome: 'unavailable' };
      }
      log.warn('ring.stale-profile', { clinicId: found.profile.id, conversationId, ...errorFields(error) });
      return { outcome: 'found', found, texts: {}, routedBy: 'number' };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Without the clinic's own text a talk goes on by ours. */
  async function textsOf(clinicId: FoundClinic['profile']['id']): Promise<Texts> {
    try {
      return await instructions.current(clinicId, 'voice');
    } catch (error) {
      log.error('request.failed', { route: 'instructions', clinicId, ...errorFields(error) });
      return {};
    }
  }

  /** Everything the voice service must find when the stream begins. `undefined`: the conversation is another clinic's. */
  async function open(
    ring: VoiceRequest,
    { found: { profile, language }, texts, routedBy }: Extract<Lookup, { outcome: 'found' }>,
    { kept }: StreamToken,
    callId: string | undefined,
  ): Promise<Talk | undefined> {
    const { conversationId, direction, fromNumber, toNumber } = ring;
    const clinicId = profile.id;
    const nowMs = clock.now();
    const session = await directory.claimSession(clinicId, conversationId, routedBy, nowMs);
    if (session.clinicId !== clinicId) return undefined;
    const placed = direction === 'outbound' ? await placedCall(profile.id, callId, ring) : undefined;
    const opened = await talks.open(clinicId, {
      clinicId,
      conversationId,
      provider: 'twilio',
      direction,
      ...(fromNumber !== undefined && { fromNumber }),
      ...(toNumber !== undefined && { toNumber }),
      ...(placed && { purpose: placed.purpose }),
      language: placed?.language ?? language ?? profile.defaultLanguage,
      agents: profile.voice.agents,
      instructions: {
        base: texts.base?.version,
        receptionist: texts.receptionist?.version,
        supervisor: texts.supervisor?.version,
      },
      openedAtMs: nowMs,
      ...kept,
    });
    const isNew = opened.streamTokenHash === kept.streamTokenHash;
    // Twilio asks again when it never got the first answer: then that token was never used, and this one replaces it.
    const talk = isNew
      ? opened
      : await talks.change(clinicId, conversationId, (current) =>
          isBegun(current) ? current : { ...current, ...kept },
        );
    if (isNew) await keepConversation(opened);
    return talk;
  }

  /** Why we called: whoever answered is talked to all the same where nobody can say. */
  async function placedCall(
    clinicId: FoundClinic['profile']['id'],
    named: string | undefined,
    { conversationId }: VoiceRequest,
  ): Promise<OutboundCall | undefined> {
    const callId = OutboundCallId.safeParse(named);
    if (!callId.success) return undefined;
    try {
      const call = await outboundCalls.get(clinicId, callId.data);
      // Twilio's answer to our order may still be under way, or lost.
      if (call) await outboundCalls.settle(clinicId, callId.data, { state: 'placed', conversationId });
      return call;
    } catch (error) {
      log.error('request.failed', { route: 'outbound-call', clinicId, conversationId, ...errorFields(error) });
      return undefined;
    }
  }

  /** Acts are recorded only in a conversation that is there; the voice service makes it should this fail. */
  async function keepConversation(talk: Talk): Promise<void> {
    const { clinicId, conversationId } = talk;
    try {
      const begun = begunConversation(talk, clock.now());
      await conversations.change(clinicId, conversationId, (current) => current ?? begun);
    } catch (error) {
      log.error('request.failed', { route: 'conversation', clinicId, conversationId, ...errorFields(error) });
    }
  }

  /** Kept for a person to look at; the caller is answered whether or not that works. */
  async function quarantine(ring: VoiceRequest, rawBody: Buffer, reason: UnroutedReason): Promise<void> {
    const { conversationId, callSid, clinicNumber } = ring;
    const eventKey = `twilio|incoming-call|${callSid}|${createHash('sha256').update(rawBody).digest('hex')}`;
    log.error('ring.unrouted', { reason, eventKey, conversationId });
    try {
      await inbox.store(
        {
          eventKey,
          provider: 'twilio',
          eventType: 'incoming-call',
          state: 'quarantined',
          reason,
          maskedNumber: clinicNumber && maskNumber(clinicNumber),
          receivedAt: clock.now(),
          source: 'webhook',
        },
        rawBody,
      );
    } catch (error) {
      log.error('request.failed', { route: 'quarantine', eventKey, ...errorFields(error) });
    }
  }

  /** The talk cannot be kept, so no model can hold it: the clinic's people, if they answer now, else an apology. */
  function withoutStores(ring: VoiceRequest, { profile, language }: FoundClinic): HttpAnswer {
    const tag = language ?? profile.defaultLanguage;
    const { humanLine } = profile;
    const say = (word: 'connecting' | 'apology'): Spoken => ({ language: tag, text: lineWords[languageOf(tag)][word] });
    if (ring.direction === 'outbound' || !humanLine || !lineOpen('humanLine', profile, clock.now())) {
      return twimlAnswer(hangUp(say('apology')));
    }
    const to = { number: humanLine.number, callerId: ring.clinicNumber ?? '', action: urls.action };
    return twimlAnswer(transfer(to, say('connecting')));
  }

  return async (request: HttpRequest): Promise<HttpAnswer> => {
    const startedAt = clock.now();
    const checked = await authenticate(request, twilioPaths.incomingCall);
    if (!checked.authentic) return checked.answer;
    const ring = read(checked.form);
    if (!ring) {
      await poison('unreadable-ring', request.rawBody);
      return sayAndHangUp('apology');
    }
    // Whoever rang has hung up: there is nobody to connect, and no talk to be opened for them.
    if (ring.isOver) return twimlAnswer(hangUp());

    const lookup = await lookUp(ring);
    if (lookup.outcome === 'unavailable') return sayAndHangUp('apology');
    if (lookup.outcome === 'unrouted') {
      await quarantine(ring, request.rawBody, lookup.reason);
      return sayAndHangUp('notInService');
    }
    const { profile } = lookup.found;
    const token = mintStreamToken(clock.now());
    let talk: Talk | undefined;
    try {
      talk = await open(ring, lookup, token, request.query[callQuery]);
    } catch (error) {
      log.error('ring.safe-answer', {
        clinicId: profile.id,
        conversationId: ring.conversationId,
        ...errorFields(error),
      });
      return withoutStores(ring, lookup.found);
    }
    if (!talk) {
      await quarantine(ring, request.rawBody, 'conflict');
      return sayAndHangUp('notInService');
    }
    // Asked once more of a talk that is going on: what comes next is asked where talks are gone on with.
    if (isBegun(talk)) return twimlAnswer(redirectTo(urls.action));

    log.info('ring.answered', {
      clinicId: profile.id,
      conversationId: ring.conversationId,
      durationMs: clock.now() - startedAt,
    });
    // Who is asked first is recorded once they agree, by whoever asks them.
    const isRecorded = profile.voice.recording === 'notice';
    return twimlAnswer(
      connectStream(
        { ...urls, token: token.token },
        { ...(isRecorded && { recordingCallback: `${deps.apiUrl}${twilioPaths.recordingStatus}` }) },
      ),
    );
  };
}

/** Somebody has spoken, or it is over: no new token may be had by sending the first request again. */
const isBegun = ({ epoch, breaks, finishedAtMs, ending }: Talk): boolean =>
  epoch > 0 || breaks > 0 || finishedAtMs !== undefined || ending !== undefined;

function read(form: Parameters<typeof parseVoiceRequest>[0]): VoiceRequest | undefined {
  try {
    const ring = parseVoiceRequest(form);
    return ring.clinicNumber === undefined ? undefined : ring;
  } catch {
    return undefined; // What was wrong is in the stored bytes; Twilio can do nothing with the detail.
  }
}
