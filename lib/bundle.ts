import { type BuildOptions, buildSync } from 'esbuild';
import { cpSync, globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeVersion } from './settings.ts';

/** What AWS runs: a file under `lambdas/`. */
export type Entry = `lambdas/${string}/${string}.lambda.ts`;

const root = fileURLToPath(new URL('..', import.meta.url));
/** The directory of a function's bundle, below that of all. */
export const bundleNameOf = (entry: string) => entry.replace(/^lambdas\//, '').replace(/\.lambda\.ts$/, '');

const shared: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: `node${nodeVersion}`,
  // The ES module of a package can be shaken; its CommonJS twin cannot.
  mainFields: ['module', 'main'],
  // Else the half of React that only developers need is carried along.
  define: { 'process.env.NODE_ENV': '"production"' },
  minify: true,
  // Stacks in the log and the error names a workflow retries on stay readable.
  keepNames: true,
  legalComments: 'none',
  logLevel: 'warning',
};

/**
 * Bundles every `*.lambda.ts` below `lambdas/` into a directory of its own under `directory`, in one pass: one esbuild for
 * all functions takes seconds where one for each takes a quarter of a minute. Same sources, same bytes.
 * @throws when a file does not compile
 */
export function bundleFunctions(directory: string): void {
  const entries = globSync('lambdas/**/*.lambda.ts', { cwd: root }).toSorted();
  buildSync({
    ...shared,
    entryPoints: entries.map((entry) => ({ in: entry, out: join(bundleNameOf(entry), 'index') })),
    outdir: directory,
    format: 'cjs',
  });
  // Below this repository's `"type": "module"` a plain .js would be read as an ES module.
  for (const entry of entries)
    writeFileSync(join(directory, bundleNameOf(entry), 'package.json'), '{"type":"commonjs"}\n');
}

/**
 * Bundles the voice service into a directory from which its image is built, and from which Node runs it as it is: one
 * file, the sentences it speaks when no model can, the Dockerfile. Same sources, same bytes.
 */
export function bundleVoice(directory: string): void {
  buildSync({
    ...shared,
    entryPoints: [{ in: 'ws-fargate/main.ts', out: 'main' }],
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    // It waits at its top level, and finds the files beside it by `import.meta`.
    format: 'esm',
    // What CommonJS packages ask of Node itself.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  });
  cpSync(join(root, 'ws-fargate/audio'), join(directory, 'audio'), { recursive: true });
  cpSync(join(root, 'ws-fargate/Dockerfile'), join(directory, 'Dockerfile'));
}

/** Where the voice service lies, below the directory of all bundles. */
export const voiceIn = (directory: string): string => join(directory, 'voice');

/** Bundles everything a stage runs into one directory. */
export function bundleAll(directory: string): void {
  bundleFunctions(directory);
  bundleVoice(voiceIn(directory));
}
