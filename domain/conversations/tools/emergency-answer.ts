import { lineOpen } from '../../clinics/numbers/human-line.ts';
import { errorFields } from '../../log.ts';
import { sentences, wordsOfTag } from '../words/words.ts';
import { recordOf } from './call-record.ts';
import { withinLimit } from './time-limit.ts';
import type { ToolAnswer, ToolCall, ToolContext, ToolDeps } from './tool.ts';

/** Without a conversation it is a call. */
type AtClinic = Pick<ToolContext, 'clinic'> & { conversation?: Pick<ToolCall['conversation'], 'channel'> };

/** Whoever writes is on no line that could be put through, and hangs nothing up. */
export const isWritten = ({ conversation }: Pick<AtClinic, 'conversation'>): boolean =>
  conversation !== undefined && conversation.channel !== 'voice';

/** The number of whoever answers emergencies at the clinic now and can take over. */
export const openEmergencyLine = (call: AtClinic, nowMs: number): string | undefined =>
  !isWritten(call) && lineOpen('emergencyLine', call.clinic, nowMs) ? call.clinic.emergencyLine?.number : undefined;

/**
 * The fixed script: hang up and dial one of two public numbers; we never dial them ourselves, because they answer by
 * the place of our number and not of the caller. No advice, no triage, and no appointment instead.
 */
export function emergencyScript(call: AtClinic & Pick<ToolContext, 'language'>, line?: string): string {
  const words = wordsOfTag(call.language);
  const [number1 = '112', number2] = call.clinic.emergencyNumbers;
  if (isWritten(call)) return words.emergencyWritten(number1, number2);
  return sentences(words.emergency(number1, number2), line && words.emergencyTransfer);
}

/** What every tool but its own answers while there is an emergency. */
export function emergencyActive(call: AtClinic & Pick<ToolCall, 'language' | 'nowMs'>): ToolAnswer {
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
