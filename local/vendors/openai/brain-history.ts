/** One thing a model is shown of a conversation, whichever interface it came by. */
export type Remembered =
  | { kind: 'said'; by: 'caller' | 'agent'; text: string }
  | { kind: 'note'; text: string }
  | { kind: 'called'; callId: string; name: string; args: string }
  | { kind: 'answered'; callId: string; output: string };

export interface RememberedCall {
  name: string;
  args: string;
  /** Absent while it runs. */
  output: string | undefined;
}

/** The functions that were called, with what they answered. */
export function callsIn(history: readonly Remembered[]): RememberedCall[] {
  const outputs = new Map(history.flatMap((item) => (item.kind === 'answered' ? [[item.callId, item.output]] : [])));
  return history.flatMap((item) =>
    item.kind === 'called' ? [{ name: item.name, args: item.args, output: outputs.get(item.callId) }] : [],
  );
}

export const saidBy = (by: 'caller' | 'agent', history: readonly Remembered[]): string[] =>
  history.flatMap((item) => (item.kind === 'said' && item.by === by ? [item.text] : []));

/** What stands for a sound that is no word; see the speech codec. */
const sounds = /‹[^›]*›/g;

/**
 * A conversation as it is thought about: what functions answered in another session and is told in words counts as
 * called, a transcript that is told as text is the conversation it tells of, and sounds are no words.
 */
export const remembered = (history: readonly Remembered[]): Remembered[] =>
  history.flatMap((item, index): Remembered[] => {
    if (item.kind === 'said') {
      const told = item.by === 'caller' ? transcriptIn(item.text) : undefined;
      return told ?? [{ ...item, text: item.text.replace(sounds, ' ').trim() }];
    }
    if (item.kind === 'note') return answerIn(item.text, `told_${index}`) ?? transcriptIn(item.text) ?? [item];
    return [item];
  });

/** `La fonction find_available_times a répondu : {"code":"OK","say":"…"}` */
function answerIn(note: string, callId: string): Remembered[] | undefined {
  const [, name, output] = /\b([a-z]+(?:_[a-z]+)+)\b[^{}]*?(\{.*\})\s*$/s.exec(note) ?? [];
  if (!name || !output) return undefined;
  return [
    { kind: 'called', callId, name, args: '{}' },
    { kind: 'answered', callId, output },
  ];
}

const speakers: Record<string, 'caller' | 'agent'> = {
  caller: 'caller',
  user: 'caller',
  patient: 'caller',
  appelant: 'caller',
  agent: 'agent',
  assistant: 'agent',
  receptionist: 'agent',
};
const spokenLine = /^\s*(caller|user|patient|appelant|agent|assistant|receptionist)\s*:\s*(.+)$/gim;

/** Lines of `Agent: …` and `User: …`, or the words a receptionist passes on between « ». */
function transcriptIn(text: string): Remembered[] | undefined {
  const quoted = [...text.matchAll(/« ([^»]*) »/g)];
  if (text.startsWith(passedOn) && quoted.length > 0) {
    return quoted.map(([, words = '']) => ({ kind: 'said', by: 'caller', text: words }));
  }
  const lines = [...text.matchAll(spokenLine)];
  if (lines.length < 2) return undefined;
  return lines.map(([, who = '', words = '']) => ({
    kind: 'said',
    by: speakers[who.toLowerCase()] ?? 'caller',
    text: words,
  }));
}

const passedOn = 'The caller said:';

/** What a receptionist asks a supervisor: all the caller said, so that no fact is lost, the last words last. */
export const requestOf = (history: readonly Remembered[]): string =>
  `${passedOn} ${saidBy('caller', history)
    .filter(Boolean)
    .map((text) => `« ${text.replace(/[«»]/g, ' ')} »`)
    .join(' ')
    .slice(-1_900)}`;

/** The request as it stands in a supervisor's own prompt, whatever is around it. */
export function requestIn(history: readonly Remembered[]): Remembered[] | undefined {
  const at = history.findLastIndex((item) => 'text' in item && item.text.includes(passedOn));
  const item = history[at];
  if (!item || !('text' in item)) return undefined;
  const told = transcriptIn(item.text.slice(item.text.indexOf(passedOn)));
  if (!told) return undefined;
  // What functions answered before is known; what was said before is in the request.
  const before = remembered(history.slice(0, at)).filter(({ kind }) => kind === 'called' || kind === 'answered');
  return [...before, ...told, ...history.slice(at + 1)];
}
