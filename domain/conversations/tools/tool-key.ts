import { createHash } from 'node:crypto';

/** The same for the same tool and arguments, in whatever order they came; nothing of them can be read back from it. */
export function toolKey(name: string, args: Readonly<Record<string, unknown>>): string {
  const canonical = Object.entries(args)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `${name}#${createHash('sha256').update(JSON.stringify(canonical)).digest('hex')}`;
}
