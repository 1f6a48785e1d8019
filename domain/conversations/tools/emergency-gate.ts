import type { DialogueState } from '../dialogue.ts';
import { type EmergencyState, judgeEmergency, judgeReportedNo } from '../judge-emergency.ts';
import { emergencyActive, noticeEmergency } from './emergency-answer.ts';
import type { ReadArguments } from './read-arguments.ts';
import { refused } from './refusals.ts';
import type { Tool, ToolAnswer, ToolCall, ToolDeps } from './tool.ts';

/** Where an emergency stands when a tool is called. */
export interface Judgement {
  judged: EmergencyState;
  /** It was not known before that something sounds like one: nobody has asked the caller yet. */
  isNewlyAsked: boolean;
}

/** Judges what the caller has said, and what calling this tool says of it. `judged` is `state` when nothing changed. */
export function judgeForTool(
  tool: Tool,
  read: ReadArguments,
  state: DialogueState,
  utterances: readonly string[],
  nowMs: number,
): Judgement {
  const judged = judgeEmergency(state, utterances, nowMs);
  const isNewlyAsked = judged !== state && judged.emergency === 'asked';
  if (isNewlyAsked && tool.name === 'report_emergency' && read.outcome === 'read' && read.args.happening_now === 'no') {
    const reported = judgeReportedNo(judged, utterances);
    return { judged: reported, isNewlyAsked: reported.emergency === 'asked' };
  }
  // The question stands unanswered and the call is to end: no answer is an emergency.
  if (tool.name === 'end_call' && judged === state && state.emergency === 'asked') {
    return { judged: { emergency: 'active', judgedUtterances: utterances.length }, isNewlyAsked: false };
  }
  return { judged, isNewlyAsked };
}

/** What an emergency makes a tool answer in place of its own work; nothing when it may do that. */
export async function emergencyAnswer(
  deps: ToolDeps,
  tool: Tool,
  call: ToolCall,
  { before, isNewlyAsked }: { before: DialogueState; isNewlyAsked: boolean },
): Promise<ToolAnswer | undefined> {
  const { emergency } = call.state;
  if (tool.name === 'report_emergency') return undefined;
  if (emergency === 'active') {
    await noticeEmergency(deps, call);
    return before.emergency !== 'active' || tool.refusedInEmergency ? emergencyActive(call) : undefined;
  }
  if (emergency !== 'asked') return undefined;
  // Whoever can be put through to a person is not questioned by a machine.
  const canBePutThrough = tool.name === 'transfer_to_human' && tool.withoutStores?.({}, call)?.code === 'OK';
  if (isNewlyAsked ? canBePutThrough : !tool.refusedInEmergency) return undefined;
  return refused(call, 'EMERGENCY_TO_CONFIRM');
}
