import type * as z from 'zod';

/** What is wrong with one field. The message follows the path: `must be …`, `is missing`. */
export interface FieldProblem {
  path: string;
  message: string;
}

type Issue = z.core.$ZodIssue;

/**
 * Everything that is wrong with a request, one sentence for each field.
 *
 * @param what a field belongs to, for those it does not know
 */
export const fieldProblems = (request: unknown, { issues }: z.ZodError, what = 'this request'): FieldProblem[] =>
  issues.flatMap(nearest).flatMap((issue) => {
    const path = issue.path.join('.');
    if (issue.code !== 'unrecognized_keys') return [{ path, message: sentence(request, issue) }];
    return issue.keys.map((key) => ({ path: path ? `${path}.${key}` : key, message: `is not a field of ${what}` }));
  });

/** Of several shapes none of which fits, what is wrong with the one that was probably meant. */
function nearest(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const [first = []] = issue.errors.toSorted((a, b) => a.length - b.length);
  const within = (inner: Issue): Issue => ({ ...inner, path: [...issue.path, ...inner.path] });
  return first.map((problem) => within(problem.code === 'invalid_value' ? widened(problem, issue.errors) : problem));
}

/** The choice there is when any of the shapes may be meant. */
function widened(problem: z.core.$ZodIssueInvalidValue, shapes: Issue[][]): Issue {
  const samePlace = ({ path }: Issue) => path.join('.') === problem.path.join('.');
  const values = shapes
    .flat()
    .flatMap((other) => (other.code === 'invalid_value' && samePlace(other) ? other.values : []));
  return { ...problem, values: [...new Set(values)] };
}

function sentence(request: unknown, issue: Issue): string {
  const isMissing = issue.path.length > 0 && valueAt(request, issue.path) === undefined;
  if (isMissing && issue.code === 'invalid_type') return 'is missing';
  // The library's own sentences all begin alike; ours stand in the schema and are better.
  if (!/^(Invalid|Too)/.test(issue.message)) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${typeWords[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`;
    case 'invalid_union':
      return 'options' in issue ? `must be one of ${issue.options?.join(', ')}` : 'must be one of several things';
    case 'too_small':
      return `must ${size(issue)} at least ${issue.minimum}${unit(issue)}`;
    case 'too_big':
      return `must ${size(issue)} at most ${issue.maximum}${unit(issue)}`;
    default:
      return issue.message;
  }
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

type Sized = Extract<Issue, { code: 'too_small' | 'too_big' }>;
const size = ({ origin }: Sized): string => (origin === 'string' || origin === 'array' ? 'have' : 'be');
const unit = ({ origin }: Sized): string => ({ string: ' characters', array: ' entries' })[origin as string] ?? '';

const valueAt = (request: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, part) => (value as Record<PropertyKey, unknown> | null | undefined)?.[part], request);
