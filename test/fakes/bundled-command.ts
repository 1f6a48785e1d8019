import { buildSync } from 'esbuild';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * A command line tool in one file, for tests that start it many times: to find and read hundreds of sources takes each
 * start most of its time. `test/calls` starts the tools from their sources, as people do.
 */
export function bundledCommand(entry: `bin/${string}.ts`): string {
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
