import type { Clock } from '../../../clock.ts';
import { languageOf } from '../../../language.ts';
import { errorFields, type Log, type LogFields } from '../../../log.ts';
import { sentences } from '../../words/words.ts';
import type { Alarm, LiveTalk } from '../live-talk.ts';
import type { AskSupervisor } from '../supervisor.ts';
import type { Timers } from '../timers.ts';
import { type AgentVoice, createAgentVoice } from './agent-voice.ts';
import { type CallEnd, createCallEnd } from './call-end.ts';
import { type CallerSilence, createCallerSilence } from './caller-silence.ts';
import { type CallerTurns, createCallerTurns } from './caller-turns.ts';
import { createDanger } from './danger.ts';
import { createDeadlines } from './deadlines.ts';
import { createDeparture, type Departure } from './departure.ts';
import { createFillers, type Fillers } from './fillers.ts';
import { followConsent } from './follow-consent.ts';
import { createGuard, type Guard } from './guard.ts';
import { hasLineAsked, isAnswerOwed } from './history.ts';
import { createKeypad } from './keypad.ts';
import { createModelLink, type ModelLink } from './model-link.ts';
import type { CallControl, LineEnd, PhoneLine } from './phone-line.ts';
import type { PreparedAudio } from './prepared-audio.ts';
import { createSoundWatch, type SoundWatch } from './sound-watch.ts';
import { speechSetup } from './speech-setup.ts';
import {
  attentive,
  guarded,
  type Purpose,
  type ResponseEnd,
  type SpeechEvent,
  type SpeechModels,
  type SpeechSession,
  type SpokenItem,
} from './speech-model.ts';
import { type SpeechWords, speechWords } from './speech-words.ts';
import { createToolRuns, type FinishedRun, type ToolRuns } from './tool-runs.ts';

export interface SpeechDeps {
  models: SpeechModels;
  /** For clinics with two agents. */
  askSupervisor: AskSupervisor;
  prepared: PreparedAudio;
  clock: Clock;
  timers: Timers;
  log: Log;
  maxCallMs: number;
}

/**
 * A talk by voice over a telephone line and a speech model, from the greeting to its last turn saved. It is told what
 * comes from the line, and plays to it; whatever fails, somebody answers the caller or the call goes where somebody does.
 */
export class SpeechTalk {
  /** Resolves when the talk is saved and closed. */
  readonly over: Promise<void>;
  readonly #deps: SpeechDeps;
  readonly #talk: LiveTalk;
  readonly #where: LogFields;
  readonly #callerTurns: CallerTurns;
  readonly #voice: AgentVoice;
  readonly #keypad: { press(key: string): void };
  readonly #link: ModelLink;
  readonly #runs: ToolRuns;
  readonly #recording: ReturnType<typeof followConsent>;
  readonly #departure: Departure;
  readonly #end: CallEnd;
  readonly #guard: Guard;
  readonly #watch: SoundWatch;
  readonly #fillers: Fillers;
  readonly #silence: CallerSilence;
  /** What has to be said in place of anything else. */
  readonly #danger: ReturnType<typeof createDanger>;

  /** Somebody waits for a word of ours. */
  #isOwed = false;
  /** Outputs or words of ours wait for an answer that knows of them. */
  #wantsAnswer = false;
  #responding = false;
  /** Words were spoken that nobody will ever write down. */
  #lostWords = false;
  /** Responses that failed one after the other. */
  #failures = 0;

