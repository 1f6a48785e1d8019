import { readFileSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Takes what the file stands for, for this process, unless a living process has it. A file left by one that is gone is
 * taken over. Whoever took it removes it.
 *
 * @returns the process that has it; nothing when it was taken
 */
export function takePidFile(path: string): number | undefined {
  const content = JSON.stringify({ pid: process.pid, startedAt: startOf(process.pid) });
  try {
    writeFileSync(path, content, { flag: 'wx' });
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const holder = holderOf(path);
  if (holder !== undefined) return holder;
  rmSync(path, { force: true });
  writeFileSync(path, content, { flag: 'wx' });
  return undefined;
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
