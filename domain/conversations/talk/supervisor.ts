import { createHash } from 'node:crypto';
import * as z from 'zod';
import { languageOf } from '../../language.ts';
import { errorFields, type Log } from '../../log.ts';
import { lastWordOf } from './end/ending-of.ts';
import type { LiveTalk, ToolOutcome } from './live-talk.ts';
import { modelFunctions } from './text/model-functions.ts';
import { modelItems, toolOutput } from './text/model-items.ts';
import { promptWords } from './prompt/words.ts';
import { ModelFault, type ModelItem, type TextModel } from './text/text-model.ts';
import { systemTimers, type Timers } from './timers.ts';
import { talkWordsOf } from './words/words.ts';

/** What the supervisor hands back; `needs_human` as its model is told of it. */
const Answer = z.object({
  say: z.string().describe('What the caller hears, word for word.'),
  needs_human: z.boolean().describe('True only if the caller wants a person or cannot be helped here.'),
});

export interface SupervisorAnswer extends Pick<ToolOutcome, 'ending' | 'emergency'> {
  /** To be spoken as it is. */
  say: string;
  needsHuman: boolean;
}

/**
 * Asks the model behind a receptionist. Always answers with something to say; the same `callId` again hears the same.
 *
 * @throws the signal's reason when it is aborted: then no further tool has begun
 */
export type AskSupervisor = (
  talk: LiveTalk,
  request: string,
  callId: string,
  options: { signal: AbortSignal },
) => Promise<SupervisorAnswer>;

interface Deps {
  model: TextModel;
  /** Name of the larger model. */
  modelName: string;
  log: Log;
  timers?: Timers;
  /** For everything together, in milliseconds: the caller hears fillers meanwhile. */
  limitMs?: number;
}

const mostRounds = 4;
const usualLimitMs = 8_000;
const mostOutputTokens = 2_000;
const longestRequest = 2_000;

/** A hash that stands for the caller's conversation and tells nothing of them. */
export const safetyIdOf = ({ conversationId }: Pick<LiveTalk, 'conversationId'>): string =>
  createHash('sha256').update(conversationId).digest('hex');

export function askSupervisor({
  model,
  modelName,
  log,
  timers = systemTimers,
  limitMs = usualLimitMs,
}: Deps): AskSupervisor {
  const answers = new WeakMap<LiveTalk, Map<string, Promise<SupervisorAnswer>>>();

  async function ask(talk: LiveTalk, request: string, callId: string, signal: AbortSignal): Promise<SupervisorAnswer> {
    const patience = new AbortController();
    const both = AbortSignal.any([signal, talk.lost, patience.signal]);
    const handle = timers.set(() => patience.abort(new ModelFault('timeout', 'the supervisor took too long')), limitMs);
    const done: ToolOutcome[] = [];
    try {
      return await withPerson(talk, callId, await think(talk, request, done, both));
    } catch (error) {
      signal.throwIfAborted();
      talk.lost.throwIfAborted();
      const { conversationId, clinic } = talk;
      const kind = error instanceof ModelFault ? error.kind : 'failed';
      log.error(kind === 'refused' ? 'model.misconfigured' : 'model.failed', {
        clinicId: clinic.id,
        conversationId,
        reason: `supervisor-${kind}`,
        ...errorFields(error),
      });
      return afterFault(talk, done);
    } finally {
      timers.clear(handle);
    }
  }

  async function think(
    talk: LiveTalk,
    request: string,
    done: ToolOutcome[],
    signal: AbortSignal,
  ): Promise<SupervisorAnswer> {
    const quoted = JSON.stringify(request.slice(0, longestRequest));
    const note = promptWords[languageOf(talk.language)].notes.request(quoted);
    const items: ModelItem[] = [...modelItems(talk.turns(), languageOf(talk.language)), { kind: 'note', text: note }];
    for (let round = 0; round < mostRounds; round++) {
      const answer = await structured(talk, items, signal);
      if (answer.outcome === 'answered') {
        const { say, needs_human: needsHuman } = answer.value;
        return said(done, { say: say.trim() || lastSay(done), needsHuman });
      }
      if (answer.outcome !== 'calls') throw new ModelFault('failed', `the supervisor's answer is ${answer.outcome}`);
      items.push(...answer.items);
      for (const { callId, name, args } of answer.calls) {
        signal.throwIfAborted();
        const outcome = await orAborted(talk.runTool(name, args, callId), signal);
        done.push(outcome);
        items.push({ kind: 'result', callId, output: toolOutput(outcome) });
      }
    }
    throw new ModelFault('failed', 'the supervisor went on calling tools');
  }

  /** One more attempt at what may work again at once. */
  async function structured(talk: LiveTalk, items: readonly ModelItem[], signal: AbortSignal) {
    const language = languageOf(talk.language);
    const request = {
      model: modelName,
      instructions: talk.instructions('supervisor'),
      items,
      tools: modelFunctions(talk.tools('supervisor'), language),
      maxOutputTokens: mostOutputTokens,
      safetyId: safetyIdOf(talk),
      shape: { name: 'supervisor_answer', schema: Answer },
    };
    try {
      return await orAborted(model.structured(request, { signal }), signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof ModelFault) || !mayWorkAgain.has(error.kind)) throw error;
      return orAborted(model.structured(request, { signal }), signal);
    }
  }

  return (talk, request, callId, { signal }) => {
    const known = answers.get(talk) ?? new Map<string, Promise<SupervisorAnswer>>();
    answers.set(talk, known);
    const before = known.get(callId);
    if (before) return before;
    const answer = ask(talk, request, callId, signal);
    known.set(callId, answer);
    answer.catch(() => known.delete(callId));
    return answer;
  };
}

const mayWorkAgain: ReadonlySet<ModelFault['kind']> = new Set(['busy', 'failed']);

/** What is late is left to itself: a tool that has begun ends and is kept as a turn. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

const lastSay = (done: readonly ToolOutcome[]): string => done.at(-1)?.say ?? '';

function said(done: readonly ToolOutcome[], answer: SupervisorAnswer): SupervisorAnswer {
  const ending = lastWordOf(done)?.ending;
  const emergency = done.some((outcome) => outcome.emergency);
  return { ...answer, ...(ending && { ending }), ...(emergency && { emergency }) };
}

/** A person the model only spoke of is called by us: what they hear is what is then true. */
async function withPerson(talk: LiveTalk, callId: string, answer: SupervisorAnswer): Promise<SupervisorAnswer> {
  if (answer.say && (!answer.needsHuman || answer.ending)) return answer;
  if (!answer.needsHuman) throw new ModelFault('failed', 'the supervisor said nothing');
  const { say, ending } = await talk.runTool('transfer_to_human', {}, `${callId}/transfer`);
  return { say, needsHuman: true, ...(ending && { ending }) };
}

/** What a tool has done is told, whatever became of the model that called it; otherwise a person is offered. */
function afterFault(talk: LiveTalk, done: readonly ToolOutcome[]): SupervisorAnswer {
  const say = lastSay(done);
  return said(
    done,
    say ? { say, needsHuman: false } : { say: talkWordsOf(talk.language).supervisorFailed, needsHuman: true },
  );
}
