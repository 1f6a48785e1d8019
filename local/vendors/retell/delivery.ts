import Retell from 'retell-sdk';
import type { AttemptOutcome } from './timeline.ts';

/** How the stand-in delivers. Retell's spacing between attempts is not published; ten seconds and three more attempts are. */
export interface DeliveryHabits {
  attemptTimeoutMs: number;
  /** One wait before each further attempt. */
  retryDelaysMs: readonly number[];
  /** How waits pass; tests let them pass at once. Rejects when the stand-in stops. */
  wait(ms: number): Promise<void>;
  /** Aborted when the stand-in stops. */
  signal: AbortSignal;
}

export interface Delivered {
  tookMs: number;
  attempt: AttemptOutcome;
  text: string;
}

/**
 * Posts `body` with a signature of its own at each attempt, until an attempt is answered 2xx or the attempts are used
 * up. Redirects are not followed.
 *
 * @param onFailure hears of each attempt that failed
 * @returns undefined when no attempt was answered 2xx
 * @throws when the stand-in stops meanwhile
 */
export async function deliver(
  { url, body, apiKey }: { url: string; body: string; apiKey: string },
  { attemptTimeoutMs, retryDelaysMs, wait, signal }: DeliveryHabits,
  onFailure: (outcome: AttemptOutcome) => void,
): Promise<Delivered | undefined> {
  const firstAt = performance.now();
  for (let attempt = 1; ; attempt += 1) {
    const startedAt = performance.now();
    const took = () => Math.round(performance.now() - startedAt);
    const retryInMs = retryDelaysMs[attempt - 1];
    const tooLate = AbortSignal.timeout(attemptTimeoutMs);
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-retell-signature': await Retell.sign(body, apiKey),
        },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([signal, tooLate]),
      });
      const text = await response.text();
      const outcome = { attempt, status: response.status, tookMs: took() };
      if (response.ok) return { attempt: outcome, text, tookMs: Math.round(performance.now() - firstAt) };
      onFailure({ ...outcome, ...(retryInMs !== undefined && { retryInMs }) });
    } catch (error) {
      signal.throwIfAborted();
      const text = tooLate.aborted ? `no answer within ${attemptTimeoutMs} ms` : connectionError(error);
      onFailure({ attempt, error: text, tookMs: took(), ...(retryInMs !== undefined && { retryInMs }) });
    }
    if (retryInMs === undefined) return undefined;
    await wait(retryInMs);
  }
}

/** `fetch failed` hides what a person can act on in its cause. */
function connectionError(error: unknown): string {
  const { cause = error } = error as { cause?: unknown };
  const { code, message } = cause as { code?: string; message?: string };
  return code ?? message ?? String(cause);
}
