import { createServer, createConnection, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { AddressInfo } from 'node:net';
import type { TextEvent, TextModel } from '#domain/conversations/talk/text/text-model.ts';

/** What a model and whoever asks it say on their wire, one JSON document a line. */
export type ToModel = { ask: number } | { stop: number };
export interface FromModel {
  id: number;
  /** `undefined`: the answer is whole. */
  delta?: string;
}

const firstTokenMs = 50;
const tokenMs = 25;
const tokens = 16;

/**
 * The model of the bench, in the process of the load: its first word comes after a fixed time and tells how long that
 * really was and which request it answers, so that what timers add is nobody's share.
 */
export function startModel() {
  let requests = 0;
  /** How many words each request has still to come; of one that was ended, for ever. */
  const left = new Map<number, number>();
  const stopped = new Set<number>();
  const server = createServer((socket) => {
    const running = new Map<number, { timer: NodeJS.Timeout; name: number }>();
    socket.setNoDelay(true);
    const send = (answer: FromModel) => socket.write(`${JSON.stringify(answer)}\n`);
    createInterface({ input: socket })
      // The service under test was ended.
      .on('error', () => socket.destroy())
      .on('line', (line) => {
        const message = JSON.parse(line) as ToModel;
        if ('stop' in message) {
          const request = running.get(message.stop);
          if (!request) return;
          clearTimeout(request.timer);
          running.delete(message.stop);
          stopped.add(request.name);
          return;
        }
        const { ask: id } = message;
        const askedAt = performance.now();
        const name = ++requests;
        left.set(name, tokens);
        let said = 0;
        const next = () => {
          said += 1;
          if (said > tokens) {
            running.delete(id);
            return send({ id });
          }
          const first = `${(performance.now() - askedAt).toFixed(3)}@${name} `;
          send({ id, delta: said === 1 ? first : `mot${said} ` });
          running.set(id, { timer: setTimeout(next, tokenMs), name });
        };
        running.set(id, { timer: setTimeout(next, firstTokenMs), name });
      });
    socket.on('error', () => socket.destroy());
  });
  return {
    /** Words still to come of the answer that began with this word. */
    leftOf: (firstWord: string) => left.get(nameIn(firstWord)) ?? 0,
    wasStopped: (firstWord: string) => stopped.has(nameIn(firstWord)),
    listen: () =>
      new Promise<number>((resolve) =>
        server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
      ),
    stop: () => server.close(),
  };
}

const nameIn = (firstWord: string): number => Number(/@(\d+)/.exec(firstWord)?.[1]);

/** The wire to the model, for a service under test: one connection for all calls. */
export function connectModel(port: number) {
  const socket: Socket = createConnection({ port, host: '127.0.0.1', noDelay: true });
  const listeners = new Map<number, (answer: FromModel) => void>();
  let asked = 0;
  createInterface({ input: socket }).on('line', (line) => {
    const answer = JSON.parse(line) as FromModel;
    listeners.get(answer.id)?.(answer);
  });
  const send = (message: ToModel) => socket.write(`${JSON.stringify(message)}\n`);
  return {
    /** @returns ends the request */
    ask(heard: (delta: string | undefined) => void): () => void {
      const id = ++asked;
      listeners.set(id, ({ delta }) => {
        if (delta === undefined) listeners.delete(id);
        heard(delta);
      });
      send({ ask: id });
      return () => {
        if (listeners.delete(id)) send({ stop: id });
      };
    },
  };
}

/** The same behind the port of text models. */
export function benchTextModel(port: number): TextModel {
  const model = connectModel(port);
  return {
    async *stream(_request, { signal }): AsyncGenerator<TextEvent> {
      const heard: (string | undefined)[] = [];
      let wake = Promise.withResolvers<void>();
      const stop = model.ask((delta) => {
        heard.push(delta);
        wake.resolve();
      });
      const aborted = () => wake.resolve();
      signal.addEventListener('abort', aborted, { once: true });
      try {
        for (;;) {
          await wake.promise;
          signal.throwIfAborted();
          wake = Promise.withResolvers();
          for (const delta of heard.splice(0)) {
            if (delta === undefined) return yield { kind: 'done', stop: 'completed', items: [] };
            yield { kind: 'text', delta };
          }
        }
      } finally {
        signal.removeEventListener('abort', aborted);
        stop();
      }
    },
    structured: () => Promise.reject(new Error('nothing structured is asked in this bench')),
  };
}
