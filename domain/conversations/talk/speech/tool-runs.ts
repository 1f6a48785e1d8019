import type { LiveTalk, ToolOutcome } from '../live-talk.ts';
import { askSupervisorName } from '../model-functions.ts';
import type { AskSupervisor } from '../supervisor.ts';
import type { Ending } from '../talk.ts';

export interface FinishedRun {
  callId: string;
  name: string;
  /** What the model is told. */
  output: string;
  say: string;
  ending: Ending | undefined;
}

/** Functions the model called, running beside the audio. */
export interface ToolRuns {
  start(call: { callId: string; name: string; args: string }): void;
  readonly count: number;
}

/** A model may ask for anything; more at once than this is a fault of its own. */
const mostAtOnce = 8;

/** Runs what the model calls, each call once, however often it is told of it; `finished` hears of every one. */
export function createToolRuns(
  talk: LiveTalk,
  askSupervisor: AskSupervisor | undefined,
  signal: AbortSignal,
  { finished, failed }: { finished: (run: FinishedRun) => void; failed: (error: unknown) => void },
): ToolRuns {
  const seen = new Set<string>();
  let count = 0;

  async function run(
    callId: string,
    name: string,
    args: unknown,
  ): Promise<Pick<FinishedRun, 'output' | 'say' | 'ending'>> {
    if (name === askSupervisorName && askSupervisor) {
      const { say, ending } = await askSupervisor(talk, requestIn(args), callId, { signal });
      return { output: JSON.stringify({ say }), say, ending };
    }
    const { code, say, data, ending }: ToolOutcome = await talk.runTool(name, args, callId);
    return { output: JSON.stringify({ code, say, ...data }), say, ending };
  }

  return {
    start({ callId, name, args }) {
      if (seen.has(callId)) return;
      seen.add(callId);
      count++;
      const answer = count > mostAtOnce ? Promise.resolve(later) : run(callId, name, parsed(args));
      void answer
        .catch((error: unknown) => {
          failed(error);
          return later;
        })
        .then((answered) => {
          count--;
          finished({ callId, name, ...answered });
        });
    },
    get count() {
      return count;
    },
  };
}

/** A function that fails is told as such: without an output the model would call it again and again. */
const later = { output: JSON.stringify({ code: 'RETRY_LATER' }), say: '', ending: undefined };

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
