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
   * Asks for one thing, and again with the same Idempotency-Key when our side fails or is out of reach for a moment.
   * @throws Refused with what to do, for whatever the API refuses
   */
  ask<Name extends Action>(
    request: { action: Name } & Record<string, unknown>,
    options?: { ifVersion?: string },
  ): Promise<AnswerTo<Name>>;
}

const mostAttempts = 3;

export function createApiClient({ api, key }: ApiAddress): ApiClient {
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
        if ('cause' in sent) {
          if (isLast) throw new Refused(`${api} cannot be reached`, { cause: sent.cause });
        } else if (sent.response.status < 500 || isLast) {
          return answerOf<Name>(request.action, sent.response.status, await sent.response.text());
        }
        await pause(300 * attempt);
      }
    },
  };
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
