import { createHash } from 'node:crypto';
import type { Clock } from '#domain/clock.ts';
import { errorFields, type Log } from '#domain/log.ts';
import type { AnsweredRequests, KeptAnswer, RequestName } from '#domain/scheduling/answered-requests.ts';
import { ErrorAnswer } from './answers.ts';
import { type Answered, refuse } from './refusals.ts';

interface Deps {
  answered: AnsweredRequests;
  clock: Clock;
  log: Log;
}

/** Printable ASCII, quoted or not. */
const shape = /^"?([\x21\x23-\x7e]{1,200})"?$/;

/** The key of an `Idempotency-Key` header, hashed; nothing when it is no such key. */
export function idempotencyKeyHash(header: string): string | undefined {
  const [, key] = shape.exec(header.trim()) ?? [];
  return key === undefined ? undefined : createHash('sha256').update(key).digest('hex');
}

/** The same bytes under the same conditions are the same request. */
export const requestHash = (rawBody: Buffer, ifMatch: string | undefined): string =>
  createHash('sha256')
    .update(ifMatch ?? '')
    .update('\n')
    .update(rawBody)
    .digest('hex');

/**
 * Does what a request asks for once, however often it comes with its key within a day: later ones get the answer of the
 * first. A process that dies in between leaves a lease behind; whoever takes over is told that it may be done `again`.
 */
export function answerOnce({ answered, clock, log }: Deps) {
  return async (name: RequestName, hash: string, work: (again: boolean) => Promise<Answered>): Promise<Answered> => {
    const claimed = await answered.claim(name, hash, clock.now());
    switch (claimed.outcome) {
      case 'other-request':
        return refuse('idempotency-key-reused');
      case 'in-progress': {
        const seconds = String(Math.ceil(claimed.retryAfterMs / 1000));
        return refuse('in-progress', { headers: { 'retry-after': seconds } });
      }
      case 'answered':
        return replayed(claimed.answer);
      case 'claimed':
        break;
    }
    const { claim } = claimed;
    // The effect stands whatever becomes of this: the lease runs out, and a repetition does the same again.
    const ignored = (reason: string) => (error: unknown) =>
      log.error('request.failed', { clinicId: name.clinicId, reason, ...errorFields(error) });
    let answer: Answered | undefined;
    try {
      answer = await work(claim.again);
      return answer;
    } finally {
      if (answer && answer.status < 500)
        await answered.settle(claim, kept(answer), clock.now()).catch(ignored('answer-not-kept'));
      else await answered.release(claim, clock.now()).catch(ignored('request-not-released'));
    }
  };
}

/** As it goes out, so that it reads the same the second time. */
const kept = ({ status, headers, body }: Answered): KeptAnswer => ({ status, ...(headers && { headers }), body });

function replayed({ status, headers, body }: KeptAnswer): Answered {
  const code = status < 400 ? 'ok' : ErrorAnswer.parse(body).error.code;
  return { code, status, headers: { ...headers, 'idempotency-replayed': 'true' }, body };
}
