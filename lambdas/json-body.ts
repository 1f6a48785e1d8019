import type * as z from 'zod';
import { errorAnswer, type HttpAnswer, type HttpRequest } from './http.ts';

/** The body of a request as it must be, or the refusal that names each field to correct. */
export function bodyOf<Body>(
  schema: z.ZodType<Body>,
  { rawBody }: HttpRequest,
): { body: Body } | { refused: HttpAnswer } {
  let json: unknown;
  try {
    json = JSON.parse(rawBody.toString('utf8'));
  } catch {
    return { refused: errorAnswer(400, 'bad-json', 'The body is not JSON. Send one JSON object.') };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { body: parsed.data };
  const fields = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  const message = 'Correct the fields named and send the request again.';
  return { refused: { status: 422, body: { error: { code: 'invalid-request', message, fields } } } };
}
