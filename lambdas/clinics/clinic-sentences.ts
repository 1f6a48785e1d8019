import * as z from 'zod';
import { Clinic } from '#domain/clinics/clinic.ts';
import { type Path, pathText } from './written-path.ts';

type Issue = z.core.$ZodIssue;

const emailContentChoice =
  'choose how much of a call its e-mails carry: link_only (that somebody called, and a link), ' +
  'summary (also what it was about) or full (also the transcript)';

/**
 * What is wrong, one sentence for each problem, in the words of someone who writes a clinic file.
 *
 * @param what a key is called by those who read it elsewhere
 * @param schema what was read by it, should it not be a clinic
 */
export function sentences(
  data: unknown,
  issues: readonly Issue[],
  what = 'a key of a clinic file',
  schema: z.core.$ZodType = Clinic,
): { path: Path; message: string }[] {
  return issues.flatMap((issue) => {
    const path = writtenPath(
      data,
      issue.path.map((part) => (typeof part === 'number' ? part : String(part))),
    );
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        path: [...path, key],
        message: onlyOnboarded(schema, path, key) ?? unknownKey(keysAt(schema, path), key, what),
      }));
    }
    return [{ path, message: sentence(data, path, issue) }];
  });
}

/** The file a clinic joined by is at hand when it is to be changed, and still has its wishes. */
const onlyOnboarded = (schema: z.core.$ZodType, path: Path, key: string): string | undefined =>
  schema === Clinic && path.length === 0 && key === 'onboarding'
    ? 'is for clinic onboard alone; once the clinic has joined take it out, and write its numbers under numbers'
    : undefined;

/** The schema looks into texts such as `09:00-12:00`; for the writer of the file the text is the place. */
function writtenPath(data: unknown, path: Path): Path {
  const inText = path.findIndex((_, length) => typeof valueAt(data, path.slice(0, length)) === 'string');
  return inText < 0 ? path : path.slice(0, inText);
}

const valueAt = (data: unknown, path: Path): unknown =>
  path.reduce<unknown>((value, part) => (value as Record<string, unknown> | null | undefined)?.[part], data);

function sentence(data: unknown, path: Path, issue: Issue): string {
  const isEmailContent = pathText(path) === 'email.content';
  if (issue.code !== 'custom' && path.length && isMissing(data, path))
    return `is missing${isEmailContent ? `; ${emailContentChoice}` : ''}`;
  if (isEmailContent) return emailContentChoice;
  switch (issue.code) {
    case 'invalid_type':
      return isOurs(issue) ? issue.message : `must be ${typeWords[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`;
    case 'too_small':
      return isOurs(issue)
        ? issue.message
        : `must ${size(issue.origin)} at least ${issue.minimum}${unit(issue.minimum, issue)}`;
    case 'too_big':
      return isOurs(issue)
        ? issue.message
        : `must ${size(issue.origin)} at most ${issue.maximum}${unit(issue.maximum, issue)}`;
    case 'invalid_key':
      return issue.issues[0]?.message ?? issue.message;
    default:
      return issue.message;
  }
}

/** The library's own sentences all begin alike; ours stand in the schema and are better. */
const isOurs = ({ message }: Issue): boolean => !/^(Invalid|Too|Unrecognized)/.test(message);

const typeWords: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping of keys',
  record: 'a mapping of keys',
};

const size = (origin: string): string => (origin === 'number' || origin === 'int' ? 'be' : 'have');
const unit = (limit: unknown, { origin }: { origin: string }): string => {
  if (origin === 'array') return limit === 1 ? ' entry' : ' entries';
  return origin === 'string' ? ' characters' : '';
};

function isMissing(data: unknown, path: Path): boolean {
  const [parent, value] = [valueAt(data, path.slice(0, -1)), valueAt(data, path)];
  return typeof parent === 'object' && (value === undefined || value === null);
}

/** That a key is none of those that are known, and which was probably meant. */
export function unknownKey(known: readonly string[], key: string, what: string): string {
  const closest = known
    .map((candidate) => ({ candidate, distance: editDistance(candidate.toLowerCase(), key.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0];
  if (closest && closest.distance <= Math.max(2, Math.floor(key.length / 3))) {
    return `is not ${what}; did you mean ${closest.candidate}?`;
  }
  return `is not ${what}${known.length ? `; here it knows ${known.join(', ')}` : ''}`;
}

/** The keys the schema knows at a path. */
function keysAt(schema: z.core.$ZodType, path: Path): string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return keysAt(schema.unwrap(), path);
  }
  if (schema instanceof z.ZodPipe) return keysAt(schema.out, path);
  if (schema instanceof z.ZodArray) return keysAt(schema.element, path.slice(1));
  if (!(schema instanceof z.ZodObject)) return [];
  const [first, ...rest] = path;
  if (first === undefined) return Object.keys(schema.shape);
  const next = schema.shape[first] as z.core.$ZodType | undefined;
  return next ? keysAt(next, rest) : [];
}

/** Letters to insert, delete or replace to make one word of the other. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
