import type { ClinicProfile } from '../../clinics/clinic-store.ts';
import { lineOpen } from '../../clinics/numbers/human-line.ts';
import { derivedUuid } from '../../ids.ts';
import { type LanguageTag, languageOf } from '../../language.ts';
import { errorFields } from '../../log.ts';
import { callerNumberOf } from '../caller-number.ts';
import { mayBeInDanger } from '../judge-emergency.ts';
import { outboundWordsOf } from '../outbound/outbound-words.ts';
import { agreementIn } from '../recording-agreement.ts';
import { openEmergencyLine } from '../tools/emergency-answer.ts';
import { runTool } from '../tools/run-tool.ts';
import { withinLimit } from '../tools/time-limit.ts';
import type { ToolContext } from '../tools/tool.ts';
import { sentences, wordsOfTag } from '../words/words.ts';
import { begunConversation } from './begun-conversation.ts';
import { composeInstructions, type PromptParts } from './instructions/compose-instructions.ts';
import { hearEmergency } from './hear-emergency.ts';
import { toolsOf } from './light-tools.ts';
import { letGo } from './end/let-go.ts';
import type { AgentRole, LiveTalk } from './live-talk.ts';
import type { RememberedDialogue } from './remembered-dialogue.ts';
import { recordConsent } from './record-consent.ts';
import { runTalkTool } from './run-talk-tool.ts';
import { saveTurns } from './turns/save-turns.ts';
import { storedTurns } from './turns/stored-turns.ts';
import { talkTurns } from './turns/talk-turns.ts';
import type { Ending, Talk } from './talk.ts';
import type { TalkDeps } from './talk-deps.ts';
import { tellEnd } from './end/tell-end.ts';
import { persistently } from './persistently.ts';
import { type Turn, utterancesOf } from './turns/turn.ts';
import { recordingNoticeOf, talkWordsOf } from './words/words.ts';

/** So much for what a tool must know of its call; what comes later, it does without. */
const contextLimitMs = 500;

/** Who may be in danger waits no longer than this for a conversation that is only just being made. */
const begunLimitMs = 80;

const pauseFor = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A talk as it was loaded when it was taken over. */
export interface Taken {
  talk: Talk;
  clinic: ClinicProfile;
  /** Turns of former holders, in order. */
  known: readonly Turn[];
  texts: PromptParts['texts'];
  dialogue: RememberedDialogue;
}

