import { languageOf } from '../../../language.ts';
import { lastWordOf } from '../end/ending-of.ts';
import type { Alarm, LiveTalk, ToolOutcome } from '../live-talk.ts';
import { askSupervisorName } from '../text/model-functions.ts';
import type { AskSupervisor } from '../supervisor.ts';
import { speechWords } from './speech-words.ts';

export interface FinishedRun extends Pick<ToolOutcome, 'say' | 'ending' | 'emergency'> {
  callId: string;
  name: string;
  /** In which session it was called. */
  generation: number;
  /** It is told to the model alone: the caller is not answered with it. */
  isMuted: boolean;
  /** What the model is told. */
  output: string;
}

type Answered = Pick<FinishedRun, 'output' | 'say' | 'ending' | 'emergency'>;
type Call = Pick<FinishedRun, 'callId' | 'name' | 'generation' | 'isMuted'> & { args: string };

/** Functions the model called, running beside the audio. */
export interface ToolRuns {
  start(call: Call): void;
  /** Whatever runs now is muted, and nobody is hung up on for what has answered so far. */
  mute(): void;
  /** Whoever was asked for the caller begins nothing more: the caller speaks on, or is gone. */
  interrupt(): void;
  readonly count: number;
}

interface RunHandlers {
  finished(run: FinishedRun): void;
  /** None runs any more; `last`: what is to be said last, or in place of anything else, after what they answered. */
  done(last: Alarm | undefined): void;
  failed(error: unknown): void;
}

/** A model may ask for anything; more at once than this is a fault of its own. */
const mostAtOnce = 8;

/** Runs what the model calls, each call once, however often it is told of it; `finished` hears of every one. */
export function createToolRuns(
  talk: LiveTalk,
  askSupervisor: AskSupervisor | undefined,
  { finished, done, failed }: RunHandlers,
): ToolRuns {
  const seen = new Set<string>();
  const running = new Set<Call>();
  const asking = new Set<AbortController>();
  /** What has answered since the last of them was done, and may end the call. */
  let outcomes: FinishedRun[] = [];

  function finish(call: Call, answered: Answered): void {
    running.delete(call);
    const { callId, name, generation, isMuted } = call;
    const finishedRun = { callId, name, generation, isMuted, ...answered };
    if (!isMuted || !hangsUp(finishedRun)) outcomes.push(finishedRun);
    finished(finishedRun);
    if (running.size > 0) return;
    const last = lastWordOf(outcomes);
    outcomes = [];
    done(last);
  }

  async function ask(supervisor: AskSupervisor, callId: string, args: unknown): Promise<Answered> {
    const asked = new AbortController();
    asking.add(asked);
    try {
      const { needsHuman: _, ...answer } = await supervisor(talk, requestIn(args), callId, { signal: asked.signal });
      return { output: JSON.stringify({ say: answer.say }), ...answer };
    } catch (error) {
      if (!asked.signal.aborted) throw error;
      const note = speechWords[languageOf(talk.language)].askAgain;
      return { output: JSON.stringify({ code: 'INTERRUPTED', note }), say: '' };
    } finally {
      asking.delete(asked);
    }
  }

  async function run(callId: string, name: string, args: unknown): Promise<Answered> {
    if (name === askSupervisorName && askSupervisor) return ask(askSupervisor, callId, args);
    const { code, say, data, ...how }: ToolOutcome = await talk.runTool(name, args, callId);
    return { output: JSON.stringify({ code, say, ...data }), say, ...how };
  }

  return {
    start(call) {
      const { callId, name, args } = call;
      if (seen.has(callId)) return;
      seen.add(callId);
      running.add(call);
      const answer = running.size > mostAtOnce ? Promise.resolve(later) : run(callId, name, parsed(args));
      void answer
        .catch((error: unknown) => {
          failed(error);
          return later;
        })
        .then((answered) => finish(call, answered));
    },
    mute() {
      for (const call of running) call.isMuted = true;
      outcomes = outcomes.filter((outcome) => !hangsUp(outcome));
    },
    interrupt() {
      for (const asked of asking) asked.abort(new Error('the caller speaks on, or is gone'));
    },
    get count() {
      return running.size;
    },
  };
}

const hangsUp = ({ ending }: Answered): boolean => ending?.kind === 'hangup';

/** A function that fails is told as such: without an output the model would call it again and again. */
const later = { output: JSON.stringify({ code: 'RETRY_LATER' }), say: '' };

/** Arguments are the model's own writing: no JSON is as good as none. */
function parsed(args: string): unknown {
  try {
    return JSON.parse(args);
  } catch {
    return undefined;
  }
}

const requestIn = (args: unknown): string => {
  const request = typeof args === 'object' && args !== null && 'request' in args ? args.request : undefined;
  return typeof request === 'string' ? request.slice(0, 2_000) : '';
};
