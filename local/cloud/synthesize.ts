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

/** Everything the app is made of. */
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
  const name = `${stage}-${fingerprint()}`;
  const directory = join(kept, name);
  mkdirSync(kept, { recursive: true });
  const taken = `${directory}.pid`;
  while (!existsSync(directory)) {
    // Somebody else is at the same: their result serves us too.
    if (takePidFile(taken) !== undefined) await sleep(waitMs, undefined, { signal });
    else await assemble(stage, directory, signal).finally(() => rmSync(taken, { force: true }));
  }
  for (const other of readdirSync(kept)) {
    const path = join(kept, other);
    if (other !== name && Date.now() - statSync(path).mtimeMs > dayMs) rmSync(path, { recursive: true, force: true });
  }
  return directory;
}

/** Beside its place and then moved, so that nobody finds half of it. */
async function assemble(stage: string, directory: string, signal?: AbortSignal): Promise<void> {
  const unfinished = `${directory}.${process.pid}`;
  try {
    await runApp(stage, unfinished, signal);
    renameSync(unfinished, directory);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function fingerprint(): string {
  const hash = createHash('sha256').update(process.version);
  for (const path of globSync(sources, { cwd: root }).toSorted()) {
    const file = join(root, path);
    if (statSync(file).isFile()) hash.update(`\n${path}\n`).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 24);
}

async function runApp(stage: string, directory: string, signal?: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    execFile(
      process.execPath,
      [join(root, 'bin/app.ts')],
      {
        cwd: root,
        signal,
        maxBuffer: 64 * 1024 * 1024,
        env: {
          ...process.env,
          CDK_OUTDIR: directory,
          CDK_CONTEXT_JSON: JSON.stringify({ stage }),
          CDK_VALIDATION: 'false',
          CDK_DISABLE_CLI_TELEMETRY: '1',
        },
      },
      (error, _stdout, stderr) => {
        if (error) reject(new Error(`the CDK app failed:\n${stderr.trim() || error.message}`, { cause: error }));
        else resolve();
      },
    );
  });
}
