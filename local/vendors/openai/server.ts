import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import * as z from 'zod';
import { type Brain, scriptedReceptionist } from './brain.ts';
import { errorOf, invalidRequest, Refusal } from './error-body.ts';
import { createFaults, Fault, type WaitingFault } from './faults.ts';
import { newId } from './ids.ts';
import { type Latency, type Manners, usualLatency, usualManners, type Wait } from './pace.ts';
import { type RealtimeSession, serveSession } from './realtime-session.ts';
import { createResponses } from './responses.ts';
import { createStatistics } from './statistics.ts';

export interface OpenAiOptions {
  /** Default 127.0.0.1. */
  host?: string;
  /** Default: any free one. */
  port?: number;
  /** Must come as the bearer of every request and upgrade. */
  apiKey: string;
  latency?: Partial<Latency>;
  manners?: Partial<Manners>;
  faults?: readonly Fault[];
  /** Who thinks for the speaking models and for the text models without a shape. Default: the scripted receptionist. */
  brain?: Brain;
  /** How waits pass. @param signal aborted when what is waited for is not wanted any more: the wait must then reject */
  wait?: Wait;
  now?(): number;
}

export interface RunningOpenAi {
  /** For the SDK's `baseURL`: `http://127.0.0.1:…/v1`. */
  baseUrl: string;
  /** `ws://127.0.0.1:…/v1/realtime`. */
  realtimeUrl: string;
  /** `POST {control}/faults`, `GET {control}/statistics`, `GET {control}/sessions`. */
  control: string;
  /** Cuts what is under way. Stopping twice is stopping once. */
  stop(): Promise<void>;
}

/** The largest event the true peer takes. */
const mostBytes = 16 * 1024 * 1024;

/**
 * Starts a stand-in for OpenAI: realtime sessions of speech and the Responses API, both with a scripted receptionist in
 * place of a model. Its speech is text in the payloads, see the speech codec.
 *
 * @throws when there is no key, or the port is taken (`EADDRINUSE`)
 */
