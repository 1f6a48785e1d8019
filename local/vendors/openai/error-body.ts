/** An error as OpenAI words it, over HTTP and on a realtime socket. */
export interface ErrorBody {
  message: string;
  type: string;
  param: string | null;
  code: string | null;
}

export const invalidRequest = (code: string | null, message: string, param: string | null = null): ErrorBody => ({
  message,
  type: 'invalid_request_error',
  param,
  code,
});

/** What OpenAI has for a status. */
export function errorOf(status: number, code?: string): ErrorBody {
  if (status === 401) return invalidRequest('invalid_api_key', 'Incorrect API key provided.');
  if (status === 404)
    return invalidRequest('model_not_found', 'The model does not exist or you do not have access to it.');
  if (status === 429 && code === 'insufficient_quota') {
    return { message: 'You exceeded your current quota.', type: 'insufficient_quota', param: null, code };
  }
  if (status === 429)
    return { message: 'Rate limit reached.', type: 'requests', param: null, code: 'rate_limit_exceeded' };
  if (status < 500) return invalidRequest(code ?? null, 'A fault that was asked for.');
  return {
    message: 'The server had an error while processing your request.',
    type: 'server_error',
    param: null,
    code: code ?? null,
  };
}

/** An answer other than success. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: ErrorBody;
  readonly headers: Record<string, string>;
  constructor(status: number, body: ErrorBody, headers: Record<string, string> = {}) {
    super(body.message);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}
