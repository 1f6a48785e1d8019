import type { HttpAnswer } from '#lambdas/http.ts';
import { apiDocument } from '#lambdas/api-document.ts';

/** Says what the API takes and answers, in OpenAPI 3.1. Built once for each process: it never changes. */
export function describeApi() {
  const answer: HttpAnswer = {
    status: 200,
    headers: { 'cache-control': 'public, max-age=3600', 'access-control-allow-origin': '*' },
    body: apiDocument(),
  };
  return async (): Promise<HttpAnswer> => answer;
}
