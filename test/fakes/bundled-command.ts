import { buildSync } from 'esbuild';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Ran {
  code: number;
  out: string;
  err: string;
}

/**
 * A command line tool for tests that call it many times, as a person would but for npm and the process: in one file, since
 * to find and read hundreds of sources takes each start most of its time, and in a thread of its own. `test/calls` starts
 * the tools from their sources in processes, as people do.
 *
 * @returns runs it with arguments, in `env` instead of that of the tests.
 */
export function bundledCommand(entry: `bin/${string}.ts`): (args: string[], env?: NodeJS.ProcessEnv) => Promise<Ran> {
  const file = bundle(entry);
  return async (args, env = process.env) => {
    const worker = new Worker(file, { argv: args, env: { ...env, NO_COLOR: '1' }, stdout: true, stderr: true });
    const said = Promise.all([text(worker.stdout), text(worker.stderr)]);
    const [code] = (await once(worker, 'exit')) as [number];
    const [out, err] = await said;
    return { code, out, err };
  };
}

function bundle(entry: string): string {
  const directory = join(root, 'node_modules/.cache/frontdesk-commands');
  mkdirSync(directory, { recursive: true });
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
  const path = join(directory, `${basename(entry, '.ts')}.mjs`);
  // Whoever makes it at the same time makes the same, and nobody starts half of it.
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, outputFiles[0]?.contents ?? '');
  renameSync(unfinished, path);
  return path;
}
