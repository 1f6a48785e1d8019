import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Retell from 'retell-sdk';

export interface Received {
  path: string;
  /** The key of the account that signed it. */
  signedWith: string;
  /** `call_inbound`, `call_started`, … */
  event: string;
  body: Record<string, never> & { call: Retell.PhoneCallResponse; call_inbound: Record<string, unknown> };
}

export type Answer = { status: number; body?: unknown } | 'never';

/**
 * Our side of the wire, played by a test: it accepts nothing that Retell's own SDK does not verify, keeps what it got
 * and answers as told. It knows the key of one account; `keys` takes in others.
 */
export async function startReceivingApi(apiKey: string, answer: (request: Received) => Answer) {
  const received: Received[] = [];
  const keys = [apiKey];
  const waiting: { count: number; resolve: () => void }[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const raw = Buffer.concat(chunks).toString('utf8');
      const signature = String(request.headers['x-retell-signature']);
      const verified = await Promise.all(keys.map((key) => Retell.verify(raw, key, signature)));
      const signedWith = keys[verified.indexOf(true)];
      if (signedWith === undefined) {
        response.writeHead(401).end();
        return;
      }
      const body = JSON.parse(raw) as Received['body'] & { event: string };
      const one: Received = { path: request.url ?? '', signedWith, event: body.event, body };
      received.push(one);
      const reply = answer(one);
      for (const { count, resolve } of waiting) if (received.length >= count) resolve();
      if (reply === 'never') return;
      response.writeHead(reply.status, { 'content-type': 'application/json' });
      response.end(reply.body === undefined ? '' : JSON.stringify(reply.body));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    keys,
    events: () => received.map(({ event }) => event),
    /** Resolves once so many authentic requests have come. */
    seen: (count: number) =>
      received.length >= count
        ? Promise.resolve()
        : new Promise<void>((resolve) => void waiting.push({ count, resolve })),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
