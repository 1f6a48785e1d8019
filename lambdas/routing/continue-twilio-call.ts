import type { TwilioSecret } from '#adapters/twilio/secret.ts';
import { connectStream, gatherNumber, hangUp, type Spoken, transfer } from '#adapters/twilio/twiml.ts';
import { parseVoiceRequest, type VoiceRequest } from '#adapters/twilio/voice-request.ts';
import type { HttpAnswer, HttpRequest } from '#lambdas/http.ts';
import { sayAndHangUp, twilioRequests, twimlAnswer } from '#lambdas/twilio-request.ts';
import { machineQuery, streamUrls, type TwilioAddresses, twilioPaths } from '#lambdas/twilio-urls.ts';
import type { Clock } from '#domain/clock.ts';
import { clinicPhone } from '#domain/clinics/clinic.ts';
import type { ClinicProfile, ClinicStore } from '#domain/clinics/clinic-store.ts';
import { type Line, lineOpen } from '#domain/clinics/numbers/human-line.ts';
import type { ConversationActs } from '#domain/conversations/acts.ts';
import { callerNumberOf } from '#domain/conversations/caller-number.ts';
import type { ConversationStore } from '#domain/conversations/conversation-store.ts';
import type { DialogueStore } from '#domain/conversations/dialogue.ts';
import { outboundWordsOf } from '#domain/conversations/outbound/outbound-words.ts';
import { begunConversation } from '#domain/conversations/talk/begun-conversation.ts';
import { leaveCallback } from '#domain/conversations/talk/end/leave-callback.ts';
import { lineWords } from '#domain/conversations/talk/line-words.ts';
import { mintStreamToken } from '#domain/conversations/talk/stream-token.ts';
import type { Talk, TalkStore } from '#domain/conversations/talk/talk.ts';
import { lineSeq } from '#domain/conversations/talk/turns/turn.ts';
import { wordsOfTag } from '#domain/conversations/words/words.ts';
import { languageOf } from '#domain/language.ts';
import { errorFields, type Log } from '#domain/log.ts';
import { normalizePhone, spokenPhone } from '#domain/phone-number.ts';
import type { ClinicDirectory } from '#domain/routing/clinic-directory.ts';
import { lastGoodProfiles } from './last-good-profiles.ts';

/** A stream that broke so often in a row will break again: a person is better. */
const mostBreaks = 4;
/** Whoever takes over from a task that died may need a moment: each attempt but the first waits longer. */
const waitSecondsAfter = [0, 1, 2, 3];
/** A stream that held for so long has nothing to do with the break before it. */
const steadyMs = 60_000;
/** Nobody is asked for a number more often than this. */
const mostAsked = 2;

interface Deps extends TwilioAddresses {
  twilio: Pick<TwilioSecret, 'tokens' | 'refreshedTokens'>;
  directory: Pick<ClinicDirectory, 'find'>;
  clinics: Pick<ClinicStore, 'profile'>;
  talks: TalkStore;
  conversations: Pick<ConversationStore, 'change'>;
  dialogues: Pick<DialogueStore, 'get'>;
  acts: Pick<ConversationActs, 'record'>;
  clock: Clock;
  log: Log;
}

/** A call whose talk is at a turning point. */
interface Standing {
  request: VoiceRequest;
  clinic: ClinicProfile;
  /** In the language that the caller has asked for since it began. */
  talk: Talk;
  /** The caller spoke of an emergency and did not take it back; where they were asked, no answer is none. */
  inDanger: boolean;
}

/**
 * Says what comes next for a call when its stream is over, when a person did not answer, or when a number was keyed in:
 * what the talk has put on record as its end, and where it has put none, the stream broke and the talk goes on by a new
 * one. After that a person's telephone rings, and without one the caller's number is taken, so that nobody is lost.
 */
