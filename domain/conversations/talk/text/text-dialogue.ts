import type { Clock } from '../../../clock.ts';
import { languageOf } from '../../../language.ts';
import { errorFields, type Log } from '../../../log.ts';
import { sentences, wordsOfTag } from '../../words/words.ts';
import { lastWordOf, transferTo } from '../end/ending-of.ts';
import type { LiveTalk, ToolOutcome } from '../live-talk.ts';
import { askSupervisorName, modelFunctions, receptionistFunctions } from './model-functions.ts';
import { modelItems, toolOutput } from './model-items.ts';
import { heldBackMs, speakablePieces } from './speakable-pieces.ts';
import { isAnswerOwed } from '../speech/history.ts';
import { type AskSupervisor, safetyIdOf } from '../supervisor.ts';
import type { Ending } from '../talk.ts';
import { ModelFault, type ModelItem, type TextEvent, type TextModel } from './text-model.ts';
import { late, systemTimers, type Timers, within } from '../timers.ts';
import { toldTurns, untold } from '../turns/told-turns.ts';
import { hasAgentSpoken } from '../turns/turn.ts';
import { talkWordsOf } from '../words/words.ts';

/** What the engine tells its wire, in the order in which it is to reach the caller. */
export type Told =
  /** The next piece of the answer; pieces put together are what is said. `guarded`: not to be interrupted. */
  | { kind: 'say'; text: string; guarded?: true }
  /** Said while a tool takes its time. */
  | { kind: 'filler'; text: string }
  | { kind: 'tool-call'; callId: string; name: string; args: string }
  | { kind: 'tool-result'; callId: string; outcome: ToolOutcome }
  /** How the talk is to end once all before was heard. The wire puts it on record (`LiveTalk.end`) before it acts. */
  | { kind: 'ending'; ending: Ending };

/** What there is to answer. */
export type Prompted =
  /** The wire is there and nothing was said to the caller on it yet; who is owed an answer by now gets it too. */
  | { kind: 'begun' }
  /** The caller said something. `text`, where the wire has not kept it as a turn by itself. */
  | { kind: 'said'; text?: string }
  /** Nobody has said anything for a while. */
  | { kind: 'reminder' }
  /** Something was heard that holds no words. */
  | { kind: 'unintelligible' };

/** An answer on its way. Whoever stops reading it ends the model's request too. */
export interface Reply extends AsyncIterable<Told> {
  /** The caller interrupted and heard no more than this of it. */
  heard(words: string): void;
}

export interface TextDialogue {
  /**
   * Answers in pieces, as soon as there is something to say. Never throws for a model or a tool that fails. Aborted, it
   * ends at once and without a word; a tool that has begun still ends.
   */
  reply(prompted: Prompted, options: { signal: AbortSignal }): Reply;
}

interface Deps {
  model: TextModel;
  /** Name of the model that speaks. */
  modelName: string;
  /** For clinics with two agents. */
  askSupervisor: AskSupervisor;
  clock: Clock;
  log: Log;
  timers?: Timers;
  limits?: Partial<typeof usualLimits>;
}

export const usualLimits = {
  /** No word for so long, and a sentence is said that needs no model. */
  firstWordMs: 3_000,
  /** And no word for so long, and the request is given up. */
  deadMs: 7_000,
  /** A whole answer with all its tools. */
  answerMs: 20_000,
  /** A tool that takes longer is covered with a sentence, unless something was just said. */
  fillerMs: 700,
};

const mostToolRounds = 4;
const mostOutputTokens = 1_000;
/** So many requests in a row may fail before the caller is given to a person. */
const mostFailures = 2;

/** How one request to the model ended. */
type Round =
  | { outcome: 'answered'; hasSpoken: boolean; calls: Extract<TextEvent, { kind: 'call' }>[]; items: ModelItem[] }
  | { outcome: 'failed'; hasSpoken: boolean; fault: unknown }
  | { outcome: 'aborted' };

/**
 * The dialogue of a wire that carries text, with a streaming model and the tools of the talk.
 *
 * @param options.keepsTurns false where the wire keeps the agent's words as turns, by what its vendor says was heard
 */
