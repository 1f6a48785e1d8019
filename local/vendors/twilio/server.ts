/**
 * A STAND-IN for Twilio on one machine. Nothing here is Twilio and nothing reaches Twilio: it plays the vendor's side of
 * the wire over loopback, as its documentation tells it, so that the product can be run and tested without an account. It
 * signs with the vendor's own library, rings, runs TwiML, streams audio both ways in real time, reports as the vendor
 * does, and serves the REST calls we make. At the far end of its lines a small actor plays the caller.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { scenarioNamed, scenarios } from '#local/scenarios/scenarios.ts';
import { readBody, readJson, Refusal, sendJson, streamSteps } from '#local/vendors/control-http.ts';
import { createMetronome } from '#local/vendors/phone/metronome.ts';
import { createTelephones, Telephone } from '#local/vendors/telephones.ts';
import { registerPreparedAudio } from '#local/vendors/phone/prepared-audio.ts';
import { createFaults, Fault } from '#local/vendors/retell/faults.ts';
import type { TimelineEntry } from '#local/vendors/retell/timeline.ts';
import { type Call, endCall } from './call.ts';
import { CalledClinic, TwilioCallOptions } from './asked-call.ts';
import type { Exchange } from './exchange.ts';
import { placeCall } from './place-call.ts';
import { emptyMessageBox, receiveMessage } from './messages.ts';
import { holdNumber, OwnNumber } from './numbers.ts';
import { restError } from './rest-answer.ts';
import { answerRest } from './rest.ts';

export interface TwilioOptions {
  /** Default 127.0.0.1. */
  host?: string;
  /** Default: any free one. */
  port?: number;
  accountSid: string;
  /** Signs what we send, and is the password of every REST call. */
  authToken: string;
  /** Where our API listens, such as `http://127.0.0.1:4000`. */
  apiUrl: string;
  faults?: readonly Fault[];
  /** Fifteen seconds, unless a test has less patience. */
  webhookTimeoutMs?: number;
  /** How waits pass. @param signal aborted when the stand-in stops: the wait must then reject */
  wait?(ms: number, signal: AbortSignal): Promise<void>;
  now?(): number;
}

export interface RunningTwilio {
  /** What `https://api.twilio.com` is replaced by. */
  baseUrl: string;
  /** Where calls are placed: `POST {control}/calls`. */
  control: string;
  /** Drops calls that are under way. Stopping twice is stopping once. */
  stop(): Promise<void>;
}

const PlaceCall = z.strictObject({
  scenario: z.string(),
  clinic: z.object(CalledClinic.shape),
  from: z.string().optional(),
  options: TwilioCallOptions.prefault({}),
  disturbances: z.strictObject({ cloud: z.url().optional(), openai: z.url().optional() }).default({}),
});

const OwnTelephone = Telephone.extend({
  clinic: z.object(CalledClinic.shape),
  options: TwilioCallOptions.prefault({}),
});

const address = z.string().regex(/^(whatsapp:)?\+[1-9]\d{6,14}$/);
const WrittenMessage = z.strictObject({
  from: address,
  to: address,
  body: z.string().min(1).max(1_600),
  optOutType: z.enum(['STOP', 'START', 'HELP']).optional(),
});

/** Calls that are over are still known to REST, as many as that. */
const mostCalls = 5_000;

/**
 * Starts the stand-in.
 *
 * @throws when there is no token, or the port is taken (`EADDRINUSE`)
 */
