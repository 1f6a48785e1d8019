import type { Clock } from '../../clock.ts';
import { languageOf, type LanguageTag, LanguageTag as Tag } from '../../language.ts';
import { errorFields } from '../../log.ts';
import { type DialogueState, freshDialogue, type KeptAnswer } from '../dialogue.ts';
import { soundsLikeEmergency } from '../emergency-phrases.ts';
import { sentences } from '../words/words.ts';
import { emergencyScript } from './emergency-answer.ts';
import { emergencyAnswer, judgeForTool } from './emergency-gate.ts';
import { keepDialogue } from './keep-dialogue.ts';
import { type ReadArguments, readArguments } from './read-arguments.ts';
import { askFor, refused } from './refusals.ts';
import { toolNamed } from './registry.ts';
import { withinLimit } from './time-limit.ts';
import { toolKey } from './tool-key.ts';
import {
  type Tool,
  type ToolAnswer,
  type ToolCall,
  toolCodes,
  type ToolContext,
  type ToolDeps,
  type ToolFields,
  type ToolResult,
} from './tool.ts';

/** The caller hears silence meanwhile; two seconds with the way there and back are the most. */
const mostMs = 1_800;

/**
 * Runs a tool for a call, and always answers with something to say: within the limit, whatever a model passes and
 * whichever store fails. First of all the caller's words are judged for an emergency. A writing tool that is called
 * again with the same arguments hears its answer again, as long as nothing else was changed since.
 *
 * @param callerUtterances the caller's final utterances since the call began, in order
 */
export const runTool =
  (deps: ToolDeps) =>
  async (
    name: string,
    rawArgs: unknown,
    context: ToolContext,
    callerUtterances: readonly string[],
  ): Promise<ToolResult> => {
    const startedMs = deps.clock.now();
    const tool = toolNamed(name);
    const where = {
      clinicId: context.clinic.id,
      conversationId: context.conversation.conversationId,
      tool: tool?.name ?? 'unknown',
    };
    let answer: ToolAnswer;
    if (!tool) {
      answer = refused(callWith(context, fresh(context), deps.clock), 'ARGUMENTS_INVALID');
    } else {
      try {
        const limitMs = Math.min(mostMs, context.limitMs ?? mostMs);
        answer = await withinLimit(limitMs, answerOf(deps, tool, rawArgs, context, callerUtterances));
      } catch (error) {
        deps.log.error('tool.failed', { ...where, ...errorFields(error) });
        answer = afterFault(deps, tool, rawArgs, context, callerUtterances);
      }
    }
    const durationMs = deps.clock.now() - startedMs;
    deps.log.info('tool.answered', { ...where, outcome: answer.code, durationMs });
    return { code: answer.code, say: answer.say, data: completed(tool, answer.data) };
  };

/** Every field the tool names, so that no variable of a flow keeps what an earlier answer said. */
const completed = (tool: Tool | undefined, data: ToolFields = {}): ToolFields => ({
  ...Object.fromEntries(Object.keys(tool?.answers ?? {}).map((field) => [field, ''])),
  ...data,
});

const fresh = ({ clinic, conversation }: ToolContext): DialogueState =>
  freshDialogue(clinic.id, conversation.conversationId);

function callWith(context: ToolContext, state: DialogueState, clock: Clock, asked?: LanguageTag): ToolCall {
  return { ...context, state, language: asked ?? state.language ?? context.language, nowMs: clock.now() };
}

/** A language that was asked for counts where the clinic speaks it. */
function languageAskedFor(args: ReadArguments, { clinic }: ToolContext): LanguageTag | undefined {
  const asked = args.outcome === 'read' ? Tag.safeParse(args.args.language).data : undefined;
  return asked && clinic.languages.find((tag) => languageOf(tag) === languageOf(asked));
}

async function answerOf(
  deps: ToolDeps,
  tool: Tool,
  rawArgs: unknown,
  context: ToolContext,
  utterances: readonly string[],
): Promise<ToolAnswer> {
  const { dialogues, clock } = deps;
  const { clinic, conversation } = context;
  const read = readArguments(tool, rawArgs);
  const key = toolKey(tool.name, read.outcome === 'read' ? read.args : {});
  const mayReplay = tool.effect === 'write' && read.outcome === 'read';
  const [state, kept] = await Promise.all([
    dialogues.get(clinic.id, conversation.conversationId),
    mayReplay ? dialogues.answer(clinic.id, conversation.conversationId, key) : undefined,
  ]);
  const { judged, isNewlyAsked } = judgeForTool(tool, read, state, utterances, clock.now());
  const language = languageAskedFor(read, context);
  const call = callWith(context, { ...state, ...judged }, clock, language);

  const emergency = await emergencyAnswer(deps, tool, call, { before: state, isNewlyAsked });
  if (emergency) {
    await keepDialogue(deps, call, state, { judged, language });
    return emergency;
  }
  if (read.outcome === 'missing') {
    await keepDialogue(deps, call, state, { judged, language });
    return askFor(call, read.argument);
  }
  if (kept?.writes === state.writes) {
    deps.log.info('tool.replayed', {
      clinicId: clinic.id,
      conversationId: conversation.conversationId,
      tool: tool.name,
    });
    return { code: codeOf(kept), say: kept.say, data: kept.data as ToolFields };
  }
  const answered = await tool.run(deps, read.args, call);
  // Whoever is put through hears whom to call as well: the line may ring for long.
  const alsoWarns = isNewlyAsked && tool.name === 'transfer_to_human';
  const answer = alsoWarns ? { ...answered, say: sentences(emergencyScript(call), answered.say) } : answered;
  const wrote = answer.wrote ?? (answer.code === 'OK' && tool.effect === 'write');
  try {
    const remembered = await keepDialogue(deps, call, state, { judged, language, remember: answer.remember, wrote });
    if (wrote) {
      const { code, say, data = {} } = answer;
      const answerToKeep = { code, say, data, writes: remembered.writes };
      await dialogues.keepAnswer(clinic.id, conversation.conversationId, key, answerToKeep);
    }
  } catch (error) {
    // What is done and on record is told; what the dialogue alone would have known must be asked for again.
    if (!wrote) throw error;
    deps.log.error('tool.failed', {
      clinicId: clinic.id,
      conversationId: conversation.conversationId,
      tool: tool.name,
      ...errorFields(error),
    });
  }
  return answer;
}

/** Kept answers are our own; one of a code we no longer have is as good as none. */
const codeOf = ({ code }: KeptAnswer) => toolCodes.find((known) => known === code) ?? 'RETRY_LATER';

/** When a store fails or is late: what can be said without, the question about an emergency before anything else. */
function afterFault(
  deps: ToolDeps,
  tool: Tool,
  rawArgs: unknown,
  context: ToolContext,
  utterances: readonly string[],
): ToolAnswer {
  const read = readArguments(tool, rawArgs);
  const call = callWith(context, fresh(context), deps.clock, languageAskedFor(read, context));
  const alone = read.outcome === 'read' ? tool.withoutStores?.(read.args, call) : undefined;
  const leadsToPeople = tool.name === 'report_emergency' || tool.name === 'transfer_to_human';
  if (alone && tool.name === 'report_emergency') {
    deps.log.warn('emergency.detected', { clinicId: call.clinic.id, conversationId: call.conversation.conversationId });
  }
  if (alone && leadsToPeople) return alone;
  if (utterances.some(soundsLikeEmergency)) return refused(call, 'EMERGENCY_TO_CONFIRM');
  return alone ?? refused(call, 'RETRY_LATER');
}
