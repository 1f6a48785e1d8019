import type * as z from 'zod';
import { type FieldProblem, fieldProblems } from './field-problems.ts';
import { errorAnswer, type HttpAnswer, type HttpRequest } from './http.ts';

export const badJson = errorAnswer(400, 'bad-json', 'The body is not JSON. Send one JSON object.');

/** Names each field to correct. */
export const invalidRequest = (fields: FieldProblem[]): HttpAnswer => {
  const message = 'Correct the fields named and send the request again.';
  return { status: 422, body: { error: { code: 'invalid-request', message, fields } } };
};

/** The body of a request as it must be, or the refusal that says what to correct. */
export function bodyOf<Body>(
  schema: z.ZodType<Body>,
  { rawBody }: HttpRequest,
): { body: Body } | { refused: HttpAnswer } {
  let json: unknown;
  try {
    json = JSON.parse(rawBody.toString('utf8'));
  } catch {
    return { refused: badJson };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { body: parsed.data };
  return { refused: invalidRequest(fieldProblems(json, parsed.error)) };
}

/** What a body is refused with that is not as it must be. */
export const bodyRefusals = [badJson, invalidRequest([])];
