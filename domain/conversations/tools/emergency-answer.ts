import { lineOpen } from '../../clinics/human-line.ts';
import { errorFields } from '../../log.ts';
import { sentences, wordsOfTag } from '../words/words.ts';
import { recordOf } from './call-record.ts';
import { withinLimit } from './time-limit.ts';
import type { ToolAnswer, ToolCall, ToolContext, ToolDeps } from './tool.ts';

/** The number of whoever answers emergencies at the clinic now. */
export const openEmergencyLine = ({ clinic }: Pick<ToolContext, 'clinic'>, nowMs: number): string | undefined =>
  lineOpen('emergencyLine', clinic, nowMs) ? clinic.emergencyLine?.number : undefined;

/**
 * The fixed script: hang up and dial one of two public numbers; we never dial them ourselves, because they answer by
 * the place of our number and not of the caller. No advice, no triage, and no appointment instead.
 */
export function emergencyScript({ clinic, language }: Pick<ToolContext, 'clinic' | 'language'>, line?: string): string {
  const words = wordsOfTag(language);
  const [number1 = '112', number2] = clinic.emergencyNumbers;
  return sentences(words.emergency(number1, number2), line && words.emergencyTransfer);
}

/** What every tool but its own answers while there is an emergency. */
export function emergencyActive(call: Pick<ToolCall, 'clinic' | 'language' | 'nowMs'>): ToolAnswer {
  const line = openEmergencyLine(call, call.nowMs);
  return {
    code: 'EMERGENCY_ACTIVE',
    say: emergencyScript(call, line),
    data: line ? { transfer_number: line } : {},
  };
}

/** Puts an emergency on record; doing it again changes nothing. */
async function recordEmergency({ acts }: Pick<ToolDeps, 'acts'>, call: ToolCall): Promise<void> {
  const { conversationId } = call.conversation;
  await acts.record(call.clinic.id, conversationId, {
    act: 'emergency',
    audit: [recordOf(call, { act: 'emergency.detected', resourceType: 'conversation', resourceId: conversationId })],
  });
}

/** Whoever is in danger does not wait for a record. */
const recordLimitMs = 600;

/**
 * Puts an emergency on record and tells those who watch, once: until the conversation is known to carry it. The caller
 * hears what to do whether that works or not; what failed is logged and done with the next tool that runs.
 */
export async function noticeEmergency(deps: Pick<ToolDeps, 'acts' | 'log'>, call: ToolCall): Promise<void> {
  const { clinic, conversation } = call;
  if (conversation.acts.includes('emergency')) return;
  const where = { clinicId: clinic.id, conversationId: conversation.conversationId };
  deps.log.warn('emergency.detected', where);
  try {
    await withinLimit(recordLimitMs, recordEmergency(deps, call));
  } catch (error) {
    deps.log.error('tool.failed', { ...where, tool: 'report_emergency', ...errorFields(error) });
  }
}
