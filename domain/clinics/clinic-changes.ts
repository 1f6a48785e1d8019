import { type Agent, type Clinic, type Closure, type ClinicNumber, closureName } from './clinic.ts';
import type { Interval, Provider, Recipient } from './clinic.ts';

/** One difference between two states of a clinic. */
export interface ClinicFieldChange {
  kind: 'added' | 'removed' | 'changed';
  /** For people: `providers[Dr Awa Exemple].specialties`. */
  path: string;
  /** For the record, which names fields and tells nothing of their content: `providers.specialties`. */
  field: string;
  from?: string;
  to?: string;
}

type Tree = Record<string, unknown>;

/** How the entries of a list are told apart and named. */
const listed: Record<string, { id(entry: Tree): string; name(entry: Tree): string }> = {
  numbers: entries<ClinicNumber>(({ number }) => number),
  agents: entries<Agent>(({ id }) => id),
  recipients: entries<Recipient>(({ address }) => address),
  closures: entries<Closure>(closureName),
  providers: entries<Provider>(
    ({ id }) => id,
    ({ honorific, givenName, familyName }) => [honorific, givenName, familyName].filter(Boolean).join(' '),
  ),
};

function entries<Entry>(id: (entry: Entry) => string, name = id) {
  return { id: (entry: Tree) => id(entry as Entry), name: (entry: Tree) => name(entry as Entry) };
}

/** Every difference, in the order of the clinic file. Without a `before` everything is added. */
export function clinicChanges(before: Clinic | undefined, after: Clinic): ClinicFieldChange[] {
  return differences('', '', before && onlyClinic(before, after), after);
}

/** A stored clinic carries more than its file; only what a file can say is compared. */
function onlyClinic(stored: Clinic, after: Clinic): Tree {
  const optional = { phone: stored.phone, hours: stored.hours };
  const known = Object.keys({ ...after, ...optional }) as (keyof Clinic)[];
  return Object.fromEntries(known.map((key) => [key, stored[key]]));
}

function differences(path: string, field: string, before: Tree | undefined, after: Tree | undefined) {
  const keys = [...new Set([...Object.keys(after ?? {}), ...Object.keys(before ?? {})])];
  return keys.flatMap((key): ClinicFieldChange[] => {
    const at = { path: path ? `${path}.${key}` : key, field: field ? `${field}.${key}` : key };
    const [from, to] = [before?.[key], after?.[key]];
    const list = listed[key];
    if (list) return listDifferences(at, list, from as Tree[] | undefined, to as Tree[] | undefined);
    if (isTree(from) || isTree(to)) return differences(at.path, at.field, from as Tree, to as Tree);
    return leafDifference(at, text(from, key), text(to, key));
  });
}

function listDifferences(
  { path, field }: { path: string; field: string },
  { id, name }: { id(entry: Tree): string; name(entry: Tree): string },
  from: Tree[] = [],
  to: Tree[] = [],
): ClinicFieldChange[] {
  const was = new Map(from.map((entry) => [id(entry), entry]));
  const is = new Map(to.map((entry) => [id(entry), entry]));
  const at = (entry: Tree) => `${path}[${name(entry)}]`;
  const kept = [...is.keys()].filter((key) => was.has(key));
  const keptBefore = [...was.keys()].filter((key) => is.has(key));
  const moved = kept.some((key, index) => key !== keptBefore[index]);
  return [
    ...[...was].flatMap(([key, entry]): ClinicFieldChange[] =>
      is.has(key) ? [] : [{ kind: 'removed', path: at(entry), field }],
    ),
    ...[...is].flatMap(([key, entry]): ClinicFieldChange[] => {
      const old = was.get(key);
      return old ? differences(at(entry), field, old, entry) : [{ kind: 'added', path: at(entry), field }];
    }),
    ...(moved ? [{ kind: 'changed' as const, path, field, from: 'old order', to: 'new order' }] : []),
  ];
}

function leafDifference(
  at: { path: string; field: string },
  from: string | undefined,
  to: string | undefined,
): ClinicFieldChange[] {
  if (from === to) return [];
  if (from === undefined) return [{ kind: 'added', ...at, to }];
  return to === undefined ? [{ kind: 'removed', ...at, from }] : [{ kind: 'changed', ...at, from, to }];
}

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isInterval(value);

const isInterval = (value: unknown): value is Interval =>
  typeof value === 'object' && value !== null && 'from' in value && 'to' in value;

function text(value: unknown, key: string): string | undefined {
  if (value === undefined) return undefined;
  if (isInterval(value)) return `${value.from}-${value.to}`;
  if (!Array.isArray(value)) return String(value);
  if (value.length) return value.map((entry) => text(entry, key)).join(', ');
  return key.endsWith('day') ? 'closed' : 'none';
}
