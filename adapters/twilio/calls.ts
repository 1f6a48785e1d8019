import { setTimeout as pause } from 'node:timers/promises';
import Domain from 'twilio/lib/base/Domain.js';
import RestException from 'twilio/lib/base/RestException.js';
import Version from 'twilio/lib/base/Version.js';
import { type CallContext, CallContextImpl, type CallInstance } from 'twilio/lib/rest/api/v2010/account/call.js';
import { authorizationOf, neverArrived } from './rest.ts';
import type { TwilioAccount } from './secret.ts';

/** What Twilio's SDK hands to whoever sends its requests. */
interface SdkRequest {
  method: string;
  uri: string;
  headers?: Record<string, string>;
  data?: Record<string, string>;
}

export interface TwilioCallsOptions {
  /** Such as `https://api.twilio.com`. */
  baseUrl: string;
  /** Read for each use, so that a rotated key is taken up. */
  account(): Promise<TwilioAccount>;
  /** For one attempt. */
  timeoutMs?: number;
  /** Waits between attempts. */
  wait?(ms: number): Promise<unknown>;
}

/** Calls that are going on at Twilio. */
export interface TwilioCalls {
  /** Ends it. `over` when it had ended before. @throws Error when Twilio cannot be told. */
  hangUp(callSid: string): Promise<'done' | 'over'>;
  /** Drops what the call is doing and asks `url` what to do next. `over` when it has ended. */
  redirect(callSid: string, url: string): Promise<'done' | 'over'>;
  /** Stops the recording that is running; `over` when none is. What was recorded until then stays. */
  stopRecording(callSid: string): Promise<'done' | 'over'>;
  /** `undefined` when Twilio has no such call. */
  fetch(callSid: string): Promise<CallInstance | undefined>;
}

const mostAttempts = 3;
const firstPauseMs = 200;

/** `Call is not in-progress`, which is said of every call that has ended, and of a recording that has. */
const notInProgress = 21_220;
/** What Twilio calls the recording of a call that is running now. */
const current = 'Twilio.CURRENT';

/**
 * Calls through Twilio's own SDK, of which the parts that write and read them are used and not the client: see
 * docs/decisions/0012. What Twilio was too busy for, or never got, is sent again; what it may have got is not.
 */
export function createTwilioCalls({
  baseUrl,
  account,
  timeoutMs = 5_000,
  wait = pause,
}: TwilioCallsOptions): TwilioCalls {
  async function callOf(callSid: string): Promise<CallContext> {
    const keys = await account();
    const { accountSid } = keys;
    const authorization = authorizationOf(keys);
    const client = { request: (request: SdkRequest) => persistently(() => send(request, authorization)) };
    const version = new Version.default(new Domain.default(client as never, baseUrl), '2010-04-01');
    return new CallContextImpl(version as never, accountSid, callSid);
  }

  async function send({ method, uri, headers, data }: SdkRequest, authorization: string) {
    const answer = await fetch(uri, {
      method: method.toUpperCase(),
      headers: { ...headers, authorization },
      ...(data && { body: new URLSearchParams(data) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { statusCode: answer.status, body: await answer.text() };
  }

  async function persistently(attempt: () => ReturnType<typeof send>) {
    for (let count = 1; ; count += 1) {
      try {
        const answer = await attempt();
        if (count === mostAttempts || !(answer.statusCode === 429 || answer.statusCode >= 500)) return answer;
      } catch (error) {
        if (count === mostAttempts || !neverArrived(error)) throw error;
      }
      await wait(Math.random() * firstPauseMs * 2 ** count);
    }
  }

  async function change(callSid: string, order: (call: CallContext) => Promise<unknown>): Promise<'done' | 'over'> {
    const call = await callOf(callSid);
    try {
      await order(call);
      return 'done';
    } catch (error) {
      if (isGone(error) || codeOf(error) === notInProgress) return 'over';
      throw error;
    }
  }

  return {
    hangUp: (callSid) => change(callSid, (call) => call.update({ status: 'completed' })),
    redirect: (callSid, url) => change(callSid, (call) => call.update({ url, method: 'POST' })),
    stopRecording: (callSid) => change(callSid, (call) => call.recordings(current).update({ status: 'stopped' })),
    async fetch(callSid) {
      const call = await callOf(callSid);
      try {
        return await call.fetch();
      } catch (error) {
        if (isGone(error)) return undefined;
        throw error;
      }
    },
  };
}

const codeOf = (error: unknown): number | undefined =>
  error instanceof RestException.default ? error.code : undefined;

const isGone = (error: unknown): boolean => error instanceof RestException.default && error.status === 404;
