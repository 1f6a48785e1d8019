import type { TextEvent, TextModel, TextRequest } from '#domain/conversations/talk/text/text-model.ts';

/** One request to a model whose words a test gives out by hand. */
export interface HeldAnswer {
  readonly request: TextRequest;
  say(delta: string): void;
  call(name: string, args: Record<string, unknown>): void;
  finish(): void;
  /** Whoever asked ended the request before it was answered. */
  readonly isAborted: boolean;
  readonly isFinished: boolean;
}

export interface HeldTextModel extends TextModel {
  /** In the order in which they were asked. */
  readonly answers: HeldAnswer[];
  /** The `n`th request, from 1, once it is there. */
  asked(n: number): Promise<HeldAnswer>;
}

/** A text model that says what a test says, when it says so, and ends at once when it is told to. */
export function heldTextModel(): HeldTextModel {
  const answers: HeldAnswer[] = [];
  const waiting: { n: number; resolve(answer: HeldAnswer): void }[] = [];
  let calls = 0;

  return {
    answers,
    asked(n) {
      const there = answers[n - 1];
      if (there) return Promise.resolve(there);
      return new Promise((resolve) => waiting.push({ n, resolve }));
    },

    async *stream(request, { signal }): AsyncGenerator<TextEvent> {
      const events: TextEvent[] = [];
      let wake = Promise.withResolvers<void>();
      let isAborted = false;
      let isFinished = false;
      const put = (event: TextEvent) => {
        events.push(event);
        wake.resolve();
      };
      const abort = () => {
        isAborted = true;
        wake.resolve();
      };
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
      const answer: HeldAnswer = {
        request,
        say: (delta) => put({ kind: 'text', delta }),
        call: (name, args) => put({ kind: 'call', callId: `call_${++calls}`, name, args: JSON.stringify(args) }),
        get isFinished() {
          return isFinished;
        },
        finish: () => put({ kind: 'done', stop: 'completed', items: [] }),
        get isAborted() {
          return isAborted;
        },
      };
      answers.push(answer);
      for (const { n, resolve } of waiting) if (n === answers.length) resolve(answer);
      for (;;) {
        await wake.promise;
        if (isAborted) throw signal.reason as Error;
        wake = Promise.withResolvers();
        for (let event = events.shift(); event; event = events.shift()) {
          isFinished ||= event.kind === 'done';
          yield event;
          if (event.kind === 'done') return signal.removeEventListener('abort', abort);
        }
      }
    },

    structured: () => Promise.reject(new Error('nothing structured is asked in this test')),
  };
}
