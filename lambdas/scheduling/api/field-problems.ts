import type * as z from 'zod';
import { type Answered, refuse } from './refusals.ts';
import { actionNames, operations } from './requests.ts';

interface FieldProblem {
  path: string;
  /** Follows the path: `must be …`, `is missing`. */
  message: string;
}

/** A field that no schema can judge, because its rules are the clinic's. */
export const fieldProblem = (path: string, message: string): Answered =>
  refuse('invalid-request', { fields: [{ path, message }] });

/** Everything that is wrong with a request, one sentence for each field. */
export const fieldProblems = (request: unknown, { issues }: z.ZodError): FieldProblem[] =>
  issues.flatMap((issue) => {
    const path = issue.path.join('.');
    if (issue.code !== 'unrecognized_keys') return [{ path, message: sentence(request, issue) }];
    return issue.keys.map((key) => ({ path: path ? `${path}.${key}` : key, message: 'is not a field of this action' }));
  });

function sentence(request: unknown, issue: z.core.$ZodIssue): string {
  const isMissing = issue.path.length > 0 && valueAt(request, issue.path) === undefined;
  if (isMissing && issue.code === 'invalid_type') return 'is missing';
  // The library's own sentences all begin alike; ours stand in the schema and are better.
  if (!/^(Invalid|Too)/.test(issue.message)) return issue.message;
  if (issue.code === 'invalid_union') return `must be one of ${choices(issue).join(', ')}`;
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${typeWords[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`;
    case 'too_small':
      return `must be at least ${issue.minimum}`;
    case 'too_big':
      return `must be at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}

const choices = (issue: z.core.$ZodIssue): readonly string[] => (issue.path.at(-1) === 'op' ? operations : actionNames);

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

const valueAt = (request: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, part) => (value as Record<PropertyKey, unknown> | null | undefined)?.[part], request);
