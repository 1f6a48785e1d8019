import { randomUUID } from 'node:crypto';
import twilio from 'twilio';

export type Form = Readonly<Record<string, string>>;

/** How one request of Twilio's to us went. */
export interface WebhookAnswer {
  status?: number;
  contentType: string;
  text: string;
  /** Of a connection that failed, or of an answer that took too long. */
  error?: string;
  tookMs: number;
}

export interface WebhookHabits {
  authToken: string;
  /** Fifteen seconds, unless a test has less patience. */
  timeoutMs: number;
  /** Aborted when the stand-in stops. */
  signal: AbortSignal;
}

/**
 * Sends a form as Twilio does: signed over the URL as it was configured, without its fragment, and tried once more when
 * no connection could be made. A status that is no success is not tried again.
 */
export async function sendWebhook(
  { url, method = 'POST', form }: { url: string; method?: string; form: Form },
  { authToken, timeoutMs, signal }: WebhookHabits,
): Promise<WebhookAnswer> {
  const [configured = ''] = url.split('#');
  const isGet = method.toUpperCase() === 'GET';
  const query = new URLSearchParams(form).toString();
  const target = isGet ? `${configured}${configured.includes('?') ? '&' : '?'}${query}` : configured;
  const startedAt = performance.now();
  const took = () => Math.round(performance.now() - startedAt);
  const idempotencyToken = randomUUID();
  for (let attempt = 1; ; attempt += 1) {
    const tooLate = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(target, {
        method: isGet ? 'GET' : 'POST',
        headers: {
          ...(!isGet && { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' }),
          'user-agent': 'TwilioProxy/1.1',
          'x-twilio-signature': twilio.getExpectedTwilioSignature(authToken, target, isGet ? {} : { ...form }),
          'i-twilio-idempotency-token': idempotencyToken,
        },
        ...(!isGet && { body: query }),
        redirect: 'manual',
        signal: AbortSignal.any([signal, tooLate]),
      });
      const text = await response.text();
      return {
        status: response.status,
        contentType: response.headers.get('content-type') ?? '',
        text,
        tookMs: took(),
      };
    } catch (error) {
      signal.throwIfAborted();
      if (tooLate.aborted) return failed(`no answer within ${timeoutMs} ms`, took());
      if (attempt === 2) return failed(connectionError(error), took());
    }
  }
}

const failed = (error: string, tookMs: number): WebhookAnswer => ({ contentType: '', text: '', error, tookMs });

/** `fetch failed` hides what a person can act on in its cause. */
function connectionError(error: unknown): string {
  const { cause = error } = error as { cause?: unknown };
  const { code, message } = cause as { code?: string; message?: string };
  return code ?? message ?? String(cause);
}
