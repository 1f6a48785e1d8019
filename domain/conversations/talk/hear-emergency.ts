import { errorFields } from '../../log.ts';
import { soundsLikeEmergency } from '../emergency-phrases.ts';
import { type EmergencyState, judgeEmergency } from '../judge-emergency.ts';
import { emergencyScript, noticeEmergency, openEmergencyLine } from '../tools/emergency-answer.ts';
import { keepDialogue } from '../tools/keep-dialogue.ts';
import { withinLimit } from '../tools/time-limit.ts';
import type { ToolCall, ToolDeps } from '../tools/tool.ts';
import { wordsOfTag } from '../words/words.ts';
import { transferTo } from './end/ending-of.ts';
import type { Alarm } from './live-talk.ts';
import type { RememberedDialogue } from './remembered-dialogue.ts';

/** Whoever may be in danger hears of it at once; what a store takes longer for is done behind their back. */
const storeLimitMs = 400;

interface Deps extends Pick<ToolDeps, 'acts' | 'clock' | 'log'> {
  dialogue: RememberedDialogue;
}

/**
 * Judges the caller's words before any model answers them. What was judged counts here at once, and for every other
 * task once it is stored; while that fails it is tried again with the next words.
 */
export function hearEmergency(deps: Deps) {
  const { dialogue, clock, log } = deps;
  /** Judged, and not yet known to be stored. */
  let unstored: EmergencyState | undefined;

  async function store(call: ToolCall, judged: EmergencyState): Promise<void> {
    const kept = keepDialogue({ dialogues: dialogue }, call, dialogue.copy(), { judged }).then(() => {
      if (unstored === judged) unstored = undefined;
    });
    const noticed = judged.emergency === 'active' ? noticeEmergency(deps, call) : undefined;
    try {
      await withinLimit(storeLimitMs, Promise.all([kept, noticed]));
    } catch (error) {
      const { clinic, conversation } = call;
      const where = { clinicId: clinic.id, conversationId: conversation.conversationId };
      log.error('tool.failed', { ...where, tool: 'report_emergency', ...errorFields(error) });
    }
  }

  return async (
    callNow: (state: EmergencyState) => ToolCall,
    utterances: readonly string[],
  ): Promise<Alarm | undefined> => {
    const nowMs = clock.now();
    const standing = unstored ?? dialogue.copy();
    const judged = judgeEmergency(standing, utterances, nowMs);
    const isNew = judged !== standing;
    if (isNew) unstored = judged;
    const call = callNow(judged);
    if (unstored) await store(call, unstored);
    if (judged.emergency === 'asked') return { say: wordsOfTag(call.language).codes.EMERGENCY_TO_CONFIRM };
    if (judged.emergency !== 'active') return undefined;
    // Somebody waits to take over, or the same danger is told again: then the script is what there is to say.
    const line = openEmergencyLine(call, nowMs);
    if (!isNew && !line && !soundsLikeEmergency(utterances.at(-1) ?? '')) return undefined;
    const ending = transferTo(line);
    return { say: emergencyScript(call, line), ...(ending && { ending }) };
  };
}
