import type * as z from 'zod';
import { type ErrorBody, invalidRequest } from './error-body.ts';

/** What OpenAI says of the first thing that is wrong with what it was sent; unknown keys before all else. */
export function parameterError({ issues }: z.ZodError, sent: unknown, root: string): ErrorBody {
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  if (!issue) return invalidRequest('invalid_value', 'Invalid value.', root);
  const param = pathOf([root, ...issue.path]);
  if (issue.code === 'unrecognized_keys') {
    const unknown = `${param}.${issue.keys[0]}`;
    return invalidRequest('unknown_parameter', `Unknown parameter: '${unknown}'.`, unknown);
  }
  const value = issue.path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[key],
    sent,
  );
  if (value === undefined) {
    return invalidRequest('missing_required_parameter', `Missing required parameter: '${param}'.`, param);
  }
  if (issue.code === 'invalid_type') {
    return invalidRequest('invalid_type', `Invalid type for '${param}': expected ${issue.expected}.`, param);
  }
  return invalidRequest('invalid_value', `Invalid value for '${param}': ${issue.message}.`, param);
}

const pathOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text ? `${text}.${String(key)}` : String(key)),
    '',
  );
