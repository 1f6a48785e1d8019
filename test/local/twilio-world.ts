import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import twilio from 'twilio';
import { type WebSocket, WebSocketServer } from 'ws';
import type { TimelineStep } from '#local/vendors/retell/timeline.ts';
import { createListener, type Listener, silence, speak } from '#local/vendors/speech-codec.ts';
import { startTwilio, type TwilioOptions } from '#local/vendors/twilio/server.ts';

export const accountSid = 'AC00000000000000000000000000000001';
export const authToken = '00112233445566778899aabbccddeeff';
export const clinic = { number: '+12025550142', language: 'fr' };

export interface ReceivedForm {
  path: string;
  form: Record<string, string>;
  idempotencyToken: string;
}

/** What comes on a stream, as far as a test reads it. */
interface Message extends Record<string, unknown> {
  event: string;
  streamSid: string;
  media?: { payload: string };
  start?: { callSid: string; customParameters: { token?: string } };
}

type Answer = string | { status: number; body?: string; type?: string };

/** A stream at our end. */
export interface OurStream {
  token: string | undefined;
  callSid: string;
  ear: Listener;
  messages: Record<string, unknown>[];
  /** Speaks, and sets a mark behind it. */
  say(text: string, mark?: string): void;
  send(message: object): void;
  socket: WebSocket;
}

/**
 * The stand-in, faster than life, with our side played by the test: it takes no webhook and no upgrade whose signature
 * Twilio's own library does not accept.
 */
export async function startWorld(
  twimlFor: (request: ReceivedForm, voiceUrl: string) => Answer | Promise<Answer>,
  onStream: (stream: OurStream) => void = () => undefined,
  options: Partial<TwilioOptions> = {},
) {
  const received: ReceivedForm[] = [];
  const streams: OurStream[] = [];
  const refused: string[] = [];
  const sockets = new WebSocketServer({ noServer: true });
  let url = '';
  const voiceUrl = () => url.replace('http', 'ws');
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString('utf8')));
      const path = request.url ?? '';
      if (!twilio.validateRequest(authToken, String(request.headers['x-twilio-signature']), url + path, form)) {
        refused.push(path);
        response.writeHead(403).end();
        return;
      }
      const one = { path, form, idempotencyToken: String(request.headers['i-twilio-idempotency-token']) };
      received.push(one);
      const answer = await twimlFor(one, voiceUrl());
      const {
        status,
        body = '',
        type = 'text/xml',
      } = typeof answer === 'string' ? { status: 200, body: answer } : answer;
      response.writeHead(status, { 'content-type': type }).end(body);
    })();
  });
  server.on('upgrade', (request, socket, head) => {
    const signature = String(request.headers['x-twilio-signature']);
    if (!twilio.validateRequest(authToken, signature, `${voiceUrl()}${request.url}`, {})) {
      refused.push(String(request.url));
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (open) => takeStream(open));
  });
  function takeStream(socket: WebSocket): void {
    const ear = createListener();
    const messages: Record<string, unknown>[] = [];
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString('utf8')) as Message;
      if (message.event === 'media') {
        ear.hear(Buffer.from(message.media?.payload ?? '', 'base64'));
        return;
      }
      messages.push(message);
      if (!message.start) return;
      const { callSid, customParameters } = message.start;
      const { streamSid } = message;
      const send = (content: object) => socket.send(JSON.stringify({ streamSid, ...content }));
      const stream: OurStream = {
        token: customParameters.token,
        callSid,
        ear,
        messages,
        socket,
        send,
        say(text, mark) {
          const payload = Buffer.concat([speak(text), silence(40)]).toString('base64');
          send({ event: 'media', media: { payload } });
          if (mark) send({ event: 'mark', mark: { name: mark } });
        },
      };
      streams.push(stream);
      onStream(stream);
    });
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  /** Each 20 ms of a call last one. */
  let skippedMs = 0;
  const standIn = await startTwilio({
    accountSid,
    authToken,
    apiUrl: url,
    now: () => performance.timeOrigin + performance.now() + skippedMs,
    wait: async (ms, signal) => {
      await sleep(1, undefined, { signal });
      skippedMs += Math.max(0, ms - 1);
    },
    ...options,
  });
  const post = (path: string, body: unknown) =>
    fetch(`${standIn.control}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  return {
    url,
    received,
    streams,
    refused,
    standIn,
    post,
    forms: (path: string) => received.filter((one) => one.path === path).map(({ form }) => form),
    rest: (method: string, path: string, form?: Record<string, string>, token = authToken) =>
      fetch(`${standIn.baseUrl}/2010-04-01/Accounts/${accountSid}${path}`, {
        method,
        headers: { authorization: `Basic ${Buffer.from(`${accountSid}:${token}`).toString('base64')}` },
        ...(form && { body: new URLSearchParams(form) }),
      }),
    async call(scenario: string, callOptions: object = {}): Promise<TimelineStep[]> {
      const response = await post('/calls', { scenario, clinic, options: callOptions });
      if (response.status !== 200) throw new Error(await response.text());
      return (await response.text())
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as TimelineStep);
    },
    async stop() {
      await standIn.stop();
      sockets.clients.forEach((client) => client.terminate());
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
export type World = Awaited<ReturnType<typeof startWorld>>;

export const connect = (voiceUrl: string, token = 'a-token-of-one-use') =>
  `<Response><Connect action="/after" method="POST"><Stream url="${voiceUrl}/media" statusCallback="/stream-status"><Parameter name="token" value="${token}"/></Stream></Connect></Response>`;
