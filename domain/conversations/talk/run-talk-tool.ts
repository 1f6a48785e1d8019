import { toolNamed } from '../tools/registry.ts';
import type { ToolContext, ToolResult } from '../tools/tool.ts';
import { endingOf, isEmergency } from './end/ending-of.ts';
import type { ToolOutcome } from './live-talk.ts';
import type { TalkTurns } from './turns/talk-turns.ts';
import { type ToolUse, utterancesOf } from './turns/turn.ts';

/** A caller hears the silence: two seconds with all there is around a tool. */
const patienceMs = 1_900;
const lastWordMs = 100;

/** Longest argument that is kept of a call; what a tool takes is shorter. */
const longestArgument = 1_000;

interface Deps {
  turns: TalkTurns;
  /** Asks what the call is like now; `superseded` when another holds the talk. */
  context(callId: string): Promise<ToolContext | 'superseded'>;
  run(name: string, args: unknown, context: ToolContext, utterances: readonly string[]): Promise<ToolResult>;
  /** What is said when no tool may run. */
  refuse(): ToolResult;
  now(): number;
}

function outcomeOf({ code, say, data }: ToolResult): ToolOutcome {
  const ending = endingOf({ data });
  return { code, say, data, ...(ending && { ending }), ...(isEmergency({ code, data }) && { emergency: true }) };
}

/** Runs the tools of a talk and keeps what they did as turns. A call that comes again hears its answer again. */
export function runTalkTool({ turns, context, run, refuse, now }: Deps) {
  const answers = new Map<string, Promise<ToolOutcome>>();
  for (const { tool } of turns.all()) {
    if (tool) answers.set(tool.callId, Promise.resolve(outcomeOf(tool as ToolUse & ToolResult)));
  }

  async function answer(name: string, rawArgs: unknown, callId: string): Promise<ToolOutcome> {
    const startedMs = now();
    const args = readArgs(rawArgs);
    const utterances = utterancesOf(turns.all());
    const place = turns.beginTool();
    const known = await context(callId);
    if (known === 'superseded') return refuse();
    const limitMs = Math.max(0, patienceMs - lastWordMs - (now() - startedMs));
    const { code, say, data } = await run(name, args, { ...known, limitMs }, utterances);
    const use = { callId: callId.slice(0, 200), name: toolNamed(name)?.name ?? 'unknown' };
    place.fill({ ...use, args: keptArgs(args), code, say, data });
    return outcomeOf({ code, say, data });
  }

  return (name: string, args: unknown, callId: string): Promise<ToolOutcome> => {
    const key = callId.slice(0, 200);
    const before = answers.get(key);
    if (before) return before;
    const answered = answer(name, args, callId);
    answers.set(key, answered);
    // What failed was not answered, and may be asked for again.
    answered.catch(() => answers.delete(key));
    return answered;
  };
}

/** Models pass JSON text, which may be none. */
function readArgs(args: unknown): unknown {
  if (typeof args !== 'string') return args;
  try {
    return JSON.parse(args) as unknown;
  } catch {
    return {}; // The tool asks for what it misses.
  }
}

/** Arguments as they are kept: texts, yes and no. Whatever else a model made up is cut down to a text. */
function keptArgs(args: unknown): ToolUse['args'] {
  if (typeof args !== 'object' || args === null) return {};
  const kept = Object.entries(args)
    .slice(0, 30)
    .map(([name, value]) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return [
        name.slice(0, 80),
        typeof value === 'boolean' || value === null ? value : text?.slice(0, longestArgument),
      ];
    });
  return Object.fromEntries(kept) as ToolUse['args'];
}