export function continueTwilioCall(deps: Deps) {
  const { directory, clinics, talks, conversations, dialogues, acts, clock, log } = deps;
  const authenticate = twilioRequests(deps);
  const leave = leaveCallback(deps);
  const memory = lastGoodProfiles(clock);
  const urls = streamUrls(deps);

  async function standingOf(request: VoiceRequest): Promise<Standing | undefined> {
    const { conversationId } = request;
    const { session } = await directory.find({ conversationId });
    if (!session) return undefined;
    const { clinicId } = session;
    const [clinic, talk, dialogue] = await Promise.all([
      clinics.profile(clinicId),
      talks.get(clinicId, conversationId),
      dialogues.get(clinicId, conversationId),
    ]);
    if (!clinic || !talk) return undefined;
    memory.remember(request.clinicNumber ?? '', { profile: clinic, language: talk.language });
    const { emergency, language = talk.language } = dialogue;
    const inDanger = emergency === 'active' || emergency === 'asked';
    return { request, clinic, talk: { ...talk, language }, inDanger };
  }

  const wordsOf = ({ talk }: Standing) => lineWords[languageOf(talk.language)];
  const say = ({ talk: { language } }: Pick<Standing, 'talk'>, text: string): Spoken => ({ language, text });
  /** Whom to call in an emergency is said first, whatever else does not work. */
  function alarm(standing: Standing): Spoken[] {
    if (!standing.inDanger) return [];
    const [first, second] = standing.clinic.emergencyNumbers as [string, string?];
    return [say(standing, wordsOfTag(standing.talk.language).emergency(first, second))];
  }

  /** The stream is over: how it was to end, else it broke. */
  async function afterStream(standing: Standing): Promise<HttpAnswer> {
    const { ending } = standing.talk;
    switch (ending?.kind) {
      case 'hangup':
        // Whoever spoke of a danger over the goodbye was answered, and the goodbye does not count any more.
        if (standing.inDanger) return (await goOn(standing)) ?? toPerson(standing);
        return twimlAnswer(hangUp());
      case 'transfer':
        return isOurs(standing.clinic, ending.number)
          ? ring(standing, emergencyNumber(standing) ?? ending.number)
          : toPerson(standing);
      case 'callback':
        // Nobody answered an ordinary call.
        return standing.inDanger ? toPerson(standing) : askNumber(standing, 0);
      case undefined:
        // Also where the talk is finished: whoever breaks a stream off from outside looks to the voice service as if
        // the caller had hung up, and here they are.
        log.warn('stream.broken', { ...idsOf(standing), attempt: standing.talk.breaks });
        return (await goOn(standing)) ?? toPerson(standing);
    }
  }

  /** Nobody is there to talk with. What a machine keeps, anybody may hear: the clinic's name and number, or nothing. */
  async function toMachine(standing: Standing): Promise<HttpAnswer> {
    const { clinic, talk } = standing;
    await talks.change(clinic.id, talk.conversationId, (current) => ({ ...current, ending: { kind: 'hangup' } }));
    if (clinic.outbound.voicemail === 'hang-up') return twimlAnswer(hangUp());
    const phone = clinicPhone(clinic);
    const spoken = phone && spokenPhone(phone, languageOf(talk.language));
    return twimlAnswer(hangUp(say(standing, outboundWordsOf(talk.language).voicemail(clinic.name, spoken))));
  }

  /** Begins another stream of the same talk; nothing when that was done too often. */
  async function goOn(
    { talk: { conversationId }, clinic }: Standing,
    sentence?: Spoken,
  ): Promise<HttpAnswer | undefined> {
    const { token, kept } = mintStreamToken(clock.now());
    let goesOn = false;
    let isOver = false;
    let before = 0;
    await talks.change(clinic.id, conversationId, (current) => {
      // Nobody is there any more to go on with, if the word of it was quicker than this request.
      isOver = current.callOverAtMs !== undefined;
      const { streamGivenAtMs = -Infinity } = current;
      before = !sentence && clock.now() - streamGivenAtMs > steadyMs ? 0 : current.breaks;
      goesOn = !isOver && before < mostBreaks;
      if (!goesOn) return current;
      // What the last stream was to end with has been dealt with, and the talk may be taken up again.
      const { ending: _ending, finishedAtMs: _finished, ...rest } = current;
      return { ...rest, ...kept, breaks: before + 1 };
    });
    if (isOver) return twimlAnswer(hangUp());
    if (!goesOn) return undefined;
    log.info('stream.continued', { clinicId: clinic.id, conversationId });
    return twimlAnswer(
      connectStream({ ...urls, token }, { say: sentence, waitSeconds: sentence ? 0 : waitSecondsAfter[before] }),
    );
  }

  const openNumber = (line: Line, { clinic }: Standing): string | undefined =>
    lineOpen(line, clinic, clock.now()) ? clinic[line]?.number : undefined;
  /** Of those on call, where the caller is in danger: whoever else was to be rung. */
  const emergencyNumber = (standing: Standing): string | undefined =>
    standing.inDanger ? openNumber('emergencyLine', standing) : undefined;

  /** Somebody of the clinic, if anybody answers now; else the caller's number is taken. */
  async function toPerson(standing: Standing): Promise<HttpAnswer> {
    const number = emergencyNumber(standing) ?? openNumber('humanLine', standing);
    if (!number) return askNumber(standing, 0);
    return ring(standing, number, say(standing, wordsOf(standing).connecting));
  }

  function ring(standing: Standing, number: string, ...said: Spoken[]): HttpAnswer {
    const callerId = standing.request.clinicNumber ?? '';
    return twimlAnswer(transfer({ number, callerId, action: urls.action }, ...alarm(standing), ...said));
  }

  /** A person's telephone rang: they have spoken, or the caller is back with us. */
  async function afterTransfer(standing: Standing): Promise<HttpAnswer> {
    if (standing.request.dialled === 'answered') {
      await finish(standing);
      await keepTransferred(standing);
      return twimlAnswer(hangUp());
    }
    log.warn('transfer.failed', idsOf(standing));
    if (standing.inDanger) return askNumber(standing, 0);
    const text = wordsOfTag(standing.talk.language).codes.NOBODY_AVAILABLE;
    await keepSaid(standing, text);
    return (await goOn(standing, say(standing, text))) ?? askNumber(standing, 0);
  }

  /** Whoever put the call through: a tool that did so has said it already, the engine and the line have not. */
  async function keepTransferred({ clinic, talk }: Standing): Promise<void> {
    const begun = begunConversation(talk, clock.now());
    await conversations.change(clinic.id, talk.conversationId, (current) => current ?? begun);
    await acts.record(clinic.id, talk.conversationId, { act: 'transferred', audit: [] });
  }

  /** What the line said is part of the talk: whoever goes on with it must know what was asked. */
  async function keepSaid({ clinic, talk: { conversationId, epoch } }: Standing, text: string): Promise<void> {
    await talks.keepTurn(clinic.id, conversationId, { seq: lineSeq(epoch), speaker: 'agent', text, atMs: clock.now() });
  }

  async function askNumber(standing: Standing, asked: number): Promise<HttpAnswer> {
    if (standing.talk.ending?.kind !== 'callback') await keepAsked(standing);
    const words = wordsOf(standing);
    const action = `${urls.action}?asked=${asked + 1}`;
    const question = callerOf(standing) ? words.askNumberOrOwn : words.askNumber;
    const said = [...(asked > 0 ? [say(standing, words.notANumber)] : alarm(standing)), say(standing, question)];
    return twimlAnswer(gatherNumber(action, ...said));
  }

  /** Whoever hangs up instead of keying a number in is called back all the same: their own is mostly known. */
  async function keepAsked({ clinic, talk: { conversationId } }: Standing): Promise<void> {
    try {
      await talks.change(clinic.id, conversationId, (current) => ({ ...current, ending: { kind: 'callback' } }));
    } catch (error) {
      log.error('request.failed', { route: 'callback', clinicId: clinic.id, conversationId, ...errorFields(error) });
    }
  }

  /** Keys were asked for: a number is kept as a message; of none, only that the call was cut off. */
  async function afterKeys(standing: Standing, asked: number): Promise<HttpAnswer> {
    const { digits } = standing.request;
    const own = callerOf(standing);
    const number = digits === '1' && own ? own : numberOf(digits, standing.clinic);
    if (!number && asked < mostAsked) return askNumber(standing, asked);
    await leave(standing.clinic, standing.talk, { number: number ?? own, isKeyed: Boolean(number) });
    const words = wordsOf(standing);
    await finish(standing);
    return twimlAnswer(hangUp(say(standing, number ? words.willCallBack : words.noNumber)));
  }

  /**
   * The talk is over after a transfer or a keypad. After a stream it is the voice service that says so, once the last
   * words are saved.
   */
  async function finish({ clinic, talk }: Standing): Promise<void> {
    await talks.change(clinic.id, talk.conversationId, (current) =>
      current.finishedAtMs === undefined ? { ...current, finishedAtMs: clock.now() } : current,
    );
  }

  /** Our stores do not answer: the clinic's people, if this process remembers them, else an apology. */
  function withoutStores({ clinicNumber = '', dialled, isOver }: VoiceRequest): HttpAnswer {
    if (isOver || dialled === 'answered') return twimlAnswer(hangUp());
    const found = memory.recall(clinicNumber);
    const humanLine = found?.profile.humanLine;
    // Their telephone has just rung; once more would be for ever.
    if (!found || !humanLine || dialled || !lineOpen('humanLine', found.profile, clock.now())) {
      return sayAndHangUp('apology');
    }
    const language = found.language ?? found.profile.defaultLanguage;
    const text = lineWords[languageOf(language)].connecting;
    return twimlAnswer(
      transfer({ number: humanLine.number, callerId: clinicNumber, action: urls.action }, { language, text }),
    );
  }

  return async (incoming: HttpRequest): Promise<HttpAnswer> => {
    const checked = await authenticate(incoming, twilioPaths.afterStream);
    if (!checked.authentic) return checked.answer;
    let request: VoiceRequest | undefined;
    try {
      request = parseVoiceRequest(checked.form);
      const standing = await standingOf(request);
      // Put through by the ring itself, which could keep no talk: they have spoken, or nobody is there any more.
      if (!standing && (request.isOver || request.dialled === 'answered')) return twimlAnswer(hangUp());
      if (!standing) {
        log.error('ring.unrouted', { reason: 'unknown_number', conversationId: request.conversationId });
        return sayAndHangUp('apology');
      }
      const asked = Number(/^[1-9]$/.exec(incoming.query.asked ?? '')?.[0] ?? 0);
      // Whoever called has hung up: whatever is answered, nobody hears it.
      if (request.isOver) {
        if (request.dialled || asked) await finish(standing);
        if (request.dialled === 'answered') await keepTransferred(standing);
        return twimlAnswer(hangUp());
      }
      if (asked) return await afterKeys(standing, asked);
      if (incoming.query[machineQuery] && request.direction === 'outbound') return await toMachine(standing);
      return await (request.dialled ? afterTransfer(standing) : afterStream(standing));
    } catch (error) {
      log.error('request.failed', {
        route: 'after-stream',
        conversationId: request?.conversationId,
        ...errorFields(error),
      });
      return request ? withoutStores(request) : sayAndHangUp('apology');
    }
  };
}

const idsOf = ({ clinic, talk }: Standing) => ({ clinicId: clinic.id, conversationId: talk.conversationId });

/** Only where the clinic's own file says that its people answer is anybody put through. */
const isOurs = ({ humanLine, emergencyLine }: ClinicProfile, number: string): boolean =>
  [humanLine?.number, emergencyLine?.number].includes(number);

const callerOf = ({ request, clinic }: Standing): string | undefined => callerNumberOf(request, clinic.country);

/** What was keyed in, as a number of the clinic's country or a whole one. */
function numberOf(digits: string | undefined, { country }: ClinicProfile): string | undefined {
  const keyed = digits?.replace(/[^0-9]/g, '') ?? '';
  if (keyed.length < 6) return undefined;
  return [keyed, `+${keyed.replace(/^00/, '')}`].map((each) => normalizePhone(each, country)).find(({ valid }) => valid)
    ?.e164;
}
