import type { Path } from '../written-path.ts';

export const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((inner, part) => (inner as Record<string, unknown> | undefined)?.[part], value);

/** The same with another value at one place; the original stays as it is. Without a value the key goes. */
export function placed(whole: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  const { [key]: inner, ...others } = whole as Record<string, unknown>;
  const next = placed(inner, rest, value);
  return next === undefined ? others : { ...others, [key]: next };
}
