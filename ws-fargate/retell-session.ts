import type { LiveCallSource } from '#adapters/retell/live-call.ts';
import { type CallDetails, llmFrames, type Utterance } from '#adapters/retell/llm-socket.ts';
import type { TextSocket } from '#adapters/websocket/text-socket.ts';
import type { Clock } from '#domain/clock.ts';
import { lineOpen } from '#domain/clinics/numbers/human-line.ts';
import type { ClinicProfile } from '#domain/clinics/clinic-store.ts';
import { providerIdOf } from '#domain/conversations/talk/begun-conversation.ts';
import { transferTo } from '#domain/conversations/talk/end/ending-of.ts';
import type { InstructionStore } from '#domain/conversations/talk/instructions/instructions.ts';
import type { LiveTalk } from '#domain/conversations/talk/live-talk.ts';
import { orderRecording } from '#domain/conversations/talk/order-recording.ts';
import { createDeadlines } from '#domain/conversations/talk/speech/deadlines.ts';
import { isAnswerOwed } from '#domain/conversations/talk/speech/history.ts';
import { speechWords } from '#domain/conversations/talk/speech/speech-words.ts';
import type { Talk, TalkStore } from '#domain/conversations/talk/talk.ts';
import type { Prompted, TextDialogue } from '#domain/conversations/talk/text/text-dialogue.ts';
import { late, type Timers, within } from '#domain/conversations/talk/timers.ts';
import { hasAgentSpoken } from '#domain/conversations/talk/turns/turn.ts';
import { limitWords } from '#domain/conversations/talk/words/limit-words.ts';
import type { ClinicId, ConversationId } from '#domain/ids.ts';
import { languageOf, type LanguageTag } from '#domain/language.ts';
import { errorFields, type Log, type LogFields } from '#domain/log.ts';
import type { ConfirmedCall, Refusal } from './confirm-call.ts';
import type { LiveCalls } from './live-calls.ts';
import { heedRecording } from './heed-recording.ts';
import { openLlmLine } from './llm-line.ts';
import { afterSpeaking, createReplies, type Replies } from './retell-replies.ts';
import { followTranscript, type TranscriptTurns } from './transcript-turns.ts';

/** A caller waits meanwhile, and hears nothing. */
const confirmWithinMs = 5_000;
/** Retell tells of a call as soon as it is asked to; after this it is asked itself. */
const detailsWithinMs = 1_500;
/** After a reconnect Retell may ask again for what it was not answered, or may not. */
const askedAgainWithinMs = 700;
/** Before the end of the longest call. */
const wrapUpMs = 60_000;
/** How long an announcement waits for an answer to be said with. */
const announceWithinMs = 15_000;
/** After the last word Retell hangs up by itself; should it not, we do. */
const leaveAfterMs = 30_000;
/** On handing over: an answer that is nearly said, and turns that are nearly saved. */
const finishWithinMs = 5_000;
/** What Retell is to store of a call is asked of up to two accounts. */
const orderWithinMs = 6_000;
/** Who says nothing is asked twice whether they are there, and then said goodbye to. */
const mostReminders = 3;

export interface RetellSessionDeps {
  confirm(
    told: Promise<CallDetails | undefined>,
    options: { signal: AbortSignal },
  ): Promise<({ outcome: 'confirmed' } & ConfirmedCall) | Refusal>;
  talks: Pick<TalkStore, 'open'>;
  instructions: Pick<InstructionStore, 'current'>;
  takeTalk(clinicId: ClinicId, conversationId: ConversationId): Promise<LiveTalk | undefined>;
  createDialogue(talk: LiveTalk, options: { keepsTurns: boolean }): TextDialogue;
  retell: Pick<LiveCallSource, 'storeNothing'>;
  liveCalls: LiveCalls;
  maxCallMs: number;
  clock: Clock;
  timers: Timers;
  log: Log;
}

/** A call on its LLM socket. */
export interface RetellSession {
  /** It was confirmed whose call it is, and somebody talks. */
  readonly isLive: boolean;
  /** Resolves when the socket is gone and everything is saved. */
  readonly over: Promise<void>;
  /** Since it was last asked, the far end sent nothing though it used to. */
  isSilent(): boolean;
  /** The call goes on with another task: once what is being said was said, or soon. */
  handOver(): Promise<void>;
  /** The same without waiting. */
  letGo(): void;
}

/** What a call does with the frames that tell of it, once it is confirmed. */
interface Conversing {
  onUpdate(utterances: readonly Utterance[]): void;
  onRequest(responseId: number, isReminder: boolean, utterances: readonly Utterance[]): void;
}

/**
 * One socket, from its opening to the last turn saved. Until the call is confirmed nothing is sent but our settings and
 * answers to pings; what was asked meanwhile is answered then.
 *
 * @param where what is known of whose call it is said to be, for the log
 */
