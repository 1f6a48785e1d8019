import { readFileSync } from 'node:fs';

/**
 * `npm ci` breaks on a lock that names an optional platform package without a version, though `npm i` wrote it: better
 * to hear of it here than on a fresh machine.
 */
const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')) as {
  packages: Record<string, { optionalDependencies?: Record<string, string> }>;
};
const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {} }]) =>
  Object.keys(optionalDependencies)
    .filter((name) => !lock.packages[`${path}/node_modules/${name}`] && !lock.packages[`node_modules/${name}`])
    .map((name) => `${path || 'package.json'} wants ${name}, of which the lock has no version`),
);
if (missing.length) {
  console.error(missing.join('\n'));
  process.exitCode = 1;
}
