import { isVisible } from '#domain/notifications/hostile-text.ts';
import type { HttpAnswer, HttpRequest } from '#lambdas/http.ts';
import type { PlacedProblem } from '../clinic-problems.ts';
import { unknownKey } from '../clinic-sentences.ts';
import { type Path, pathText } from '../written-path.ts';
import { refuse } from './refusals.ts';

export type Body = Record<string, unknown>;

const largestBodyBytes = 100_000;
/** Nothing that is understood lies deeper. */
const deepest = 8;

/** A JSON object with fields that are known by name, whose texts can be seen. What the fields mean is not judged here. */
export function readBody({ rawBody }: HttpRequest, known: readonly string[]): { body: Body } | { refused: HttpAnswer } {
  if (rawBody.byteLength > largestBodyBytes) return { refused: refuse('body-too-large') };
  const body = parsed(rawBody);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return { refused: refuse('bad-json') };
  const strange = Object.keys(body).filter((key) => !known.includes(key));
  const problems = [
    ...strange.map((key) => ({ path: [key], message: unknownKey(known, key, 'one of these settings') })),
    ...hidden(body, []),
  ];
  return problems.length
    ? { refused: refuse('invalid-request', { fields: problems.map(written) }) }
    : { body: body as Body };
}

export const written = ({ path, message }: PlacedProblem): { path: string; message: string } => ({
  path: pathText(path),
  message,
});

function parsed(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString('utf8'));
  } catch {
    return undefined; // Not JSON: the answer says so.
  }
}

/** Texts are said and mailed: what cannot be seen in them, or turns the line around, deceives whoever reads them. */
function hidden(value: unknown, path: Path): PlacedProblem[] {
  if (typeof value === 'string') {
    return isVisible(value) ? [] : [{ path, message: 'must not hold invisible characters' }];
  }
  if (typeof value !== 'object' || value === null || path.length === deepest) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(isVisible(key) ? [] : [{ path, message: 'has a key with invisible characters' }]),
    ...hidden(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  ]);
}
