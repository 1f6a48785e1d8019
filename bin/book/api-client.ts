import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { BookingAnswer, ErrorAnswer } from '#lambdas/scheduling/api/answers.ts';
import { Refused } from '../command-line.ts';
import type { ApiAddress } from './connection.ts';
import { offerLine } from './lines.ts';

type Action = BookingAnswer['action'];
export type AnswerTo<Name extends Action> = Extract<BookingAnswer, { action: Name }>;

/** One clinic's booking API, over HTTP and nothing else. */
export interface ApiClient {
  /**
   * Asks for one thing, and again with the same Idempotency-Key when our side fails, is out of reach for a moment, is asked
   * too much, or is still at it; after as long as it says.
   * @throws Refused with what to do, for whatever the API refuses
   */
  ask<Name extends Action>(
    request: { action: Name } & Record<string, unknown>,
    options?: { ifVersion?: string },
  ): Promise<AnswerTo<Name>>;
}

const mostAttempts = 3;

/** Nobody waits longer at a command line, whatever is asked of them. */
const longestPauseMs = 30_000;

/** @param wait pauses for so many milliseconds */
export function createApiClient(
  { api, key }: ApiAddress,
  wait: (ms: number) => Promise<unknown> = (ms) => pause(ms),
): ApiClient {
  const send = (body: string, headers: Record<string, string>) =>
    fetch(`${api}/api/booking`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      body,
      signal: AbortSignal.timeout(15_000),
    }).then(
      (response) => ({ response }),
      (cause: unknown) => ({ cause }),
    );

  return {
    async ask<Name extends Action>(
      request: { action: Name } & Record<string, unknown>,
      { ifVersion }: { ifVersion?: string } = {},
    ) {
      const headers = {
        'idempotency-key': randomUUID(),
        ...(ifVersion !== undefined && { 'if-match': `"${ifVersion}"` }),
      };
      for (let attempt = 1; ; attempt++) {
        const sent = await send(JSON.stringify(request), headers);
        const isLast = attempt === mostAttempts;
        let pauseMs = 300 * attempt;
        if ('cause' in sent) {
          if (isLast) throw new Refused(`${api} cannot be reached`, { cause: sent.cause });
        } else {
          const { status, headers: told } = sent.response;
          const text = await sent.response.text();
          if (isLast || !passes(status, text)) return answerOf<Name>(request.action, status, text);
          pauseMs = retryAfterMs(told) ?? pauseMs;
        }
        await wait(Math.min(pauseMs, longestPauseMs));
      }
    },
  };
}

/** Whether the same request may fare better in a moment. */
function passes(status: number, text: string): boolean {
  if (status >= 500 || status === 429) return true;
  const known = status === 409 ? ErrorAnswer.safeParse(asJson(text)) : undefined;
  return known?.data?.error.code === 'in-progress';
}

/** Nothing when it is not said in seconds. */
function retryAfterMs(headers: Headers): number | undefined {
  const [seconds] = /^\d{1,9}$/.exec(headers.get('retry-after') ?? '') ?? [];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

function answerOf<Name extends Action>(action: Name, status: number, text: string): AnswerTo<Name> {
  const body = asJson(text);
  if (status >= 400) throw refusal(status, body);
  const answer = BookingAnswer.safeParse(body);
  if (!answer.success || answer.data.action !== action) {
    throw new Refused('what answers there does not speak as this version of Frontdesk does');
  }
  return answer.data as AnswerTo<Name>;
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Not ours: the schema refuses it.
  }
}

function refusal(status: number, body: unknown): Refused {
  const known = ErrorAnswer.safeParse(body);
  if (!known.success) return new Refused(`the API answered ${status}`);
  const { code, message, fields = [], offers = [] } = known.data.error;
  return new Refused(
    [
      `${message} (${code})`,
      ...fields.map(({ path, message: problem }) => `  ${path} ${problem}`),
      ...offers.map((offer) => `  ${offerLine(offer)}`),
    ].join('\n'),
  );
}
