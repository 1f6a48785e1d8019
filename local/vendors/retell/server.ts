/**
 * A STAND-IN for Retell AI on one machine. Nothing here is Retell and nothing reaches Retell: it plays the vendor's
 * side of the wire over loopback, as its documentation tells it, so that the product can be run and tested without an
 * account. It signs with the vendor's own SDK, rings and reports as the vendor does, and serves the REST calls we make.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { scenarioNamed, scenarios } from '#local/scenarios/scenarios.ts';
import { readJson, Refusal, sendJson, streamSteps } from '#local/vendors/control-http.ts';
import { createMetronome } from '#local/vendors/phone/metronome.ts';
import { type Account, openAccounts } from './accounts.ts';
import { openAgents } from './agents.ts';
import { openCallArchive } from './call-archive.ts';
import type { FunctionDefinition } from './call-function.ts';
import type { CallObject } from './call-object.ts';
import { createFaults, Fault } from './faults.ts';
import { listCalls, ListCalls } from './list-calls.ts';
import { createTelephones, Telephone } from '#local/vendors/telephones.ts';
import { CreatePhoneCall, dialOut, type RetellTelephones } from './dial-out.ts';
import { openNumbers } from './numbers.ts';
import { CalledClinic, CallOptions } from './asked-call.ts';
import type { Exchange } from './exchange.ts';
import { placeCall } from './place-call.ts';
import { restrictStorage, UpdateCall, UpdateLiveCall } from './stored-data.ts';
import type { TimelineEntry } from './timeline.ts';
import { CreateWebCall, createWebCalls, JoinWebCall } from './web-calls.ts';

export interface RetellOptions {
  /** Default 127.0.0.1. */
  host?: string;
  /** Default: any free one. */
  port?: number;
  /** Signs what we send and must come back as the bearer of every REST call. */
  apiKey: string;
  /** Where our API listens, such as `http://127.0.0.1:4000`. */
  apiUrl: string;
  /** Calls are kept here and outlive a restart. */
  dataDir: string;
  /** The custom functions that are configured at the vendor. */
  functions?: readonly FunctionDefinition[];
  /** Agents that are there from the start, published. */
  knownAgents?: readonly string[];
  faults?: readonly Fault[];
  /** Ten seconds, unless a test has less patience. */
  attemptTimeoutMs?: number;
  /** How waits pass. @param signal aborted when the stand-in stops: the wait must then reject */
  wait?(ms: number, signal: AbortSignal): Promise<void>;
  /** How the time of live calls passes. */
  liveWait?(ms: number, signal: AbortSignal): Promise<void>;
  now?(): number;
}

export interface RunningRetell {
  /** For the SDK's `baseURL`. */
  baseUrl: string;
  /** Where calls are placed: `POST {control}/calls`. */
  control: string;
  /** Drops calls that are under way; resolves once everything is on disk. Stopping twice is stopping once. */
  stop(): Promise<void>;
}

/** Three more attempts. The spacing is ours: Retell does not publish it. A ringing phone leaves no time to wait. */
const ringRetryDelaysMs = [100, 100, 100];
const eventRetryDelaysMs = [1_000, 2_000, 4_000];
/** Minutes of talk and seconds of analysis, compressed. */
const pace = { talkMs: 400, analysisMs: 600 };

const PlaceCall = z.strictObject({
  scenario: z.string(),
  clinic: CalledClinic,
  options: CallOptions.prefault({}),
  from: z.string().optional(),
  disturbances: z.strictObject({ cloud: z.url().optional(), openai: z.url().optional() }).default({}),
});

const OwnTelephone = Telephone.extend({ clinic: CalledClinic, options: CallOptions.prefault({}) });

/** Calls that some other client reported itself and that `get-call` and `list-calls` are to know. */
const KeepCalls = z.strictObject({ calls: z.array(z.looseObject({ call_id: z.string().regex(/^[A-Za-z0-9_-]+$/) })) });

