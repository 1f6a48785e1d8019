import type { Agent } from './agent.ts';
import type { Clinic } from './clinic.ts';
import { type Closure, closureName } from './hours/closure.ts';
import type { Interval } from './hours/weekly-hours.ts';
import type { ClinicNumber } from './numbers/clinic-number.ts';
import type { AppointmentType } from './practice/appointment-type.ts';
import type { Operatory } from './practice/operatory.ts';
import { providerName } from './practice/provider-name.ts';
import type { Provider } from './practice/provider.ts';
import { typeName } from './practice/type-name.ts';
import type { Recipient } from './settings/email-settings.ts';

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

/** How the entries of a list are told apart and named. An entry may be a bare id. */
interface List {
  id(entry: unknown): string;
  name(entry: unknown): string;
}

/** The lists of a clinic by their field, with the names that ids have in these states of it. */
function listsOf(...states: (Clinic | undefined)[]): Record<string, List> {
  const clinics = states.filter((clinic) => clinic !== undefined);
  const named = clinics.flatMap(({ providers, operatories }) => [
    ...providers.map((provider) => [provider.id, providerName(provider)] as const),
    ...operatories.map(({ id, name }) => [id, name] as const),
  ]);
  const names = new Map<string, string>(named);
  const nameOf = (id: string) => names.get(id) ?? id;
  const language = clinics.at(-1)?.defaultLanguage ?? '';
  return {
    numbers: entries<ClinicNumber>(({ number }) => number),
    agents: entries<Agent>(({ id }) => id),
    'email.recipients': entries<Recipient>(({ address }) => address),
    closures: entries<Closure>(closureName, (closure) => closureName(closure, nameOf)),
    providers: entries<Provider>(({ id }) => id, providerName),
    operatories: entries<Operatory>(
      ({ id }) => id,
      ({ name }) => name,
    ),
    appointmentTypes: entries<AppointmentType>(
      ({ id }) => id,
      (type) => typeName(type, language),
    ),
    'appointmentTypes.providers': entries<{ id: string }>(
      ({ id }) => id,
      ({ id }) => nameOf(id),
    ),
    'appointmentTypes.operatories': entries<string>((id) => id, nameOf),
  };
}

function entries<Entry>(id: (entry: Entry) => string, name = id): List {
  return { id: (entry) => id(entry as Entry), name: (entry) => name(entry as Entry) };
}

/** Every difference, in the order of the clinic file. Without a `before` everything is added. */
export function clinicChanges(before: Clinic | undefined, after: Clinic): ClinicFieldChange[] {
  return differences(listsOf(before, after), '', '', before && onlyClinic(before, after), after);
}

/** A stored clinic carries more than its file; only what a file can say is compared. */
function onlyClinic(stored: Clinic, after: Clinic): Tree {
  const { phone, hours, humanLine, emergencyLine } = stored;
  const known = Object.keys({ ...after, phone, hours, humanLine, emergencyLine }) as (keyof Clinic)[];
  return Object.fromEntries(known.map((key) => [key, stored[key]]));
}

function differences(
  lists: Record<string, List>,
  path: string,
  field: string,
  before: Tree | undefined,
  after: Tree | undefined,
) {
  const keys = [...new Set([...Object.keys(after ?? {}), ...Object.keys(before ?? {})])];
  return keys.flatMap((key): ClinicFieldChange[] => {
    const at = { path: path ? `${path}.${key}` : key, field: field ? `${field}.${key}` : key };
    const [from, to] = [before?.[key], after?.[key]];
    if (lists[at.field]) return listDifferences(lists, at, from as unknown[] | undefined, to as unknown[] | undefined);
    if (isTree(from) || isTree(to)) return differences(lists, at.path, at.field, from as Tree, to as Tree);
    return leafDifference(at, key, from, to);
  });
}

function listDifferences(
  lists: Record<string, List>,
  { path, field }: { path: string; field: string },
  from: unknown[] = [],
  to: unknown[] = [],
): ClinicFieldChange[] {
  const { id, name } = lists[field] as List;
  const was = new Map(from.map((entry) => [id(entry), entry]));
  const is = new Map(to.map((entry) => [id(entry), entry]));
  const at = (entry: unknown) => `${path}[${name(entry)}]`;
  const kept = [...is.keys()].filter((key) => was.has(key));
  const keptBefore = [...was.keys()].filter((key) => is.has(key));
  const moved = kept.some((key, index) => key !== keptBefore[index]);
  return [
    ...[...was].flatMap(([key, entry]): ClinicFieldChange[] =>
      is.has(key) ? [] : [{ kind: 'removed', path: at(entry), field }],
    ),
    ...[...is].flatMap(([key, entry]): ClinicFieldChange[] => {
      if (!was.has(key)) return [{ kind: 'added', path: at(entry), field }];
      return isTree(entry) ? differences(lists, at(entry), field, was.get(key) as Tree, entry) : [];
    }),
    ...(moved ? [{ kind: 'changed' as const, path, field, from: 'old order', to: 'new order' }] : []),
  ];
}

function leafDifference(
  at: { path: string; field: string },
  key: string,
  before: unknown,
  after: unknown,
): ClinicFieldChange[] {
  const exactly = [text(before, key, quoted), text(after, key, quoted)] as const;
  if (exactly[0] === exactly[1]) return [];
  const read = [text(before, key), text(after, key)] as const;
  const [from, to] = read[0] === read[1] ? exactly : read;
  if (from === undefined) return [{ kind: 'added', ...at, to }];
  return to === undefined ? [{ kind: 'removed', ...at, from }] : [{ kind: 'changed', ...at, from, to }];
}

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isInterval(value);

const isInterval = (value: unknown): value is Interval =>
  typeof value === 'object' && value !== null && 'from' in value && 'to' in value;

/** Tells a word from what it reads like: `"a, b"` is no list, and `"none"` not nothing. */
const quoted = (value: unknown): string => JSON.stringify(value);

function text(value: unknown, key: string, written: (value: unknown) => string = String): string | undefined {
  if (value === undefined) return undefined;
  if (isInterval(value)) return `${value.from}-${value.to}`;
  if (!Array.isArray(value)) return written(value);
  if (value.length) return value.map((entry) => text(entry, key, written)).join(', ');
  return key.endsWith('day') ? 'closed' : 'none';
}
