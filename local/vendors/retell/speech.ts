import type Retell from 'retell-sdk';
import type { Line, Transition } from '#local/scenarios/scenario.ts';

/** A function that was called between two sentences. */
export interface CalledFunction {
  toolCallId: string;
  name: string;
  args: Readonly<Record<string, unknown>>;
  /** Body of the answer, as the model gets it; absent while the call is under way. */
  result?: string;
  tookMs: number;
}

export type Spoken = Line | Transition | CalledFunction;

type Entries = NonNullable<Retell.PhoneCallResponse['transcript_with_tool_calls']>;
type Utterance = NonNullable<Retell.PhoneCallResponse['transcript_object']>[number];

/** What was said, in the four forms a call object tells it. */
export interface Speech {
  transcript: string;
  utterances: Utterance[];
  entries: Entries;
  /** Length of the call in ms. */
  durationMs: number;
  /** For each answer of the agent: how long the caller waited for it, in ms. */
  answerMs: number[];
}

/** Unhurried telephone speech. Retell's own word times are approximate too. */
const pace = {
  firstWordAt: 0.6,
  perWord: 0.15,
  perLetter: 0.047,
  /** After `.`, `?`, `!`, `:`; a comma takes half. */
  sentenceEnd: 0.42,
  callerBreath: 0.65,
  agentThinks: 0.95,
  untilLineDrops: 1.1,
};

const inMs = (seconds: number): number => Math.round(seconds * 1000);

/**
 * Speaks a script whose variables are filled in already: every word gets its time, in seconds of audio. With
 * `hangUpAfterSeconds` the line is cut there and what was not said yet is not in the transcript.
 */
export function speak(script: readonly Spoken[], hangUpAfterSeconds = Infinity): Speech {
  const utterances: Utterance[] = [];
  const entries: Entries = [];
  const answerMs: number[] = [];
  let at = pace.firstWordAt;
  let node = 'Accueil';
  for (const step of script) {
    if (at >= hangUpAfterSeconds) break;
    if ('node' in step) {
      entries.push(transition(node, step.node));
      node = step.node;
      continue;
    }
    if ('toolCallId' in step) {
      entries.push(...invocation(step));
      at += step.tookMs / 1000;
      continue;
    }
    if (utterances.length > 0) {
      const silence = (step.role === 'agent' ? pace.agentThinks : pace.callerBreath) + (step.pauseSeconds ?? 0);
      if (step.role === 'agent') answerMs.push(inMs(silence));
      at += silence;
    }
    const spoken = pronounce(step, at, hangUpAfterSeconds);
    at = spoken.endsAt;
    if (spoken.utterance.words.length === 0) break;
    utterances.push(spoken.utterance);
    entries.push(spoken.utterance);
  }
  return {
    transcript: utterances.map(({ role, content }) => `${role === 'agent' ? 'Agent' : 'User'}: ${content}`).join('\n'),
    utterances,
    entries,
    durationMs: inMs(Math.min(at + pace.untilLineDrops, hangUpAfterSeconds)),
    answerMs,
  };
}

function pronounce({ role, text }: Line, from: number, until: number): { utterance: Utterance; endsAt: number } {
  const words: Utterance['words'] = [];
  let at = from;
  // French sets a blank before high punctuation; it is no word of its own.
  for (const word of text.split(/\s+(?![?!:;»])/)) {
    if (at >= until) break;
    const end = at + pace.perWord + pace.perLetter * word.length;
    words.push({ word, start: Number(at.toFixed(3)), end: Number(end.toFixed(3)) });
    at = end + (/[.?!:]$/.test(word) ? pace.sentenceEnd : word.endsWith(',') ? pace.sentenceEnd / 2 : 0);
  }
  return { utterance: { role, content: words.map(({ word }) => word).join(' '), words }, endsAt: at };
}

const nodeId = (name: string): string =>
  `n_${name
    .normalize('NFD')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase()}`;

const invocation = ({ toolCallId, name, args, result }: CalledFunction): Entries => [
  { role: 'tool_call_invocation', tool_call_id: toolCallId, name, arguments: JSON.stringify(args) },
  ...(result === undefined
    ? []
    : [{ role: 'tool_call_result' as const, tool_call_id: toolCallId, content: result, successful: true }]),
];

const transition = (from: string, to: string): Entries[number] => ({
  role: 'node_transition',
  former_node_id: nodeId(from),
  former_node_name: from,
  new_node_id: nodeId(to),
  new_node_name: to,
  transition_type: 'normal',
});
