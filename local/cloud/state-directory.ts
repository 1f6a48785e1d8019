import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { takePidFile } from './pid-file.ts';

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
  const holder = takePidFile(pidFile);
  if (holder !== undefined) {
    throw new Error(
      `Frontdesk is already running on ${directory} (process ${holder}); stop it, or choose another --dir`,
    );
  }
  for (const name of fresh ? contents : ['local.json']) rmSync(join(root, name), { recursive: true, force: true });
  mkdirSync(join(root, 'logs'), { recursive: true });
  return {
    path: (...parts) => join(root, ...parts),
    release() {
      for (const name of ['local.json', 'run.pid']) rmSync(join(root, name), { force: true });
    },
  };
}
