import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import { ModelFault } from '#domain/conversations/talk/text/text-model.ts';

/**
 * What an error of OpenAI's means to a talk. Its message says no more than status, code and request: OpenAI's own may
 * repeat what was sent, and that is what a caller said.
 */
export function modelFault(error: unknown): ModelFault {
  if (error instanceof ModelFault) return error;
  if (error instanceof APIConnectionTimeoutError) return new ModelFault('timeout', 'OpenAI did not answer in time');
  if (error instanceof APIConnectionError)
    return new ModelFault('failed', 'OpenAI cannot be reached', { cause: error });
  if (error instanceof APIError) {
    const { status, code, requestID } = error as APIError;
    return new ModelFault(
      kindOf(status, code),
      `OpenAI answered ${status ?? 'a stream error'} ${code ?? ''} (${requestID ?? '-'})`,
    );
  }
  return new ModelFault('failed', 'what OpenAI sent is no answer', { cause: error });
}

/** How a fault that came within an answer is told: by its code alone. */
export const faultOfCode = (code: string | null | undefined): ModelFault =>
  new ModelFault(kindOf(undefined, code), `OpenAI’s answer failed: ${code ?? 'no code'}`);

function kindOf(status: number | undefined, code: string | null | undefined): ModelFault['kind'] {
  // A quota that is used up is not refilled by asking again.
  if (code === 'insufficient_quota') return 'refused';
  if (status === 429 || code === 'rate_limit_exceeded') return 'busy';
  const mayWorkAgain = status === undefined || status === 408 || status === 409 || status >= 500;
  if (!mayWorkAgain || code === 'invalid_prompt') return 'refused';
  return 'failed';
}
