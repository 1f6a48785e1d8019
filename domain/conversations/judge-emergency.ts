import { isClearNo, isFiller } from './clear-no.ts';
import type { DialogueState } from './dialogue.ts';
import { soundsLikeEmergency } from './emergency-phrases.ts';
import { foldSpeech } from './folded-speech.ts';
import { toolWords } from './words/words.ts';

/** What a dialogue knows of an emergency. */
export type EmergencyState = Pick<DialogueState, 'emergency' | 'judgedUtterances' | 'emergencyAskedAtMs'>;

/** Until they clear it, whoever was asked whether they are in danger may be. */
export const mayBeInDanger = ({ emergency }: Pick<EmergencyState, 'emergency'>): boolean =>
  emergency === 'asked' || emergency === 'active';

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

const questions = Object.values(toolWords).map(({ ask }) => foldSpeech(ask.happening_now));
const asksWhetherNow = (said: string): boolean => questions.some((question) => foldSpeech(said).includes(question));

/**
 * Whether a call that is over leaves an emergency nobody took back, and why: `unanswered` when a tool knew of it,
 * `unheard` when it was said where no tool listened. A no counts only after an agent asked whether it is happening now;
 * where the transcript has no agent, any no does. Changes nothing, so the same call always gets the same verdict.
 *
 * @param known what the tools of the call knew
 * @param transcript lines of `Agent: …` and `User: …`
 * @param judgedOf the caller's utterances as a talk of ours counted them; without, the transcript counts as the tools did
 */
export function judgeEndedCall(
  known: EmergencyState,
  transcript = '',
  judgedOf: readonly string[] = [],
): 'unanswered' | 'unheard' | undefined {
  const turns = turnsOf(transcript);
  const state = judgedOf.length > 0 ? countedIn(turns, known, judgedOf) : known;
  const hasAgent = turns.some(({ speaker }) => speaker === 'Agent');
  const nowMs = state.emergencyAskedAtMs ?? 0;
  const heard: string[] = [];
  let standing = state;
  let mayAnswer = !hasAgent;
  for (const { speaker, said } of turns) {
    if (speaker === 'Agent') mayAnswer ||= asksWhetherNow(said);
    if (speaker !== 'User' || !said.trim()) continue;
    // Said before the question it is no answer, and as good as a hesitation.
    heard.push((standing.emergency === 'asked' && !mayAnswer) || hasNoWords(said) ? '' : said);
    const before = standing;
    if (heard.length > state.judgedUtterances) standing = judgeEmergency(standing, heard, nowMs);
    const isNewlyAsked = standing !== before && standing.emergency === 'asked';
    if (isNewlyAsked || heard.length <= state.judgedUtterances) mayAnswer = !hasAgent;
  }
  if (standing.emergency !== 'asked' && standing.emergency !== 'active') return undefined;
  return mayBeInDanger(state) ? 'unanswered' : 'unheard';
}

/** What vendors write where somebody spoke and no word could be made out. */
const hasNoWords = (said: string): boolean => foldSpeech(said) === 'unintelligible audio';

/**
 * The same state, counted in the utterances of the transcript: it tells of no keys, and of speech without words; and
 * what it has as one utterance may have been two. What is not found in it counts as not judged.
 */
function countedIn(turns: readonly Turn[], state: EmergencyState, utterances: readonly string[]): EmergencyState {
  const lines = turns
    .filter(({ speaker, said }) => speaker === 'User' && said.trim())
    .map(({ said }) => ` ${foldSpeech(said)} `);
  let judgedUtterances = 0;
  for (const utterance of utterances.slice(0, state.judgedUtterances).map((said) => ` ${foldSpeech(said)} `)) {
    // Where the last one stands there may be the rest of what was said at one go.
    const from = Math.max(0, judgedUtterances - 1);
    const at = lines.findIndex((line, index) => index >= from && utterance.trim() !== '' && line.includes(utterance));
    if (at === -1) continue;
    judgedUtterances = at + 1;
    lines[at] = (lines[at] as string).replace(utterance, ' ');
  }
  return { ...state, judgedUtterances };
}

interface Turn {
  speaker: string;
  said: string;
}

/** A line that names nobody goes on with the one before. */
function turnsOf(transcript: string): Turn[] {
  const turns: Turn[] = [];
  for (const line of transcript.split('\n')) {
    const [, speaker, said = ''] = /^(Agent|User|Transfer Target): ?(.*)$/.exec(line) ?? [];
    const last = turns.at(-1);
    if (speaker) turns.push({ speaker, said });
    else if (last) last.said += `\n${line}`;
  }
  return turns;
}
