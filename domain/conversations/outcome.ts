import { Act, type Conversation, type Outcome } from './conversation.ts';

/** Shorter calls than this end before anybody said what they wanted. */
const shortestRealCallMs = 10_000;

const transferReasons = new Set(['call_transfer', 'transfer_bridged']);

/** What came of a conversation: our own tools' acts first, by priority; the model's account never counts. */
export function outcomeOf(
  call: Pick<
    Conversation,
    | 'acts'
    | 'analysis'
    | 'disconnectionReason'
    | 'endKind'
    | 'transcript'
    | 'objectedToRecording'
    | 'durationMs'
    | 'status'
    | 'forgotten'
    | 'outcome'
  >,
): Outcome {
  const act = Act.options.find((candidate) => call.acts.includes(candidate));
  if (act) return act;
  if (transferReasons.has(call.disconnectionReason ?? '')) return 'transferred';
  if (call.endKind === 'not_connected') return 'unknown';
  const ended = call.status !== 'registered' && call.status !== 'ongoing';
  if (!ended) return 'unknown';
  if (call.durationMs !== undefined && call.durationMs < shortestRealCallMs) return 'abandoned';
  // Whoever objects to being recorded has spoken, whether or not any of it is kept.
  if (call.objectedToRecording) return 'info';
  // It was judged while all of it was there.
  if (call.forgotten) return call.outcome;
  // Without a transcript nothing was said, but only the analysis, which carries it whole, can tell.
  if (call.transcript === undefined) return call.analysis ? 'abandoned' : 'unknown';
  return callerSpoke(call.transcript) ? 'info' : 'abandoned';
}

/** Whether the transcript, lines of `Agent: …` and `User: …`, holds a word of the caller's. */
function callerSpoke(transcript: string): boolean {
  return /^User:\s*\S/m.test(transcript);
}