const AnotherAccount = z.strictObject({
  agentName: z.string().default('Reception'),
  /** Brought over a trunk, and bound to the agent. */
  numbers: z.array(z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be a number in E.164 form')).default([]),
});

/**
 * Starts the stand-in.
 *
 * @throws when there is no key, or the port is taken (`EADDRINUSE`)
 */
export async function startRetell({
  host = '127.0.0.1',
  port = 0,
  apiKey,
  apiUrl,
  dataDir,
  functions = [],
  knownAgents = [],
  faults: askedFaults = [],
  attemptTimeoutMs = 10_000,
  wait = (ms, signal) => sleep(ms, undefined, { signal }),
  liveWait = (ms, signal) => sleep(ms, undefined, { signal }),
  now = Date.now,
}: RetellOptions): Promise<RunningRetell> {
  if (!apiKey) throw new Error('the Retell stand-in needs an API key to sign with');
  const archive = await openCallArchive(dataDir, now);
  const agents = await openAgents(dataDir, now);
  for (const id of knownAgents) await agents.stand(id, 'Reception');
  const own = { apiKey, agents, numbers: await openNumbers(dataDir, now) };
  const accounts = await openAccounts(own, dataDir, now);
  const faults = createFaults(askedFaults);
  const stopping = new AbortController();
  const { signal } = stopping;
  const habits = { attemptTimeoutMs, signal, wait: (ms: number) => wait(ms, signal) };
  const exchange: Exchange = {
    apiUrl,
    apiKey,
    archive,
    functions,
    now,
    ringing: { ...habits, retryDelaysMs: ringRetryDelaysMs },
    reporting: { ...habits, retryDelaysMs: eventRetryDelaysMs },
    pace,
    metronome: createMetronome(now, (ms) => liveWait(ms, signal)),
  };
  /** Signs with the key of the account. */
  const exchangeOf = (account: Account): Exchange => ({ ...exchange, apiKey: account.apiKey });
  const telephones: RetellTelephones = createTelephones(signal);
  const webCalls = createWebCalls(exchange);
  const underWay = new Set<Promise<void>>();

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://stand-in');
    const called = `${request.method} ${pathname}`;
    if (called === 'GET /') return sendJson(response, 200, frontPage);
    if (pathname.startsWith('/_standin/')) return control(called, request, response);

    const fault = faults.next(pathname);
    if (fault?.kind === 'no-answer') return; // The socket stays open until the client or `stop` closes it.
    if (fault) {
      if (fault.retryAfterSeconds !== undefined) response.setHeader('retry-after', String(fault.retryAfterSeconds));
      throw new Refusal(fault.status, 'A fault that was asked for.');
    }
    const account = accounts.opened(request.headers.authorization?.replace(/^Bearer /, '') ?? '');
    if (!account) throw new Refusal(401, 'API key is missing or invalid.');
    const isTheirs = (call: CallObject) => accounts.ofAgent(call.agent_id) === account;
    if (called.startsWith('GET /v2/get-call/')) {
      const found = archive.get(decodeURIComponent(pathname.slice('/v2/get-call/'.length)));
      if (!found || !isTheirs(found.call)) throw new Refusal(404, 'Call not found.');
      return sendJson(response, 200, found.call);
    }
    const [, isLiveOnly, updated = ''] = /^PATCH \/v2\/update-(live-)?call\/(.+)$/.exec(called) ?? [];
    if (updated) {
      const order = isLiveOnly
        ? (await readJson(request, UpdateLiveCall)).fields_to_override
        : await readJson(request, UpdateCall);
      const found = archive.get(decodeURIComponent(updated));
      if (!found || !isTheirs(found.call)) throw new Refusal(404, 'Call not found.');
      if (isLiveOnly && found.call.call_status !== 'ongoing') throw new Refusal(400, 'The call is not ongoing.');
      const restricted = await restrictStorage(archive, found, order.data_storage_setting);
      return sendJson(response, 200, isLiveOnly ? { success: true } : restricted);
    }
    if (called.startsWith('DELETE /v2/delete-call/')) {
      const callId = decodeURIComponent(pathname.slice('/v2/delete-call/'.length));
      const found = archive.get(callId);
      if (!found || !isTheirs(found.call)) throw new Refusal(404, 'Call not found.');
      await archive.remove(callId);
      return void response.writeHead(204).end();
    }
    if (['GET /get-chat/', 'DELETE /delete-chat/'].some((one) => called.startsWith(one)))
      throw new Refusal(404, 'Chat not found.'); // No scenario is a chat.
    if (called === 'POST /v3/create-web-call') {
      const order = CreateWebCall.safeParse(await readJson(request, z.unknown()));
      if (!order.success) throw new Refusal(422, z.prettifyError(order.error));
      return sendJson(response, 201, await webCalls.create(order.data, account));
    }
    if (called === 'POST /v2/create-phone-call') {
      const order = await readJson(request, CreatePhoneCall);
      const { from_number: from, override_agent_id: agentId } = order;
      if (accounts.ofNumber(from) !== account) throw new Refusal(404, 'Phone number not found.');
      if (agentId && accounts.ofAgent(agentId) !== account) throw new Refusal(404, 'Agent not found.');
      return sendJson(response, 201, dialOut(order, exchangeOf(account), telephones));
    }
    if (called === 'POST /v3/list-calls') {
      const page = listCalls(
        archive.all().filter(({ call }) => isTheirs(call)),
        await readJson(request, ListCalls),
      );
      if (!page) throw new Refusal(400, 'Invalid pagination_key.');
      return sendJson(response, 200, page);
    }
    const answered = (await account.agents.answer(request)) ?? (await account.numbers.answer(request));
    if (answered) {
      if (answered.body !== undefined) return sendJson(response, answered.status, answered.body);
      return void response.writeHead(answered.status).end();
    }
    throw new Refusal(501, `This stand-in does not offer ${called}.`);
  }

  async function control(called: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    switch (called) {
      case 'POST /_standin/calls':
        return startCall(await readJson(request, PlaceCall), response);
      case 'POST /_standin/telephones':
        return waitForCall(await readJson(request, OwnTelephone), response);
      case 'POST /_standin/archive': {
        const { calls } = await readJson(request, KeepCalls);
        await archive.put(calls as unknown as CallObject[]);
        return sendJson(response, 200, { kept: calls.length });
      }
      case 'POST /_standin/faults':
        faults.add(await readJson(request, Fault));
        return sendJson(response, 200, {});
      case 'POST /_standin/accounts': {
        const { agentName, numbers } = await readJson(request, AnotherAccount);
        return sendJson(response, 201, await accounts.open(agentName, numbers));
      }
      default: {
        const [, callId] = /^POST \/_standin\/web-calls\/(call_[0-9a-f]+)\/join$/.exec(called) ?? [];
        if (callId) return joinWebCall(callId, await readJson(request, JoinWebCall), response);
        throw new Refusal(404, `There is no ${called}.`);
      }
    }
  }

  /** Streams the timeline of the call that comes, if one does. */
  async function waitForCall(ask: z.infer<typeof OwnTelephone>, response: ServerResponse): Promise<void> {
    const scenario = scenarioNamed(ask.scenario);
    if (!scenario) throw new Refusal(404, `There is no scenario ${ask.scenario}.`);
    const { numbers, pickUp } = ask;
    const call = streamSteps<TimelineEntry>(response, signal, (tell) => {
      tell({ step: 'waits', detail: { numbers, pickUp } });
      return telephones.wait({ ...ask, scenario, tell });
    });
    underWay.add(call);
    await call;
    underWay.delete(call);
  }

  /** Streams the timeline. The call goes on when the one who watches it leaves. */
  async function startCall(ask: z.infer<typeof PlaceCall>, response: ServerResponse): Promise<void> {
    const scenario = scenarioNamed(ask.scenario);
    if (!scenario) throw new Refusal(404, `There is no scenario ${ask.scenario}.`);
    const call = streamSteps<TimelineEntry>(response, signal, (tell) =>
      placeCall({ ...ask, scenario }, exchangeOf(accounts.ofAgent(ask.clinic.boundAgentId)), tell),
    );
    underWay.add(call);
    await call;
    underWay.delete(call);
  }

  /** A browser joins a call that waits for it, and what the scenario says is said. */
  async function joinWebCall(
    callId: string,
    ask: z.infer<typeof JoinWebCall>,
    response: ServerResponse,
  ): Promise<void> {
    const scenario = scenarioNamed(ask.scenario);
    if (!scenario) throw new Refusal(404, `There is no scenario ${ask.scenario}.`);
    const call = streamSteps<TimelineEntry>(response, signal, webCalls.join(callId, ask.access_token, scenario));
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
      const message = error instanceof Error ? error.message : String(error);
      sendJson(response, status, { status: 'error', message });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const baseUrl = `http://${host}:${(server.address() as AddressInfo).port}`;
  async function stop(): Promise<void> {
    stopping.abort(new Error('the Retell stand-in stops'));
    await Promise.all(underWay);
    const closed = new Promise<void>((resolve, reject) => {
      server.close((error) => (error ? reject(error) : resolve()));
    });
    server.closeAllConnections();
    await closed;
    await archive.close();
    await accounts.close();
  }
  let stopped: Promise<void> | undefined;
  return { baseUrl, control: `${baseUrl}/_standin`, stop: () => (stopped ??= stop()) };
}

const frontPage = {
  what: 'A stand-in for Retell AI on this machine. It is not Retell, and nothing here reaches Retell.',
  rest: [
    'GET /v2/get-call/{call_id}',
    'PATCH /v2/update-live-call/{call_id}, PATCH /v2/update-call/{call_id}: data_storage_setting',
    'DELETE /v2/delete-call/{call_id}',
    'POST /v2/create-phone-call',
    'POST /v3/list-calls',
    'GET /get-chat/{chat_id}',
    'POST /v3/create-web-call',
    'agents and conversation flows: create, get, update, list, version, publish',
    'phone numbers: create, import, get, update, list, delete',
  ],
  control: [
    'POST /_standin/calls',
    'POST /_standin/web-calls/{call_id}/join',
    'POST /_standin/telephones',
    'POST /_standin/accounts',
    'POST /_standin/archive',
    'POST /_standin/faults',
  ],
  scenarios: Object.fromEntries(scenarios.map(({ name, summary }) => [name, summary])),
};
