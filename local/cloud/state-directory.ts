import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Everything this machine keeps, in one directory that one process uses at a time. */
export interface StateDirectory {
  path(...parts: string[]): string;
  /** Nothing runs here any more: lets the next one in. */
  release(): void;
}

/** What may lie in the directory. `--fresh` removes these and nothing else, whatever directory it is pointed at. */
const contents = [
  'cdk.out',
  'dynamodb.sqlite',
  'dynamodb.sqlite-shm',
  'dynamodb.sqlite-wal',
  'local.json',
  'logs',
  'mail',
  'objects',
  'retell',
  'secrets.json',
  'state.sqlite',
  'state.sqlite-shm',
  'state.sqlite-wal',
];

/**
 * Takes the directory, made when missing. A pid file left by a process that is gone is taken over.
 * @throws Error in one line when another process is using it
 */
export function openStateDirectory(directory: string, { fresh }: { fresh: boolean }): StateDirectory {
  const root = resolve(directory);
  mkdirSync(root, { recursive: true });
  const pidFile = join(root, 'run.pid');
  take(pidFile, directory);
  for (const name of fresh ? contents : ['local.json']) rmSync(join(root, name), { recursive: true, force: true });
  mkdirSync(join(root, 'logs'), { recursive: true });
  return {
    path: (...parts) => join(root, ...parts),
    release() {
      for (const name of ['local.json', 'run.pid']) rmSync(join(root, name), { force: true });
    },
  };
}

function take(pidFile: string, directory: string): void {
  const content = JSON.stringify({ pid: process.pid, startedAt: startOf(process.pid) });
  try {
    writeFileSync(pidFile, content, { flag: 'wx' });
    return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const holder = holderOf(pidFile);
  if (holder !== undefined) {
    throw new Error(
      `Frontdesk is already running on ${directory} (process ${holder}); stop it, or choose another --dir`,
    );
  }
  rmSync(pidFile, { force: true });
  writeFileSync(pidFile, content, { flag: 'wx' });
}

/** The living process that wrote the file. A pid that was given to another program since does not count. */
function holderOf(pidFile: string): number | undefined {
  let written: { pid?: number; startedAt?: string };
  try {
    written = JSON.parse(readFileSync(pidFile, 'utf8')) as typeof written;
  } catch {
    return undefined; // Half-written by a process that was killed: nobody holds it.
  }
  const { pid, startedAt } = written;
  if (!pid || !isAlive(pid)) return undefined;
  return startedAt === undefined || startOf(pid) === startedAt ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When a process started, in ticks since boot, where the system tells. */
function startOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[19];
  } catch {
    return undefined; // Not Linux: the pid alone must do.
  }
}