export function createTextDialogue(deps: Deps) {
  const { model, modelName, askSupervisor, clock, log, timers = systemTimers } = deps;
  const limits = { ...usualLimits, ...deps.limits };

  return (talk: LiveTalk, { keepsTurns = true }: { keepsTurns?: boolean } = {}): TextDialogue => {
    const role = talk.agents === 'two' ? 'receptionist' : 'single';
    const where = { clinicId: talk.clinic.id, conversationId: talk.conversationId };
    const safetyId = safetyIdOf(talk);
    /** Requests to the model that failed one after the other. */
    let failures = 0;
    /** Times that nobody spoke, one after the other. */
    let silences = 0;
    const words = () => talkWordsOf(talk.language);
    /** The caller was asked for a message because nobody can help them: in writing, by the answer before this one. */
    let isMessageAwaited =
      talk
        .turns()
        .findLast(({ speaker }) => speaker === 'agent')
        ?.text.endsWith(words().sorryLeaveMessage) ?? false;

    const functions = () => {
      const language = languageOf(talk.language);
      const tools = talk.tools(role);
      return role === 'receptionist' ? receptionistFunctions(tools, language) : modelFunctions(tools, language);
    };

    /** One request to the model: its words as they come, then how it ended. */
    async function* ask(
      items: readonly ModelItem[],
      { withTools, saysWait, signal }: { withTools: boolean; saysWait: boolean; signal: AbortSignal },
    ): AsyncGenerator<Told, Round> {
      const request = new AbortController();
      const stop = () => request.abort(signal.reason);
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
      const pieces = speakablePieces();
      const calls: Extract<TextEvent, { kind: 'call' }>[] = [];
      let hasSpoken = false;
      let done: Extract<TextEvent, { kind: 'done' }> | undefined;
      const events = model
        .stream(
          {
            model: modelName,
            instructions: talk.instructions(role),
            items,
            tools: withTools ? functions() : [],
            maxOutputTokens: mostOutputTokens,
            safetyId,
          },
          { signal: request.signal },
        )
        [Symbol.asyncIterator]();
      const aborted = new Promise<never>((_, reject) => {
        const end = () => reject(request.signal.reason as Error);
        if (request.signal.aborted) end();
        else request.signal.addEventListener('abort', end, { once: true });
      });
      aborted.catch(() => undefined);
      try {
        let waitMs: number | undefined = limits.firstWordMs;
        let isSilent = true;
        for (let next = events.next(); ;) {
          const got = await within(timers, Promise.race([next, aborted]), waitMs);
          if (got === late) {
            if (!isSilent) {
              const piece = pieces.ripe();
              waitMs = undefined;
              if (piece) yield { kind: 'say', text: piece };
            } else if (waitMs === limits.firstWordMs) {
              waitMs = limits.deadMs - limits.firstWordMs;
              if (saysWait) yield { kind: 'filler', text: words().stillHere };
            } else {
              throw new ModelFault('timeout', 'the model did not begin its answer');
            }
            continue;
          }
          if (got.done) break;
          isSilent = false;
          const event = got.value;
          if (event.kind === 'call') calls.push(event);
          if (event.kind === 'done') done = event;
          const piece = event.kind === 'text' ? pieces.take(event.delta, clock.now()) : '';
          if (piece) {
            hasSpoken = true;
            yield { kind: 'say', text: piece };
          }
          if (event.kind === 'done') break;
          waitMs = pieces.isHolding ? heldBackMs : undefined;
          next = events.next();
        }
        const rest = pieces.rest();
        if (rest.trim()) {
          hasSpoken = true;
          yield { kind: 'say', text: rest };
        }
        if (!done) throw new ModelFault('failed', 'the answer of the model ended before it was whole');
        if (done.stop === 'refused' && !hasSpoken) {
          hasSpoken = true;
          yield { kind: 'say', text: wordsOfTag(talk.language).codes.ARGUMENTS_INVALID };
        }
        if (!hasSpoken && calls.length === 0) throw new ModelFault('failed', 'the model said nothing');
        return { outcome: 'answered', hasSpoken, calls, items: done.items };
      } catch (fault) {
        if (signal.aborted && !isTooLong(signal.reason)) return { outcome: 'aborted' };
        return { outcome: 'failed', hasSpoken: hasSpoken || pieces.isHolding, fault };
      } finally {
        signal.removeEventListener('abort', stop);
        request.abort(new Error('nobody listens any more'));
        void events.return?.()?.catch(() => undefined);
      }
    }

    /** A tool of the talk, the one behind it, or the refusal of one that this role does not have. */
    async function run(name: string, args: string, callId: string, signal: AbortSignal): Promise<ToolOutcome> {
      if (role === 'receptionist' && name === askSupervisorName) {
        const { needsHuman, ...answer } = await askSupervisor(talk, requestIn(args), callId, { signal });
        return { code: 'OK', data: { needs_human: needsHuman }, ...answer };
      }
      if (!talk.tools(role).some((tool) => tool.name === name)) {
        return { code: 'ARGUMENTS_INVALID', say: wordsOfTag(talk.language).codes.ARGUMENTS_INVALID, data: {} };
      }
      return talk.runTool(name, args, callId);
    }

    /** @param greeting was just said, though the caller spoke first: who is not told greets again */
    async function* converse(signal: AbortSignal, greeting: string | undefined): AsyncGenerator<Told> {
      const items: ModelItem[] = greeting === undefined ? [] : [{ kind: 'said', by: 'agent', text: greeting }];
      items.push(...modelItems(talk.turns(), languageOf(talk.language)));
      let saidAnything = false;
      let untoldOutcome: ToolOutcome | undefined;
      for (let rounds = 0; ;) {
        if (signal.aborted) return yield* cutShort(signal, untoldOutcome);
        const withTools = rounds < mostToolRounds;
        const round: Round = yield* watch(
          ask(items, { withTools, saysWait: !saidAnything, signal }),
          () => (saidAnything = true),
        );
        if (round.outcome === 'aborted') return;
        if (round.outcome === 'failed') {
          failures += 1;
          noteFault(round.fault);
          // What a tool has done is told, whatever became of the model that called it.
          if (untoldOutcome && !round.hasSpoken) return yield { kind: 'say', text: untoldOutcome.say };
          if (failures >= mostFailures || isRefused(round.fault)) return yield* giveUp();
          if (round.hasSpoken || isTooLong(signal.reason)) return yield { kind: 'say', text: ` ${words().repair}` };
          continue;
        }
        failures = 0;
        isMessageAwaited = false;
        if (!withTools && !round.hasSpoken) return yield { kind: 'say', text: untoldOutcome?.say ?? words().repair };
        if (!withTools || round.calls.length === 0) return;
        rounds += 1;
        items.push(...round.items);
        // What the next round says does not stick to what this one said.
        if (round.hasSpoken) yield { kind: 'say', text: ' ' };
        const outcomes: ToolOutcome[] = [];
        const answers: string[] = [];
        for (const { callId, name, args } of round.calls) {
          if (signal.aborted) break;
          yield { kind: 'tool-call', callId, name, args };
          const running = settled(run(name, args, callId, signal));
          const first = await within(timers, running, saidAnything ? undefined : limits.fillerMs);
          if (first === late && !signal.aborted) {
            saidAnything = true;
            yield { kind: 'filler', text: words().filler };
          }
          const result = first === late ? await running : first;
          if (signal.aborted && !isTooLong(signal.reason)) return;
          if ('error' in result) noteFault(result.error);
          const outcome: ToolOutcome =
            'outcome' in result
              ? result.outcome
              : { code: 'RETRY_LATER', say: wordsOfTag(talk.language).codes.RETRY_LATER, data: {} };
          yield { kind: 'tool-result', callId, outcome };
          items.push({ kind: 'result', callId, output: toolOutput(outcome) });
          untoldOutcome = outcome;
          outcomes.push(outcome);
          if (name === askSupervisorName) answers.push(outcome.say);
        }
        const last = lastWordOf(outcomes);
        if (last) {
          const { say, ending } = last;
          // The goodbye that was just said is not said again; that somebody else takes over is always told.
          if (ending?.kind !== 'hangup' || !round.hasSpoken) yield { kind: 'say', text: say, guarded: true };
          if (ending) yield { kind: 'ending', ending };
          return;
        }
        if (answers.length) return yield { kind: 'say', text: answers.join(' ') };
      }
    }

    /** An answer that took too long ends with what is known; one that was interrupted without a word. */
    function* cutShort(signal: AbortSignal, outcome: ToolOutcome | undefined): Generator<Told> {
      if (isTooLong(signal.reason)) yield { kind: 'say', text: outcome?.say ?? words().repair };
    }

    function noteFault(fault: unknown): void {
      const kind = fault instanceof ModelFault ? fault.kind : 'failed';
      const code = kind === 'refused' ? 'model.misconfigured' : 'model.failed';
      log.error(code, { ...where, reason: kind, attempt: failures, ...errorFields(fault) });
    }

    /** No model helps: a person does, or a message is taken for one. */
    async function* giveUp(): AsyncGenerator<Told> {
      log.warn('voice.fallback', { ...where, reason: 'model' });
      const person = talk.channel === 'voice' ? transferTo(talk.personNow()) : undefined;
      if (person) {
        yield { kind: 'say', text: words().sorryTransferring, guarded: true };
        return yield { kind: 'ending', ending: person };
      }
      const message = talk.turns().findLast(({ speaker }) => speaker === 'caller')?.text;
      if (!isMessageAwaited || message === undefined) {
        isMessageAwaited = true;
        return yield { kind: 'say', text: words().sorryLeaveMessage };
      }
      const said = wordsOfTag(talk.language);
      try {
        await talk.leaveMessage(message);
      } catch (error) {
        log.error('tool.failed', { ...where, tool: 'take_message', ...errorFields(error) });
        return yield { kind: 'say', text: said.codes.RETRY_LATER };
      }
      const goodbye = talk.channel === 'voice' && said.goodbye;
      yield { kind: 'say', text: sentences(said.messageTaken, goodbye), guarded: true };
      yield { kind: 'ending', ending: { kind: 'hangup' } };
    }

    /** Nobody speaks: asked twice, and then goodbye. */
    function* remind(): Generator<Told> {
      const reminder = words().silenceReminders[silences];
      silences += 1;
      if (reminder !== undefined) return yield { kind: 'say', text: reminder };
      yield { kind: 'say', text: words().silenceGoodbye };
      yield { kind: 'ending', ending: { kind: 'hangup' } };
    }

    async function* answer(prompted: Prompted, signal: AbortSignal): AsyncGenerator<Told> {
      let greeting: string | undefined;
      if (prompted.kind === 'begun') {
        const turns = talk.turns();
        if (!hasAgentSpoken(turns)) greeting = talk.greeting();
        yield { kind: 'say', text: greeting ?? words().resumed };
        if (!isAnswerOwed(turns)) return;
        yield { kind: 'say', text: ' ' };
      }
      if (prompted.kind === 'said' && prompted.text !== undefined) talk.begin('caller').fill(prompted.text);
      if (prompted.kind !== 'reminder') silences = 0;
      const alarm = await talk.hear();
      if (signal.aborted) return;
      if (alarm) {
        yield { kind: 'say', text: alarm.say, guarded: true };
        if (alarm.ending) yield { kind: 'ending', ending: alarm.ending };
      } else if (prompted.kind === 'reminder') {
        yield* remind();
      } else if (prompted.kind === 'unintelligible') {
        yield { kind: 'say', text: words().unintelligible };
      } else {
        yield* converse(signal, greeting);
      }
    }

    return {
      reply(prompted, { signal }) {
        const turns = keepsTurns ? toldTurns(talk) : untold;

        async function* told(): AsyncGenerator<Told> {
          const whole = new AbortController();
          const stop = () => whole.abort(new Error('interrupted'));
          for (const one of [signal, talk.lost]) {
            if (one.aborted) return;
            one.addEventListener('abort', stop, { once: true });
          }
          const handle = timers.set(
            () => whole.abort(new ModelFault('timeout', 'the answer took too long')),
            limits.answerMs,
          );
          let isWhole = false;
          try {
            for await (const one of answer(prompted, whole.signal)) {
              if (signal.aborted || talk.lost.aborted) return;
              if (one.kind === 'say' || one.kind === 'filler')
                turns.add(one.kind === 'say' ? one.text : `${one.text} `);
              else if (one.kind === 'tool-call') turns.close();
              yield one;
            }
            isWhole = !signal.aborted && !talk.lost.aborted;
          } finally {
            timers.clear(handle);
            for (const one of [signal, talk.lost]) one.removeEventListener('abort', stop);
            whole.abort(new Error('nobody listens any more'));
            turns.end({ interrupted: !isWhole });
          }
        }
        return { [Symbol.asyncIterator]: told, heard: (heard) => turns.heard(heard) };
      },
    };
  };
}

/** Hands on all that a generator yields and tells of each time it speaks; answers what it returns. */
async function* watch(from: AsyncGenerator<Told, Round>, spoke: () => void): AsyncGenerator<Told, Round> {
  for (let next = await from.next(); ; next = await from.next()) {
    if (next.done) return next.value;
    spoke();
    yield next.value;
  }
}

const isTooLong = (reason: unknown): boolean => reason instanceof ModelFault && reason.kind === 'timeout';
const isRefused = (fault: unknown): boolean => fault instanceof ModelFault && fault.kind === 'refused';

const settled = async <T>(work: Promise<T>): Promise<{ outcome: T } | { error: unknown }> => {
  try {
    return { outcome: await work };
  } catch (error) {
    return { error };
  }
};

/** What a receptionist asks for; its arguments are a model's own writing. */
function requestIn(args: string): string {
  try {
    const { request } = JSON.parse(args) as { request?: unknown };
    return typeof request === 'string' ? request : '';
  } catch {
    return '';
  }
}