  constructor(deps: SpeechDeps, talk: LiveTalk, line: PhoneLine, control: CallControl) {
    this.#deps = deps;
    this.#talk = talk;
    this.#where = { clinicId: talk.clinic.id, conversationId: talk.conversationId };
    // Each part takes of these what it needs; the names of its deadlines are its own.
    const deadlines = createDeadlines<string>(deps.clock, deps.timers);
    const call = { ...deps, talk, line, control, deadlines, where: this.#where };
    const callerTurns = createCallerTurns(talk);
    const runs = createToolRuns(talk, talk.agents === 'two' ? deps.askSupervisor : undefined, {
      finished: (run) => this.#toolFinished(run),
      done: (last) => this.#toolsDone(last),
      failed: (error) => {
        if (!this.#departure.hasLeft) deps.log.error('tool.failed', { ...this.#where, ...errorFields(error) });
      },
    });
    const link = createModelLink(call, () => speechSetup(talk, this.#isGuarded ? guarded : attentive), {
      onAudio: (item, payload) => this.#voice.play(item, payload),
      onEvent: (event) => this.#onEvent(event),
      onLive: (session, isFirst) => this.#onLive(session, isFirst),
      onLost: () => this.#onLost(),
      onGivenUp: (reason) => this.#end.fallBack(reason),
    });
    const voice = createAgentVoice({ ...call, link }, () => this.#soundBegins());
    const speech = { ...call, link, voice, callerTurns, runs };
    const departure = createDeparture(speech);
    const guard = createGuard(speech, {
      asked: () => this.#watch.expect(),
      lowered: (isUnanswered) => this.#guardLowered(isUnanswered),
    });
    this.#callerTurns = callerTurns;
    this.#runs = runs;
    this.#link = link;
    this.#voice = voice;
    this.#departure = departure;
    this.#guard = guard;
    this.#end = createCallEnd(
      { ...speech, departure },
      {
        decided: () => this.#endDecided(),
        hasFailed: () => this.#failures > 1,
      },
    );
    this.#watch = createSoundWatch(
      { ...speech, guard },
      { isOff: () => this.#isEnding || callerTurns.isSpeaking, isOwed: () => this.#isOwed },
    );
    this.#fillers = createFillers(speech, {
      isOff: () => this.#isGuarded || callerTurns.isSpeaking,
      isResponding: () => this.#responding,
    });
    this.#danger = createDanger(call);
    this.#silence = createCallerSilence(
      { deadlines, danger: this.#danger },
      { isQuiet: () => this.#isQuiet, silent: (alarm, isLast) => this.#callerIsSilent(alarm, isLast) },
    );
    this.#keypad = createKeypad(deadlines, (keys) => this.#keyed(keys));
    this.#recording = followConsent(call, () => this.#session?.add({ by: 'us', text: this.#words.recordingStopped }));
    this.over = departure.over;
    if (!talk.isResumed) this.#guard.raise('greeting', talk.greeting());
    else if (talk.unheardNotice) {
      // Whoever held it before died within the greeting.
      this.#guard.raise('resumed', sentences(this.#words.resumed, talk.unheardNotice));
      if (isAnswerOwed(talk.turns())) this.#guard.spokenOver();
    }
    talk.lost.addEventListener('abort', () => departure.giveWay(), { once: true });
  }

  start(): void {
    if (this.#talk.lost.aborted) return this.#departure.giveWay();
    this.#end.limit();
    this.#watch.expect();
    this.#recording.resume();
    this.#link.open();
  }

  /** In place of a start: there is no room for this call. It goes where a person answers, or a number is taken. */
  refuse(): void {
    this.#end.fallBack('busy');
  }

  /** The caller's audio: base64 of µ-law at 8 kHz, valid until this returns. */
  heard(payload: Buffer): void {
    this.#link.hear(payload);
  }

  /** A mark came back. */
  marked(name: string): void {
    if (this.#voice.marked(name)) this.#settle();
  }

  /** The caller pressed a key. */
  pressed(key: string): void {
    this.#keypad.press(key);
  }

  /** The caller's side is gone. */
  ended(how: LineEnd): void {
    this.#end.lineEnded(how);
  }

  /** Another task is to go on with the talk: at the next pause, or soon. */
  handOver(): void {
    if (this.#isEnding || this.#departure.isHandingOver) return;
    this.#departure.handOverSoon();
    this.#settle();
  }

  get #words(): SpeechWords {
    return speechWords[languageOf(this.#talk.language)];
  }

  get #session(): SpeechSession | undefined {
    return this.#link.session;
  }

  /** It is known what becomes of the call. */
  get #isEnding(): boolean {
    return this.#departure.hasLeft || this.#end.ending !== undefined;
  }

  /** Something is to be heard to its end: nobody interrupts, and nobody is answered. */
  get #isGuarded(): boolean {
    return this.#guard.isUp || this.#end.ending !== undefined;
  }

  // What the model tells.

  #soundBegins(): void {
    this.#watch.heard();
    this.#silence.clear();
  }

  #onEvent(event: SpeechEvent): void {
    if (this.#departure.hasLeft) return this.#departure.hear(event);
    switch (event.kind) {
      case 'speech-started':
        this.#callerTurns.begins();
        this.#silence.clear();
        if (this.#isGuarded) return;
        this.#watch.clear();
        this.#isOwed = false;
        return this.#bargeIn();
      case 'speech-stopped':
        this.#callerTurns.stops();
        if (this.#isGuarded) return;
        this.#isOwed = true;
        return this.#watch.expect();
      case 'committed':
        this.#guard.spokenOver();
        return this.#callerTurns.committed(event.itemId);
      case 'transcribed':
        if (!this.#callerTurns.transcribed(event.itemId, event.text)) return;
        this.#silence.broken();
        this.#recording.hear(event.text);
        return void this.#judge();
      case 'response-started':
        this.#responding = true;
        // Begun with all outputs in sight, it is the answer to them.
        if ((event.purpose ?? 'answer') === 'answer' && event.knowsAll && this.#runs.count === 0) {
          this.#wantsAnswer = false;
        }
        return;
      case 'words':
        return this.#voice.words(event.item, event.text, event.whole);
      case 'audio-ended':
        return this.#soundEnds(event.item);
      case 'call':
        return this.#called(event);
      case 'response-ended':
        return this.#responseEnded(event);
    }
  }

  #soundEnds(item: SpokenItem): void {
    const end = this.#voice.end(item);
    if (end === 'cut') return;
    if (item.purpose === 'ending') this.#end.sent();
    else this.#guard.sent(item.purpose);
    if (end === 'unmarked') this.#settle();
  }

  #responseEnded(end: ResponseEnd): void {
    const { purpose, status, code } = end;
    this.#responding = false;
    if (status === 'failed') return this.#responseFailed(purpose, code);
    this.#failures = 0;
    // Whoever was answered has spoken, also where no words of theirs are written down.
    if (purpose === undefined && status === 'completed') this.#silence.broken();
    const answers = purpose === undefined || purpose === 'answer' || purpose === 'repair';
    if (answers && status !== 'cancelled' && !this.#wantsAnswer && this.#runs.count === 0) this.#isOwed = false;
    if (purpose === 'ending') this.#end.made();
    else this.#guard.made(end);
    if (status === 'incomplete' && code === 'content_filter' && !this.#isGuarded) {
      this.#session?.respond({ purpose: 'repair', say: this.#words.sayAgain });
    }
    this.#settle();
  }

  #responseFailed(purpose: Purpose | undefined, code: string | undefined): void {
    this.#deps.log.warn('model.failed', {
      ...this.#where,
      reason: code === 'insufficient_quota' ? 'quota' : 'response',
    });
    if (++this.#failures > 1) return this.#end.fallBack('response');
    if (this.#end.ending) return this.#end.say();
    if (this.#guard.isFor(purpose)) return this.#guard.say();
    // A prompt or a filler that failed is not missed; an answer is.
    if (purpose === undefined || purpose === 'answer') this.#wantAnswer();
    else this.#settle();
  }

  // The session comes and goes.

  #onLive(session: SpeechSession, isFirst: boolean): void {
    this.#responding = false;
    this.#callerTurns.stops();
    if (this.#end.ending) {
      if (!this.#end.isSaid) this.#end.say();
      return;
    }
    if (isFirst && this.#talk.isResumed) return void this.#resume();
    if (this.#guard.isUp) {
      if (this.#guard.isDue) this.#guard.say();
      return;
    }
    if (this.#lostWords) {
      this.#lostWords = false;
      session.respond({ purpose: 'repair', say: this.#words.sayAgain });
    } else if (this.#isOwed || this.#wantsAnswer) {
      session.add({ by: 'us', text: this.#words.wentOn });
      if (this.#runs.count === 0) this.#wantAnswer();
    }
    this.#settle();
  }

  /** The first words of whoever takes up a talk: of danger, if it was left open, else that the talk goes on. */
  async #resume(): Promise<void> {
    const alarm = await this.#danger();
    if (this.#isEnding) return;
    if (alarm) return this.#raise(alarm);
    if (this.#guard.isUp) return this.#guard.say();
    if (hasLineAsked(this.#talk.turns())) return this.#settle();
    this.#session?.respond({ purpose: 'resumed', say: this.#words.resumed });
    if (isAnswerOwed(this.#talk.turns())) this.#wantAnswer();
  }

  #onLost(): void {
    const wasResponding = this.#responding;
    this.#responding = false;
    this.#voice.abandon();
    if (wasResponding && !this.#guard.isDue) this.#isOwed = true;
    // Nobody will ever tell what was said: it has to be asked for again.
    if (this.#callerTurns.abandon() && this.#isOwed) this.#lostWords = true;
    if (this.#isOwed || this.#guard.isDue) this.#watch.expect();
  }

  // Whose turn it is.

  #bargeIn(): void {
    const startedMs = this.#deps.clock.now();
    const wasPlaying = this.#voice.silence();
    if (this.#responding) this.#session?.interrupt();
    this.#runs.interrupt();
    if (wasPlaying) {
      this.#deps.log.info('voice.barge-in', { ...this.#where, durationMs: this.#deps.clock.now() - startedMs });
    }
  }

  /** Nothing is said, nothing is about to be, and nobody speaks: what waited for a pause may happen. */
  #settle(): void {
    if (this.#departure.hasLeft || this.#voice.isPlaying || this.#responding) return;
    if (this.#end.ending) return this.#end.heard();
    const isPause = !this.#callerTurns.isSpeaking && this.#runs.count === 0;
    if (isPause && this.#departure.isHandingOver) return this.#departure.handOver();
    if (this.#guard.isUp) return this.#guard.heard();
    if (this.#wantsAnswer) this.#wantAnswer();
    if (isPause && this.#session?.isBusy === false && !this.#isOwed) this.#silence.expect();
  }

  /** An answer by the model, once every output is there. */
  #wantAnswer(): void {
    this.#wantsAnswer = true;
    this.#isOwed = true;
    if (this.#runs.count > 0 || this.#isGuarded) return;
    this.#session?.respond({ purpose: 'answer' });
    this.#watch.expect();
  }

  #guardLowered(isUnanswered: boolean): void {
    if (isUnanswered && !this.#callerTurns.isSpeaking) this.#wantAnswer();
    this.#settle();
  }

  get #isQuiet(): boolean {
    const isOurs = this.#voice.isPlaying || this.#responding || this.#isOwed || this.#guard.isUp;
    return !isOurs && !this.#isEnding && !this.#callerTurns.isSpeaking;
  }

  #callerIsSilent(alarm: Alarm | undefined, isLast: boolean): void {
    if (alarm) this.#raise(isLast ? { ending: { kind: 'hangup' }, ...alarm } : alarm);
    else if (isLast) this.#end.finish({ kind: 'hangup' }, this.#words.silentGoodbye);
    else {
      this.#session?.respond({ purpose: 'silence', say: this.#words.stillThere });
      this.#watch.expect();
    }
  }

  // Keys, tools, alarms.

  #keyed(keys: string): void {
    if (this.#isEnding) return;
    const text = this.#words.keyed(keys);
    this.#talk.begin('caller').fill(text);
    this.#silence.broken();
    this.#silence.clear();
    if (this.#guard.isUp) this.#guard.spokenOver();
    else {
      this.#voice.silence();
      this.#session?.interrupt();
    }
    // Without a session it is in what the next one is told.
    this.#session?.add({ by: 'caller', text });
    this.#wantAnswer();
  }

  #called(call: { callId: string; name: string; args: string }): void {
    // What is told during an alarm was called by the answer it has cut off.
    const isMuted = this.#guard.isFor('alarm');
    if (!isMuted) this.#isOwed = true;
    this.#watch.clear();
    this.#silence.clear();
    this.#fillers.cover();
    this.#runs.start({ ...call, generation: this.#link.generation, isMuted });
  }

  #toolFinished(run: FinishedRun): void {
    const { callId, name, generation, isMuted, output } = run;
    if (this.#departure.hasLeft) return this.#departure.settle();
    if (generation === this.#link.generation) this.#session?.answer(callId, output);
    else this.#session?.add({ by: 'us', text: this.#words.toolAnswered(name, output) });
    if (!isMuted && !this.#end.ending) this.#wantsAnswer = true;
  }

  /** Every output is there: the call ends by it, or the caller is answered. */
  #toolsDone(last: Alarm | undefined): void {
    this.#fillers.clear();
    if (this.#isEnding) return;
    if (last?.ending) this.#end.finish(last.ending, last.say || this.#words.goodbye);
    else if (last) this.#raise(last);
    else if (this.#wantsAnswer) this.#wantAnswer();
    else this.#settle();
  }

  /** The caller's words are judged before anything else is said; a model that was quicker is cut off. */
  async #judge(): Promise<void> {
    const alarm = await this.#danger();
    if (alarm && !this.#end.isFinal) this.#raise(alarm);
  }

  #raise({ say, ending }: Alarm): void {
    // Nobody would answer to it.
    if (this.#link.isClosed && !ending) return;
    this.#voice.silence();
    this.#session?.interrupt();
    this.#wantsAnswer = false;
    this.#isOwed = false;
    this.#runs.mute();
    this.#runs.interrupt();
    this.#fillers.clear();
    this.#end.takeBack();
    if (ending) return this.#end.finish(ending, say);
    this.#guard.raise('alarm', say);
    this.#guard.say();
  }

  /** From now on nobody interrupts, and nothing else is waited for. */
  #endDecided(): void {
    this.#guard.drop();
    this.#wantsAnswer = false;
    this.#watch.clear();
    this.#fillers.clear();
    this.#silence.clear();
    this.#departure.stay();
  }
}
