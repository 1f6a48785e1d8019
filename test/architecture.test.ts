import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(fileURLToPath(import.meta.url), '../..');
const folders = ['bin', 'lib', 'domain', 'adapters', 'lambdas', 'ws-fargate', 'local'];

interface Import {
  from: string;
  /** A file of ours, relative to the root, or a package's name. */
  to: string;
  typeOnly: boolean;
}

function files(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

const importLine = /^\s*(import|export)\s+(type\s+)?(?:[^'";]*?\s+from\s+)?'([^']+)'/gm;

function importsOf(file: string): Import[] {
  const source = readFileSync(join(root, file), 'utf8');
  return [...source.matchAll(importLine)].map(([, , type, target = '']) => ({
    from: file,
    to: resolve(file, target),
    typeOnly: type !== undefined,
  }));
}

function resolve(file: string, target: string): string {
  if (target.startsWith('.')) {
    const path = relative(root, join(root, dirname(file), target));
    return path.startsWith('node_modules/') ? packageName(path.slice('node_modules/'.length)) : path;
  }
  if (target.startsWith('#')) return target.slice(1);
  return packageName(target);
}

const packageName = (specifier: string): string =>
  specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : (specifier.split('/')[0] as string);

const isOurs = (to: string): boolean => [...folders, 'test'].some((folder) => to.startsWith(`${folder}/`));
const isBuiltIn = (to: string): boolean => to.startsWith('node:') || builtinModules.includes(to);
const capability = (file: string): string | undefined => (file.split('/').length > 2 ? file.split('/')[1] : undefined);

const present = folders.filter((folder) => readdirSync(root).includes(folder));
const imports = present.flatMap(files).flatMap(importsOf);
const stray = (breaks: (one: Import) => boolean): string[] =>
  imports.filter(breaks).map(({ from, to }) => `${from} → ${to}`);
const from = (folder: string) => (one: Import) => one.from.startsWith(`${folder}/`);

/** Pure libraries the rules stand on: schemas, the numbering plans of the world, calendars, likeness of names. */
const domainLibraries = new Set(['zod', 'libphonenumber-js', 'temporal-polyfill', '@skyra/jaro-winkler']);

test('there is something to check', () => {
  expect(imports.length).toBeGreaterThan(100);
});

test('the domain imports the libraries it stands on and itself, nothing else', () => {
  const isAllowed = ({ to }: Import) => to.startsWith('domain/') || domainLibraries.has(to) || to === 'node:crypto';
  expect(stray((one) => from('domain')(one) && !isAllowed(one))).toEqual([]);
});

test('the domain reads no environment and asks a clock for the time', () => {
  const reads = files('domain').filter((file) =>
    /process\.env|Date\.now\(\)|new Date\(\)/.test(readFileSync(join(root, file), 'utf8')),
  );
  expect(reads).toEqual(['domain/clock.ts']);
});

test('only adapters import SDKs, and one vendor’s adapter does not import another’s', () => {
  const sdk = /^(@aws-sdk\/|@smithy\/|retell-sdk$|twilio$|openai$|nodemailer$|react$|@react-email\/)/;
  const product = (one: Import) => ['domain', 'lambdas', 'ws-fargate', 'lib'].some((folder) => from(folder)(one));
  expect(stray((one) => product(one) && sdk.test(one.to))).toEqual([]);
  const vendors = new Set(['retell', 'twilio', 'openai']);
  expect(
    stray(
      (one) =>
        from('adapters')(one) &&
        vendors.has(capability(one.from) ?? '') &&
        one.to.startsWith('adapters/') &&
        vendors.has(capability(one.to) ?? '') &&
        capability(one.to) !== capability(one.from),
    ),
  ).toEqual([]);
});

test('adapters know the domain and each other’s ports, not who calls them', () => {
  const outside = ({ to }: Import) => isOurs(to) && !to.startsWith('domain/') && !to.startsWith('adapters/');
  expect(stray((one) => from('adapters')(one) && outside(one))).toEqual([]);
});

test('lambdas and the voice service import downwards and not each other', () => {
  const allowed =
    (folder: string) =>
    ({ to }: Import) =>
      !isOurs(to) || ['domain/', 'adapters/', `${folder}/`].some((start) => to.startsWith(start));
  for (const folder of ['lambdas', 'ws-fargate']) {
    expect(stray((one) => from(folder)(one) && !allowed(folder)(one))).toEqual([]);
  }
});

test('the infrastructure takes only types from the functions it deploys', () => {
  expect(stray((one) => from('lib')(one) && isOurs(one.to) && !one.to.startsWith('lib/') && !one.typeOnly)).toEqual([]);
  expect(
    imports.filter((one) => from('lib')(one) && one.to.startsWith('lambdas/') && !one.to.endsWith('.lambda.ts')),
  ).toEqual([]);
});

test('the product never imports what exists for one machine or for tests', () => {
  expect(stray((one) => !from('local')(one) && /^(local|test)\//.test(one.to))).toEqual([]);
  expect(stray((one) => one.to.startsWith('test/'))).toEqual([]);
});

test('between capabilities imports go downward only', () => {
  const below: Record<string, string[]> = {
    clinics: ['clinics', 'audit'],
    routing: ['routing', 'clinics'],
    scheduling: ['scheduling', 'clinics', 'audit'],
    conversations: ['conversations', 'scheduling', 'clinics', 'audit'],
    notifications: ['notifications', 'conversations', 'scheduling', 'clinics', 'audit'],
    onboarding: ['onboarding', 'clinics', 'audit'],
    audit: ['audit'],
  };
  const crosses = (one: Import) => {
    const [own, other] = [capability(one.from), capability(one.to)];
    if (!from('domain')(one) || !one.to.startsWith('domain/') || !own || !other || other === 'messages') return false;
    return own === 'messages' || !below[own]?.includes(other);
  };
  expect(stray(crosses)).toEqual([]);
});

test('imports of values and of types never go round in a circle', () => {
  const importsFrom = Map.groupBy(imports, (one) => one.from);
  const circles: string[] = [];
  const seen = new Set<string>();
  const walk = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file].join(' → '));
    if (seen.has(file)) return;
    seen.add(file);
    for (const { to } of importsFrom.get(file) ?? []) walk(to, [...way, file]);
  };
  for (const file of importsFrom.keys()) walk(file, []);
  expect(circles).toEqual([]);
});

test('middy lives in the doors, the environment in the wiring', () => {
  const doors = new Set(['lambdas/http.ts', 'lambdas/queue.ts', 'lambdas/task.ts']);
  expect(stray((one) => one.to === '@middy/core' && !doors.has(one.from))).toEqual([]);
  const reads = [...files('lambdas'), ...files('adapters')].filter((file) =>
    readFileSync(join(root, file), 'utf8').includes('process.env'),
  );
  expect(reads.filter((file) => !file.endsWith('.lambda.ts'))).toEqual([]);
});

test('every package that is imported is one of ours to import', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
    string,
    Record<string, string>
  >;
  const known = new Set(
    ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) => Object.keys(manifest[kind] ?? {})),
  );
  const typesOnly = ({ to, typeOnly }: Import) => typeOnly && known.has(`@types/${to}`);
  expect(stray((one) => !isOurs(one.to) && !isBuiltIn(one.to) && !known.has(one.to) && !typesOnly(one))).toEqual([]);
});

test('there are no folders or files named for nothing in particular', () => {
  const vague = /(^|[/-])(utils?|helpers?|common|manager|misc|services?|controllers?|dtos?|interfaces?)([./-]|$)/;
  expect(present.flatMap(files).filter((file) => vague.test(file))).toEqual([]);
});