/** @param forget called when this holder has the talk no more */
export function holdTalk(
  deps: TalkDeps,
  { talk, clinic, known, texts, dialogue }: Taken,
  forget: (held: { epoch: number; lose(): void }) => void,
) {
  const { clock, log, acts, talks, pause = pauseFor } = deps;
  const { conversationId, epoch } = talk;
  const clinicId = clinic.id;
  const where = { clinicId, conversationId };
  const callerNumber = callerNumberOf(talk, clinic.country);

  const lost = new AbortController();
  const held = {
    epoch,
    lose() {
      forget(held);
      if (lost.signal.aborted) return;
      log.warn('talk.superseded', where);
      lost.abort(new Error('the talk was taken over'));
    },
  };

  const saver = saveTurns({ talks, log, pause }, where, held.lose);
  const turns = talkTurns({ clock, saver }, { epoch, known });
  const heardSoFar = () => utterancesOf(turns.all());
  const language = (): LanguageTag => dialogue.copy().language ?? talk.language;

  let conversation = begunConversation(talk, clock.now());
  /** The conversation as it stands, made if no event has yet: acts are recorded only in one that is there. */
  async function conversationNow(): Promise<void> {
    const begun = conversation;
    conversation = (await deps.conversations.change(clinicId, conversationId, (current) => current ?? begun)) ?? begun;
  }
  /** Whether another holds the talk by now. */
  async function holdsStill(): Promise<void> {
    const now = await talks.get(clinicId, conversationId);
    if (now?.epoch !== epoch || now.finishedAtMs !== undefined) held.lose();
  }
  /** Done in time or logged and left: whatever it was, the caller is answered. */
  async function inTime(works: readonly Promise<void>[]): Promise<void> {
    try {
      await withinLimit(contextLimitMs, Promise.all(works));
    } catch (error) {
      log.error('request.failed', { ...where, reason: 'talk-context', ...errorFields(error) });
    }
  }

  const contextNow = (requestId: string): ToolContext => ({
    clinic,
    conversation,
    language: talk.language,
    requester: {
      kind: 'agent',
      holder: conversationId,
      conversationId,
      ...(callerNumber && { callerNumber }),
      ...(talk.visitorNetwork !== undefined && { visitorNetwork: talk.visitorNetwork }),
      actor: { actorType: 'agent', actorId: conversationId, requestId },
    },
  });

  const hear = hearEmergency({ acts, clock, log, dialogue });
  const tool = runTalkTool({
    turns,
    run: runTool({ ...deps, dialogues: dialogue }),
    now: () => clock.now(),
    refuse: () => ({ code: 'RETRY_LATER', say: wordsOfTag(language()).codes.RETRY_LATER, data: {} }),
    async context(callId) {
      await inTime([conversationNow(), holdsStill()]);
      return lost.signal.aborted ? 'superseded' : contextNow(derivedUuid('tool', conversationId, callId));
    },
  });
  let isBegun = false;
  const begun = inTime([conversationNow()]).then(() => {
    isBegun = true;
  });

  /** How it is to end, as matters stand. */
  let wanted: Ending | undefined;
  /** What was wanted before, and has waited for a store, is not written any more. */
  async function keepEnding(): Promise<void> {
    const kept = await persistently(pause, () =>
      talks.change(clinicId, conversationId, (current) =>
        current.epoch === epoch ? { ...current, ending: wanted } : current,
      ),
    );
    if (kept?.epoch !== epoch) held.lose();
  }

  /** Whoever is asked whether they are in danger is not hung up on after it, whatever breaks meanwhile. */
  function takeGoodbyeBack(): void {
    if (wanted?.kind !== 'hangup') return;
    wanted = undefined;
    keepEnding().catch((error: unknown) =>
      log.error('talk.save-failed', { ...where, reason: 'ending', ...errorFields(error) }),
    );
  }

  const prompts = new Map<string, string>();
  let ended: Promise<void> | undefined;
  const notice = () => (talk.channel === 'voice' ? recordingNoticeOf(clinic.voice, language()) : undefined);
  const consents = recordConsent(deps, { talk, noticeId: notice()?.id, begun: conversationNow, language, pause });
  const toStore = () => storedTurns(turns.all(), consents.has('objected'), clinic.voice);
  const close = tellEnd(deps, { talk, turns: toStore, saver, pause });
  const left = letGo(deps, talk, pause);
  let { noticeHeardAtMs } = talk;

  const live: LiveTalk = {
    clinic,
    conversationId,
    agents: talk.agents,
    channel: talk.channel,
    openedAtMs: talk.openedAtMs,
    callerNumber,
    isResumed: known.some(({ speaker, text }) => speaker !== 'tool' && text !== ''),
    get language() {
      return language();
    },
    turns: () => turns.all(),

    greeting() {
      const words = talkWordsOf(language());
      const own = clinic.greeting[language()] ?? clinic.greeting[languageOf(language())];
      if (talk.channel !== 'voice') return sentences(words.writtenGreeting(clinic.name), words.howCanIHelp);
      const hello = talk.direction === 'outbound' ? words.outboundGreeting : words.greeting;
      const called = talk.purpose && outboundWordsOf(language());
      return sentences(
        hello(clinic.name),
        notice()?.text,
        // The clinic's own greeting is for those who call it.
        ...(called ? [called.contact, called.whoIsThere] : [own ?? words.howCanIHelp]),
      );
    },

    get unheardNotice() {
      return noticeHeardAtMs === undefined ? notice()?.text : undefined;
    },
    get hasObjected() {
      return consents.has('objected');
    },
    get agreement() {
      if (talk.channel !== 'voice' || clinic.voice.recording !== 'explicit') return undefined;
      return consents.has('agreed') ? 'given' : agreementIn(turns.all(), noticeHeardAtMs);
    },
    async consent(consent) {
      if (consent === 'notice-heard') noticeHeardAtMs ??= clock.now();
      await consents.record(consent);
    },

    instructions(role: AgentRole) {
      const nowMs = clock.now();
      const key = `${role} ${language()} ${Math.floor(nowMs / promptMs)}`;
      let prompt = prompts.get(key);
      if (prompt === undefined) {
        const { channel, purpose } = talk;
        prompt = composeInstructions(role, { clinic, texts, language: language(), nowMs, channel, purpose });
        prompts.set(key, prompt);
      }
      return prompt;
    },
    tools: (role) => toolsOf(role, talk.channel),
    begin: (speaker) => turns.begin(speaker),

    async hear() {
      const utterances = heardSoFar();
      if (!isBegun) await Promise.race([begun, pauseFor(begunLimitMs)]);
      const alarm = await hear((state) => {
        const request = derivedUuid('hear', conversationId, String(utterances.length));
        return {
          ...contextNow(request),
          state: { ...dialogue.copy(), ...state },
          language: language(),
          nowMs: clock.now(),
        };
      }, utterances);
      if (alarm && !alarm.ending) takeGoodbyeBack();
      return alarm;
    },

    runTool: tool,

    async leaveMessage(text, callbackNumber = callerNumber) {
      const message = {
        messageId: derivedUuid('message', clinicId, conversationId, text, callbackNumber ?? ''),
        ...(callbackNumber !== undefined && { callbackNumber: callbackNumber.slice(0, 40) }),
        text: text.slice(0, 1_000),
        urgency: 'routine' as const,
        takenAtMs: clock.now(),
      };
      await persistently(pause, async () => {
        await conversationNow();
        await acts.record(clinicId, conversationId, { message, audit: [] });
      });
    },

    personNow() {
      const nowMs = clock.now();
      const onCall = mayBeInDanger(dialogue.copy()) ? openEmergencyLine({ clinic, conversation }, nowMs) : undefined;
      return onCall ?? (lineOpen('humanLine', clinic, nowMs) ? clinic.humanLine?.number : undefined);
    },

    async end(ending) {
      wanted = ending;
      await keepEnding();
    },

    saved: () => saver.saved(),
    lost: lost.signal,

    async close({ over }) {
      if (!over && !ended) await saver.saved();
      if (over || (!ended && (await left()))) await (ended ??= close());
      forget(held);
    },
  };
  return { talk: live, held };
}

/** A prompt tells the date and no time, and no clinic changes its day within a quarter of an hour. */
const promptMs = 15 * 60 * 1000;
