import { isClearNo, isFiller } from './clear-no.ts';
import type { DialogueState } from './dialogue.ts';
import { soundsLikeEmergency } from './emergency-phrases.ts';

/** What a dialogue knows of an emergency. */
export type EmergencyState = Pick<DialogueState, 'emergency' | 'judgedUtterances' | 'emergencyAskedAtMs'>;

/** Silence this long after the question counts as no answer. Tools that run at once after it are not yet silence. */
export const unansweredAfterMs = 10_000;

/**
 * Where an emergency stands after what the caller has said so far. A phrase that sounds like one makes it `asked`: the
 * agent asks once whether it is happening now. Only a clear no makes it `cleared`; any other answer, or none, makes it
 * `active`, and that lasts. A phrase after a clear no is asked about again. Nothing else is weighed, suicide included:
 * no triage. Answers the state that was given when nothing changed.
 *
 * @param utterances the caller's final utterances since the call began, in order
 */
export function judgeEmergency(state: EmergencyState, utterances: readonly string[], nowMs: number): EmergencyState {
  switch (state.emergency) {
    case 'active':
      return state;
    case 'none':
      return soughtIn(utterances, 0, nowMs) ?? state;
    case 'cleared':
      // The last one judged was harmless, and may have grown since: vendors lengthen an utterance while it is spoken.
      return soughtIn(utterances, Math.max(0, state.judgedUtterances - 1), nowMs) ?? state;
    case 'asked':
      return answered(state, utterances, nowMs);
  }
}

function answered(state: EmergencyState, utterances: readonly string[], nowMs: number): EmergencyState {
  const judgedUtterances = utterances.length;
  const answer = utterances.findIndex((said, index) => index >= state.judgedUtterances && !isFiller(said));
  if (answer === -1) {
    const silentMs = nowMs - (state.emergencyAskedAtMs ?? nowMs);
    return silentMs < unansweredAfterMs ? state : { emergency: 'active', judgedUtterances };
  }
  if (!isClearNo(utterances[answer] as string)) return { emergency: 'active', judgedUtterances };
  return soughtIn(utterances, answer + 1, nowMs) ?? { emergency: 'cleared', judgedUtterances };
}

function soughtIn(utterances: readonly string[], from: number, nowMs: number): EmergencyState | undefined {
  if (!utterances.slice(from).some(soundsLikeEmergency)) return undefined;
  return { emergency: 'asked', judgedUtterances: utterances.length, emergencyAskedAtMs: nowMs };
}

/**
 * The same where the agent asked before any tool ran and reports a no: cleared if the caller's last words are a clear
 * no that followed whatever sounded like an emergency. A model's word alone clears nothing.
 */
export function judgeReportedNo(asked: EmergencyState, utterances: readonly string[]): EmergencyState {
  const isAnswered = isClearNo(utterances.at(-1) ?? '');
  return isAnswered ? { emergency: 'cleared', judgedUtterances: utterances.length } : asked;
}
