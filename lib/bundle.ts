import { Code } from 'aws-cdk-lib/aws-lambda';
import { type BuildOptions, buildSync } from 'esbuild';
import { cpSync, existsSync, globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeVersion } from './settings.ts';

/** What AWS runs: a file under `lambdas/`. */
export type Entry = `lambdas/${string}/${string}.lambda.ts`;

/** Code of every function, by its entry. */
export type Bundles = (entry: Entry) => Code;

const root = fileURLToPath(new URL('..', import.meta.url));
const nameOf = (entry: string) => entry.replace(/^lambdas\//, '').replace(/\.lambda\.ts$/, '');

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
export function bundleFunctions(directory: string): Bundles {
  const entries = globSync('lambdas/**/*.lambda.ts', { cwd: root }).toSorted();
  buildSync({
    ...shared,
    entryPoints: entries.map((entry) => ({ in: entry, out: join(nameOf(entry), 'index') })),
    outdir: directory,
    format: 'cjs',
  });
  // Below this repository's `"type": "module"` a plain .js would be read as an ES module.
  for (const entry of entries) writeFileSync(join(directory, nameOf(entry), 'package.json'), '{"type":"commonjs"}\n');
  return bundlesIn(directory);
}

/** The functions that were bundled into a directory. @throws when code is asked for an entry that is not there. */
export const bundlesIn =
  (directory: string): Bundles =>
  (entry) => {
    const code = join(directory, nameOf(entry));
    if (!existsSync(code)) throw new Error(`${entry} does not exist, so no function can run it.`);
    return Code.fromAsset(code);
  };

/**
 * Bundles the voice service into a directory from which its image is built, and from which Node runs it as it is: one
 * file, the sentences it speaks when no model can, the Dockerfile. Same sources, same bytes.
 */
export function bundleVoice(directory: string): string {
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
  return directory;
}