export async function startTwilio({
  host = '127.0.0.1',
  port = 0,
  accountSid,
  authToken,
  apiUrl,
  faults: askedFaults = [],
  webhookTimeoutMs = 15_000,
  wait = (ms, signal) => sleep(ms, undefined, { signal }),
  now = Date.now,
}: TwilioOptions): Promise<RunningTwilio> {
  if (!authToken) throw new Error('the Twilio stand-in needs an auth token to sign with');
  registerPreparedAudio();
  const faults = createFaults(askedFaults);
  const stopping = new AbortController();
  const { signal } = stopping;
  const calls = new Map<string, Call>();
  const messages = emptyMessageBox();
  const exchange: Exchange = {
    accountSid,
    apiUrl,
    habits: { authToken, timeoutMs: webhookTimeoutMs, signal },
    metronome: createMetronome(now, (ms) => wait(ms, signal)),
    now,
    calls,
    numbers: new Map(),
    telephones: createTelephones(signal),
  };
  const underWay = new Set<Promise<void>>();
  const credentials = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://stand-in');
    const { pathname } = url;
    const called = `${request.method} ${pathname}`;
    if (called === 'GET /') return sendJson(response, 200, frontPage);
    if (pathname.startsWith('/_standin/')) return control(called, request, response);
    const fault = faults.next(pathname);
    if (fault?.kind === 'no-answer') return; // The socket stays open until the client or `stop` closes it.
    const body = await readBody(request);
    const answer =
      fault !== undefined
        ? fault.status === 429
          ? restError(429, 20429, 'Too Many Requests')
          : restError(fault.status, 20500, 'A fault that was asked for.')
        : request.headers.authorization !== credentials
          ? restError(401, 20003, 'Authenticate')
          : await answerRest(request, url, new URLSearchParams(body), exchange, messages);
    if (fault?.retryAfterSeconds !== undefined) response.setHeader('retry-after', String(fault.retryAfterSeconds));
    if (answer.status === 204) return void response.writeHead(204).end();
    sendJson(response, answer.status, answer.body);
  }

  async function control(called: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    switch (called) {
      case 'POST /_standin/calls':
        return startCall(await readJson(request, PlaceCall), response);
      case 'POST /_standin/telephones':
        return waitForCall(await readJson(request, OwnTelephone), response);
      case 'POST /_standin/numbers': {
        const { sid } = holdNumber(exchange.numbers, await readJson(request, OwnNumber));
        return sendJson(response, 200, { sid });
      }
      case 'GET /_standin/numbers':
        return sendJson(response, 200, { numbers: [...exchange.numbers.values()] });
      case 'POST /_standin/faults':
        faults.add(await readJson(request, Fault));
        return sendJson(response, 200, {});
      case 'GET /_standin/messages':
        return sendJson(response, 200, { messages: messages.sent });
      case 'POST /_standin/incoming-messages': {
        const answer = await receiveMessage(await readJson(request, WrittenMessage), exchange, messages);
        return sendJson(response, 200, answer);
      }
      default:
        throw new Refusal(404, `There is no ${called}.`);
    }
  }

  /** Streams the timeline of the call that comes, if one does. */
  async function waitForCall(ask: z.infer<typeof OwnTelephone>, response: ServerResponse): Promise<void> {
    const scenario = scenarioNamed(ask.scenario);
    if (!scenario) throw new Refusal(404, `There is no scenario ${ask.scenario}.`);
    const { numbers, pickUp } = ask;
    const call = streamSteps<TimelineEntry>(response, signal, (tell) => {
      tell({ step: 'waits', detail: { numbers, pickUp } });
      return exchange.telephones.wait({ ...ask, scenario, tell });
    });
    underWay.add(call);
    await call;
    underWay.delete(call);
  }

  async function startCall(ask: z.infer<typeof PlaceCall>, response: ServerResponse): Promise<void> {
    const scenario = scenarioNamed(ask.scenario);
    if (!scenario) throw new Refusal(404, `There is no scenario ${ask.scenario}.`);
    for (const sid of [...calls.keys()].slice(0, Math.max(0, calls.size - mostCalls))) calls.delete(sid);
    const call = streamSteps<TimelineEntry>(response, signal, (tell) =>
      placeCall({ ...ask, scenario }, exchange, tell),
    );
    underWay.add(call);
    await call;
    underWay.delete(call);
  }

  const server = createServer((request, response) => {
    route(request, response).catch((error: unknown) => {
      if (response.headersSent) {
        response.destroy();
        return;
      }
      const status = error instanceof Refusal ? error.status : 500;
      const { body } = restError(status, 20_000 + status, error instanceof Error ? error.message : String(error));
      sendJson(response, status, body);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const baseUrl = `http://${host}:${(server.address() as AddressInfo).port}`;
  async function stop(): Promise<void> {
    stopping.abort(new Error('the Twilio stand-in stops'));
    for (const call of calls.values()) endCall(call, 'failed', 'vendor', now());
    await Promise.all(underWay);
    const closed = new Promise<void>((resolve, reject) => {
      server.close((error) => (error ? reject(error) : resolve()));
    });
    server.closeAllConnections();
    await closed;
  }
  let stopped: Promise<void> | undefined;
  return { baseUrl, control: `${baseUrl}/_standin`, stop: () => (stopped ??= stop()) };
}

const frontPage = {
  what: 'A stand-in for Twilio on this machine. It is not Twilio, and nothing here reaches Twilio.',
  rest: [
    'POST /2010-04-01/Accounts/{sid}/Calls.json',
    'GET /2010-04-01/Accounts/{sid}/Calls/{CallSid}.json',
    'POST /2010-04-01/Accounts/{sid}/Calls/{CallSid}.json',
    'POST /2010-04-01/Accounts/{sid}/Calls/{CallSid}/Recordings.json',
    'GET /2010-04-01/Accounts/{sid}/Calls/{CallSid}/Recordings.json',
    'POST /2010-04-01/Accounts/{sid}/Calls/{CallSid}/Recordings/{RecordingSid}.json',
    'DELETE /2010-04-01/Accounts/{sid}/Calls/{CallSid}/Recordings/{RecordingSid}.json',
    'POST /2010-04-01/Accounts/{sid}/Messages.json',
    'GET /2010-04-01/Accounts/{sid}/Messages.json',
    'DELETE /2010-04-01/Accounts/{sid}/Messages/{MessageSid}.json',
    'GET /2010-04-01/Accounts/{sid}/IncomingPhoneNumbers.json',
    'POST /2010-04-01/Accounts/{sid}/IncomingPhoneNumbers/{PhoneNumberSid}.json',
  ],
  control: [
    'POST /_standin/calls',
    'POST /_standin/telephones',
    'POST /_standin/numbers',
    'GET /_standin/numbers',
    'POST /_standin/faults',
    'GET /_standin/messages',
    'POST /_standin/incoming-messages',
  ],
  scenarios: Object.fromEntries(
    scenarios.filter(({ vendors }) => vendors?.includes('twilio') ?? true).map(({ name, summary }) => [name, summary]),
  ),
};
