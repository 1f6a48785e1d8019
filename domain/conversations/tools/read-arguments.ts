import { type Argument, fields } from './fields.ts';
import type { Tool } from './tool.ts';

export type ReadArguments =
  | { outcome: 'read'; args: Record<string, unknown> }
  /** The first that is missing or cannot be understood. */
  | { outcome: 'missing'; argument: Argument };

/** Models and flows say “nothing” with a null, an empty text or a variable that nobody set. */
const isAbsent = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'string' && /^(?:\s*|\{\{.*\}\})$/s.test(value.trim()));

/** A language we do not speak is answered in the one of the call. */
const isForeign = (name: string, value: unknown): boolean =>
  name === 'language' && !fields.language.safeParse(value).success;

/** What a model or a flow passed, by the rules of the tool. Arguments the tool does not have are left out. */
export function readArguments({ input }: Pick<Tool, 'input'>, raw: unknown): ReadArguments {
  const given = typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? Object.entries(raw) : [];
  const told = given.filter(([name, value]) => !isAbsent(value) && !isForeign(name, value));
  const parsed = input.safeParse(Object.fromEntries(told));
  if (parsed.success) return { outcome: 'read', args: parsed.data };
  const [name] = parsed.error.issues.map(({ path }) => String(path[0])).filter((name) => name in fields);
  return { outcome: 'missing', argument: name as Argument };
}
