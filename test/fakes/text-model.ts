import {
  ModelFault,
  type ModelItem,
  type TextEvent,
  type TextModel,
  type TextRequest,
} from '#domain/conversations/talk/text/text-model.ts';

/** One answer of a model: words in pieces, calls, a fault; `until` holds it back before what follows. */
export interface ScriptedAnswer {
  deltas?: readonly string[];
  calls?: readonly { name: string; args?: Record<string, unknown>; callId?: string }[];
  /** Of a structured answer. */
  value?: unknown;
  /** After the words, if there are any. */
  fault?: ModelFault['kind'];
  stop?: 'completed' | 'incomplete' | 'refused';
  /** Before anything comes. */
  until?: Promise<unknown>;
  /** Between the words and the rest. */
  pause?: Promise<unknown>;
}

export interface ScriptedTextModel extends TextModel {
  /** What was asked, in order. */
  requests: TextRequest[];
  /** How many requests were ended before their answer was. */
  aborted: number;
}

/** A text model that answers what a test says, one answer for each request. It fails when it is asked more. */
export function scriptedTextModel(
  ...answers: (ScriptedAnswer | ((request: TextRequest) => ScriptedAnswer))[]
): ScriptedTextModel {
  let calls = 0;
  const next = (request: TextRequest): ScriptedAnswer => {
    model.requests.push({ ...request, items: [...request.items] });
    const answer = answers[model.requests.length - 1];
    if (!answer) throw new Error('the model was asked once more than the test says');
    return typeof answer === 'function' ? answer(request) : answer;
  };
  const called = (answer: ScriptedAnswer) =>
    (answer.calls ?? []).map(({ name, args = {}, callId }) => ({
      callId: callId ?? `call_${++calls}`,
      name,
      args: JSON.stringify(args),
    }));
  async function wait(work: Promise<unknown> | undefined, signal: AbortSignal): Promise<void> {
    if (!work && !signal.aborted) return;
    let stop: () => void = () => undefined;
    const aborted = new Promise<never>((_, reject) => {
      stop = () => {
        model.aborted += 1;
        reject(signal.reason as Error);
      };
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
    });
    try {
      await Promise.race([aborted, ...(work ? [work] : [])]);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  const model: ScriptedTextModel = {
    requests: [],
    aborted: 0,

    async *stream(request, { signal }): AsyncGenerator<TextEvent> {
      const answer = next(request);
      await wait(answer.until, signal);
      for (const delta of answer.deltas ?? []) {
        yield { kind: 'text', delta };
        signal.throwIfAborted();
      }
      await wait(answer.pause, signal);
      if (answer.fault) throw new ModelFault(answer.fault, 'as the test says');
      const items: ModelItem[] = [];
      const text = (answer.deltas ?? []).join('');
      if (text) items.push({ kind: 'said', by: 'agent', text });
      for (const call of called(answer)) {
        items.push({ kind: 'call', ...call });
        yield { kind: 'call', ...call };
      }
      yield { kind: 'done', stop: answer.stop ?? 'completed', items };
    },

    async structured({ shape, ...request }, { signal }) {
      const answer = next(request);
      await wait(answer.until, signal);
      if (answer.fault) throw new ModelFault(answer.fault, 'as the test says');
      if (answer.stop === 'incomplete' || answer.stop === 'refused') return { outcome: answer.stop };
      const made = called(answer);
      const items = made.map((call): ModelItem => ({ kind: 'call', ...call }));
      if (made.length) return { outcome: 'calls', calls: made, items };
      return { outcome: 'answered', value: shape.schema.parse(answer.value), items: [] };
    },
  };
  return model;
}
