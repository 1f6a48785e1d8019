import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { takePidFile } from './pid-file.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const kept = join(root, 'node_modules/.cache/frontdesk');
const dayMs = 24 * 60 * 60 * 1000;
const waitMs = 100;

/** Everything the app and what it deploys are made of. */
const sources = ['{bin,lib,lambdas,domain,adapters,ws-fargate}/**/*', 'package.json', 'package-lock.json', 'cdk.json'];

/**
 * Bundles every function and writes the templates of the stage `local` to `directory`, by running the CDK app itself.
 * @throws Error with what the app complained about
 */
export async function synthesize(directory: string, signal?: AbortSignal): Promise<void> {
  const assembly = await assemblyOf('local', signal);
  rmSync(directory, { recursive: true, force: true });
  cpSync(assembly, directory, { recursive: true });
}

/**
 * The directory with what the CDK app writes for a stage. Same sources, same bytes: what was synthesized from the files
 * as they are now is not synthesized again. Nothing in it may be changed; a day after the sources changed it goes.
 * @throws Error with what the app complained about
 */
export async function assemblyOf(stage: string, signal?: AbortSignal): Promise<string> {
  const version = fingerprint();
  const bundles = await bundlesOf(version, signal);
  const assembly = await once(`${stage}-${version}`, signal, (directory) =>
    run('bin/app.ts', [], signal, {
      CDK_OUTDIR: directory,
      CDK_CONTEXT_JSON: JSON.stringify({ stage, bundles }),
      CDK_VALIDATION: 'false',
      CDK_DISABLE_CLI_TELEMETRY: '1',
    }),
  );
  for (const other of readdirSync(kept)) {
    const path = join(kept, other);
    if (!other.includes(version) && Date.now() - statSync(path).mtimeMs > dayMs) {
      rmSync(path, { recursive: true, force: true });
    }
  }
  return assembly;
}

/** The directory with what every stage runs, bundled from the files as they are now. */
export const bundlesOf = (version = fingerprint(), signal?: AbortSignal): Promise<string> =>
  once(`bundles-${version}`, signal, (directory) => run('bin/bundle.ts', [directory], signal));

/**
 * What was made before by this name, or is made now: beside its place and then moved, so that nobody finds half of it. Of
 * those who need it at the same time one makes it.
 */
async function once(
  name: string,
  signal: AbortSignal | undefined,
  make: (directory: string) => Promise<void>,
): Promise<string> {
  const directory = join(kept, name);
  const taken = `${directory}.pid`;
  mkdirSync(kept, { recursive: true });
  while (!existsSync(directory)) {
    if (takePidFile(taken) !== undefined) {
      await sleep(waitMs, undefined, { signal });
      continue;
    }
    const unfinished = `${directory}.${process.pid}`;
    try {
      await make(unfinished);
      renameSync(unfinished, directory);
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
      rmSync(taken, { force: true });
    }
  }
  return directory;
}

function fingerprint(): string {
  const hash = createHash('sha256').update(process.version);
  for (const path of globSync(sources, { cwd: root }).toSorted()) {
    const file = join(root, path);
    if (statSync(file).isFile()) hash.update(`\n${path}\n`).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 24);
}

async function run(
  script: string,
  args: string[],
  signal: AbortSignal | undefined,
  env: NodeJS.ProcessEnv = {},
): Promise<void> {
  const options = { cwd: root, signal, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, ...env } };
  await new Promise<void>((resolve, reject) => {
    execFile(process.execPath, [join(root, script), ...args], options, (error, _stdout, stderr) => {
      if (error) reject(new Error(`${script} failed:\n${stderr.trim() || error.message}`, { cause: error }));
      else resolve();
    });
  });
}