export function takeLlmSocket(deps: RetellSessionDeps, socket: TextSocket, where: LogFields): RetellSession {
  const { clock, timers, log } = deps;
  const deadlines = createDeadlines<'details' | 'owed' | 'wrap-up' | 'announce' | 'limit' | 'leave'>(clock, timers);
  const details = Promise.withResolvers<CallDetails | undefined>();
  const { promise: over, resolve: isOver } = Promise.withResolvers<void>();
  const { promise: gone, resolve: goes } = Promise.withResolvers<number>();
  let conversing: Conversing | undefined;
  let live: { talk: LiveTalk; replies: Replies } | undefined;
  /** Of what came before the call was confirmed, the newest is all there is to know. */
  let early: { isRequest: boolean; tell(): void } | undefined;
  let isConfirmed = false;
  let endCode: number | undefined;

  const line = openLlmLine(
    socket,
    { log, where: () => where },
    {
      onDetails: ({ call }) => details.resolve(call),
      onUpdate({ utterances }) {
        if (conversing) conversing.onUpdate(utterances);
        else if (!early?.isRequest) early = { isRequest: false, tell: () => conversing?.onUpdate(utterances) };
      },
      onRequest({ responseId, isReminder, utterances }) {
        if (conversing) conversing.onRequest(responseId, isReminder, utterances);
        else early = { isRequest: true, tell: () => conversing?.onRequest(responseId, isReminder, utterances) };
      },
      onEnd(code) {
        endCode = code;
        details.resolve(undefined);
        live?.replies.stop();
        goes(code);
      },
    },
  );
  deadlines.set('details', detailsWithinMs, () => details.resolve(undefined));

  async function confirmed(): Promise<ConfirmedCall | undefined> {
    const patience = new AbortController();
    const answer = await within(timers, deps.confirm(details.promise, { signal: patience.signal }), confirmWithinMs);
    if (answer === late) {
      patience.abort(new Error('the call was not confirmed in time'));
      log.error('talk.refused', { ...where, reason: 'unconfirmed' });
      line.letGo();
      return undefined;
    }
    if (answer.outcome === 'confirmed') return answer;
    log.warn('talk.refused', { ...where, reason: answer.reason });
    line.refuse();
    return undefined;
  }

  async function converse(): Promise<void> {
    const call = await confirmed();
    if (!call || endCode !== undefined) return;
    line.confirmed();
    isConfirmed = true;
    const { clinic, conversationId, talk: before } = call;
    const admission = deps.liveCalls.admit(clinic.id, { isResumed: before !== undefined });
    if (admission.outcome === 'full') {
      log.warn('voice.full', { ...where, reason: admission.reason });
      return turnAway(clinic, languageIn(call));
    }
    try {
      const opened = before ?? (await open(call));
      const talk = await deps.takeTalk(clinic.id, conversationId);
      if (talk) return await hold(talk, opened);
      log.warn('talk.refused', { ...where, reason: 'finished' });
      line.refuse();
    } finally {
      admission.place.leave();
    }
  }

  const languageIn = ({ clinic, numberLanguage, details: told }: ConfirmedCall): LanguageTag =>
    told?.language ?? numberLanguage ?? clinic.defaultLanguage;

  async function open(call: ConfirmedCall): Promise<Talk> {
    const { clinic, conversationId, details: told } = call;
    const { base, receptionist, supervisor } = await deps.instructions.current(clinic.id, 'voice');
    return deps.talks.open(clinic.id, {
      clinicId: clinic.id,
      conversationId,
      provider: 'retell',
      direction: told?.direction ?? 'inbound',
      ...(told?.purpose && { purpose: told.purpose }),
      ...(told?.fromNumber !== undefined && { fromNumber: told.fromNumber }),
      ...(told?.toNumber !== undefined && { toNumber: told.toNumber }),
      language: languageIn(call),
      agents: clinic.voice.agents,
      instructions: {
        ...(base && { base: base.version }),
        ...(receptionist && { receptionist: receptionist.version }),
        ...(supervisor && { supervisor: supervisor.version }),
      },
      openedAtMs: clock.now(),
    });
  }

  /** There is no place: a person answers, or the caller is asked to call again. */
  async function turnAway(clinic: ClinicProfile, language: LanguageTag): Promise<void> {
    const person = lineOpen('humanLine', clinic, clock.now()) ? transferTo(clinic.humanLine?.number) : undefined;
    const words = languageOf(language);
    const text = person ? speechWords[words].prepared['busy-transfer'] : limitWords[words].busyCallAgain;
    const sayTo = (responseId: number) =>
      line.send(
        llmFrames.response(responseId, {
          content: text,
          isComplete: true,
          isUninterruptible: true,
          ...afterSpeaking(person ?? { kind: 'hangup' }),
        }),
      );
    conversing = { onUpdate: () => undefined, onRequest: sayTo };
    sayTo(0);
    early?.tell();
    deadlines.set('leave', leaveAfterMs, () => line.hangUp());
    await gone;
  }

  async function hold(talk: LiveTalk, opened: Talk): Promise<void> {
    const turns = followTranscript(talk);
    const recording = heedRecording(talk, () => stopRecording(talk));
    const replies = createReplies({
      ...deps,
      talk,
      dialogue: deps.createDialogue(talk, { keepsTurns: false }),
      send: (frame) => line.send(frame),
      onBegun: () => turns.begins(),
      onSent: (text, how) => turns.sent(text, how),
    });
    live = { talk, replies };
    const letGo = () => {
      replies.stop();
      line.letGo();
    };
    talk.lost.addEventListener('abort', letGo, { once: true });
    if (talk.lost.aborted || endCode !== undefined) letGo();
    else begin(talk, opened, { turns, replies, recording });
    const code = await gone;
    conversing = undefined;
    replies.stop();
    talk.lost.removeEventListener('abort', letGo);
    await recording.ended();
    // Only of a call that we ended, and whose socket was then closed in order, it is sure that it does not go on.
    await talk.close({ over: replies.isEnding && code === 1000 });
    log.info('talk.ended', { ...where, reason: String(code), durationMs: clock.now() - opened.openedAtMs });
  }

  /** Behind the call's back, and also when it is over meanwhile: then Retell forgets what it has. */
  function stopRecording({ clinic, conversationId }: LiveTalk): void {
    const callId = providerIdOf({ conversationId });
    orderRecording('stop', {
      order: () => deps.retell.storeNothing(clinic.id, callId, { signal: AbortSignal.timeout(orderWithinMs) }),
      later: (ms, run) => void timers.set(run, ms),
      log,
      where,
    });
  }

  interface Holding {
    turns: TranscriptTurns;
    replies: Replies;
    recording: ReturnType<typeof heedRecording>;
  }

  function begin(talk: LiveTalk, opened: Talk, { turns, replies, recording }: Holding): void {
    const isGreeted = () => hasAgentSpoken(talk.turns());
    conversing = {
      onUpdate(utterances) {
        recording.noticed(utterances);
        turns.follow(utterances, { isSettled: false });
      },
      onRequest(responseId, isReminder, utterances) {
        if (!replies.isNewer(responseId)) return;
        deadlines.clear('owed');
        replies.giveUp();
        recording.noticed(utterances);
        turns.follow(utterances, { isSettled: true });
        void recording.settled();
        replies.request(responseId, isGreeted() ? promptedBy(isReminder, utterances) : { kind: 'begun' });
      },
    };
    // Retell's agents remind once unless they are told otherwise.
    line.send(llmFrames.updateAgent({ reminderMaxCount: mostReminders }));
    early?.tell();
    const greet = () => {
      if (!isGreeted() && replies.isNewer(0)) replies.request(0, { kind: 'begun' });
    };
    // Somebody else may have greeted, and not lived to keep it: Retell's next word tells.
    if (opened.epoch === 0 || early) greet();
    deadlines.set('owed', askedAgainWithinMs, () => {
      // Whoever was cut off in the middle waits for an answer that nobody asks for any more.
      const isOwed = talk.isResumed && replies.isNewer(0) && isAnswerOwed(talk.turns());
      if (isOwed) replies.speakUp({ kind: isGreeted() ? 'said' : 'begun' });
      else greet();
    });
    if (early?.isRequest) deadlines.clear('owed');

    const leftMs = deps.maxCallMs - (clock.now() - opened.openedAtMs);
    const words = () => languageOf(talk.language);
    deadlines.set('wrap-up', Math.max(0, leftMs - wrapUpMs), () => {
      replies.announce(limitWords[words()].aMinuteLeft);
      deadlines.set('announce', announceWithinMs, () => replies.announceNow());
    });
    deadlines.set('limit', Math.max(0, leftMs), () => {
      const person = transferTo(talk.personNow());
      const { timeIsUpTransfer, timeIsUpGoodbye } = speechWords[words()];
      replies.finish(person ? timeIsUpTransfer : timeIsUpGoodbye, person ?? { kind: 'hangup' });
      deadlines.set('leave', leaveAfterMs, () => line.hangUp());
    });
  }

  void converse()
    .catch((error: unknown) => {
      // Nothing is known to be wrong with the call: Retell connects again, and finds us or another task in order.
      log.error('request.failed', { ...where, route: 'llm-socket', ...errorFields(error) });
      line.letGo();
    })
    .finally(() => {
      deadlines.stop();
      isOver();
    });

  return {
    get isLive() {
      return isConfirmed && endCode === undefined;
    },
    over,
    isSilent: () => line.isSilent(),
    async handOver() {
      if (live) {
        await within(timers, live.replies.settled(), finishWithinMs);
        live.replies.stop();
        await Promise.all([within(timers, live.talk.saved(), finishWithinMs), line.flushed()]);
      }
      line.letGo();
      await over;
    },
    letGo: () => line.letGo(),
  };
}

/** Whoever spoke last waits for an answer, also when it is a reminder that tells us so. */
function promptedBy(isReminder: boolean, utterances: readonly Utterance[]): Prompted {
  const last = utterances.at(-1);
  if (last?.by === 'caller' && last.unintelligible) return { kind: 'unintelligible' };
  if (isReminder && last?.by !== 'caller' && last?.by !== 'keypad') return { kind: 'reminder' };
  return { kind: 'said' };
}