export async function startOpenAi({
  host = '127.0.0.1',
  port = 0,
  apiKey,
  latency: ownLatency,
  manners: ownManners,
  faults: askedFaults = [],
  brain = scriptedReceptionist,
  wait = (ms, signal) => sleep(ms, undefined, { signal }),
  now = Date.now,
}: OpenAiOptions): Promise<RunningOpenAi> {
  if (!apiKey) throw new Error('the OpenAI stand-in needs an API key to ask for');
  const latency = { ...usualLatency, ...ownLatency };
  const manners = { ...usualManners, ...ownManners };
  const statistics = createStatistics();
  const faults = createFaults([]);
  const stopping = new AbortController();
  const sessions = new Set<RealtimeSession>();
  const underWay = new Set<ServerResponse>();
  const answer = createResponses({ brain, latency, faults, statistics, now, wait });
  for (const fault of askedFaults) happen(fault);

  function happen(fault: Fault): void {
    if (fault.kind === 'sessions-expire') return sessions.forEach((session) => session.expire());
    if (fault.kind !== 'dies') return faults.add(fault);
    sessions.forEach((session) => session.cut());
    underWay.forEach((response) => response.destroy());
    const refused: WaitingFault = { kind: 'status', on: 'both', status: 500, times: fault.times };
    if (fault.times > 0) faults.add(refused);
  }

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://stand-in');
    const called = `${request.method} ${pathname}`;
    if (called === 'GET /') return sendJson(response, 200, frontPage);
    if (pathname.startsWith('/_standin/')) return control(called, request, response);
    checkKey(request);
    if (called !== 'POST /v1/responses') {
      throw new Refusal(404, invalidRequest(null, `Invalid URL (${called})`));
    }
    const gone = new AbortController();
    underWay.add(response);
    const leave = () => {
      underWay.delete(response);
      if (response.writableFinished) return;
      statistics.counts.responses.aborted += 1;
      gone.abort(new Error('the other side has gone'));
    };
    response.once('close', leave);
    const body = await readJson(request, z.unknown());
    await answer(body, response, AbortSignal.any([gone.signal, stopping.signal])).catch((error: unknown) => {
      // Nobody waits for the answer any more.
      if (!gone.signal.aborted) throw error;
    });
  }

  function checkKey(request: IncomingMessage): void {
    if (request.headers.authorization !== `Bearer ${apiKey}`) throw new Refusal(401, errorOf(401));
  }

  async function control(called: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    switch (called) {
      case 'POST /_standin/faults':
        happen(await readJson(request, Fault));
        return sendJson(response, 200, {});
      case 'DELETE /_standin/faults':
        faults.clear();
        return sendJson(response, 200, {});
      case 'GET /_standin/statistics':
        return sendJson(response, 200, statistics.counts);
      case 'DELETE /_standin/statistics':
        statistics.clear();
        return sendJson(response, 200, {});
      case 'GET /_standin/sessions':
        return sendJson(response, 200, { sessions: statistics.sessions });
      default:
        throw new Refusal(404, invalidRequest(null, `There is no ${called}.`));
    }
  }

  const server = createServer((request, response) => {
    route(request, response).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) return void response.destroy();
      const refusal = error instanceof Refusal ? error : new Refusal(500, errorOf(500));
      statistics.counts.responses.refused += 1;
      sendJson(response, refusal.status, { error: refusal.body }, refusal.headers);
      // A fault of the stand-in itself is not to be taken for one that was asked for.
      if (!(error instanceof Refusal) && !stopping.signal.aborted) console.error(error);
    });
  });

  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: mostBytes });
  server.on('upgrade', (request, socket, head) => {
    try {
      upgrade(request, socket, head);
    } catch (error) {
      statistics.counts.realtime.refusedUpgrades += 1;
      const { status, body } = error instanceof Refusal ? error : new Refusal(500, errorOf(500));
      refuseUpgrade(socket, status, { error: body });
    }
  });

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stand-in');
    if (pathname !== '/v1/realtime') throw new Refusal(404, invalidRequest(null, 'Invalid URL'));
    checkKey(request);
    const fault = faults.next('upgrade');
    if (fault) statistics.counts.faults += 1;
    if (fault?.kind === 'status') throw new Refusal(fault.status, errorOf(fault.status, fault.code));
    const model = searchParams.get('model');
    if (!model)
      throw new Refusal(
        400,
        invalidRequest('missing_required_parameter', 'You must provide a model parameter.', 'model'),
      );
    sockets.handleUpgrade(request, socket, head, (opened) => {
      if (request.headers['openai-beta'] !== undefined) {
        return closeWith(opened, 'beta_api_shape_disabled', 'The Realtime Beta API is no longer supported.');
      }
      if (!/^gpt-realtime/.test(model)) {
        return closeWith(
          opened,
          'model_not_found',
          `The model \`${model}\` does not exist or you do not have access to it.`,
        );
      }
      // Half open: the socket is there, and nothing ever comes.
      if (fault?.kind === 'no-answer') return;
      const session = serveSession(opened, model, { brain, latency, manners, faults, statistics, now, wait });
      sessions.add(session);
      opened.on('close', () => sessions.delete(session));
    });
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = `${host}:${(server.address() as AddressInfo).port}`;

  async function stop(): Promise<void> {
    stopping.abort(new Error('the OpenAI stand-in stops'));
    for (const socket of sockets.clients) socket.terminate();
    const closed = new Promise<void>((resolve, reject) => {
      server.close((error) => (error ? reject(error) : resolve()));
    });
    server.closeAllConnections();
    await closed;
  }
  let stopped: Promise<void> | undefined;
  return {
    baseUrl: `http://${address}/v1`,
    realtimeUrl: `ws://${address}/v1/realtime`,
    control: `http://${address}/_standin`,
    stop: () => (stopped ??= stop()),
  };
}

const frontPage = {
  what: 'A stand-in for OpenAI on this machine. It is not OpenAI, no model thinks here, and nothing here reaches OpenAI.',
  api: ['POST /v1/responses', 'WebSocket /v1/realtime?model=…'],
  control: [
    'POST /_standin/faults',
    'DELETE /_standin/faults',
    'GET /_standin/statistics',
    'DELETE /_standin/statistics',
    'GET /_standin/sessions',
  ],
};

function closeWith(
  socket: { send(text: string): void; close(code: number, reason: string): void },
  code: string,
  message: string,
): void {
  const { type, param } = invalidRequest(code, message);
  socket.send(
    JSON.stringify({ type: 'error', event_id: newId('event'), error: { type, code, message, param, event_id: null } }),
  );
  socket.close(4000, `invalid_request_error.${code}`);
}

function refuseUpgrade(socket: Duplex, status: number, body: object): void {
  const text = JSON.stringify(body);
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(text)}`,
      'connection: close',
      '',
      text,
    ].join('\r\n'),
  );
}

function sendJson(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': newId('req'), ...headers });
  response.end(JSON.stringify(body));
}

/** Only declared JSON is read, so that a web page open in a browser here cannot do anything without being asked. */
async function readJson<Schema extends z.ZodType>(request: IncomingMessage, schema: Schema): Promise<z.infer<Schema>> {
  if (!request.headers['content-type']?.startsWith('application/json')) {
    throw new Refusal(415, invalidRequest(null, 'The body must be application/json.'));
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  let body: unknown;
  try {
    body = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}');
  } catch {
    throw new Refusal(400, invalidRequest(null, 'We could not parse the JSON body of your request.'));
  }
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new Refusal(400, invalidRequest(null, z.prettifyError(parsed.error)));
  return parsed.data;
}
