import { setTimeout as pause } from 'node:timers/promises';
import Domain from 'twilio/lib/base/Domain.js';
import Version from 'twilio/lib/base/Version.js';
import { authorizationOf, neverArrived } from './rest.ts';
import type { TwilioAccount } from './secret.ts';

/** What Twilio's SDK hands to whoever sends its requests. */
interface SdkRequest {
  method: string;
  uri: string;
  headers?: Record<string, string>;
  params?: Record<string, string | number>;
  data?: Record<string, string | string[]>;
}

export interface SdkOptions {
  /** Such as `https://api.twilio.com`. */
  baseUrl: string;
  /** Read for each use, so that a rotated key is taken up. */
  account(): Promise<TwilioAccount>;
  /** For one attempt. */
  timeoutMs?: number;
  /** Waits between attempts. */
  wait?(ms: number): Promise<unknown>;
}

const mostAttempts = 3;
const firstPauseMs = 200;

/** A list is a field given once for each. */
const fieldsOf = (data: NonNullable<SdkRequest['data']>): [string, string][] =>
  Object.entries(data).flatMap(([name, value]) => [value].flat().map((each) => [name, each] as [string, string]));

/**
 * Sends what the resources of Twilio's own SDK write, and not the SDK's client: see docs/decisions/0012. What Twilio was
 * too busy for, or never got, is sent again; what it may have got is not.
 */
export function sdkRequests({ baseUrl, account, timeoutMs = 5_000, wait = pause }: SdkOptions) {
  async function send({ method, uri, headers, params, data }: SdkRequest, authorization: string) {
    const url = new URL(uri);
    for (const [name, value] of Object.entries(params ?? {})) url.searchParams.set(name, String(value));
    const answer = await fetch(url, {
      method: method.toUpperCase(),
      headers: { ...headers, authorization },
      ...(data && { body: new URLSearchParams(fieldsOf(data)) }),
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

  /** What a resource of the SDK is opened with, in the name of the account as it stands now. */
  return async () => {
    const keys = await account();
    const authorization = authorizationOf(keys);
    const client = { request: (request: SdkRequest) => persistently(() => send(request, authorization)) };
    const version = new Version.default(new Domain.default(client as never, baseUrl), '2010-04-01') as never;
    return { version, accountSid: keys.accountSid };
  };
}
