import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/** A program that lives as long as this process wants, and never longer than this process. */
export interface Child {
  /** Settles with a sentence when the program ends without having been asked to. */
  died: Promise<string>;
  stop(): Promise<void>;
}

/**
 * Runs the program and ends it when our end of its input closes: that happens even when this process is killed and
 * can clean up nothing itself. Written for any POSIX shell.
 */
const guardedBy = '"$@" </dev/null & program=$!; { read -r _; kill "$program"; } <&3 & wait "$program"';

/** Starts a program in a session of its own, so that Ctrl-C reaches us first. Its output goes to `logFile`. */
export function startChild(name: string, program: string, args: string[], logFile: string): Child {
  const log = openSync(logFile, 'a');
  const child: ChildProcess = spawn('/bin/sh', ['-c', guardedBy, 'sh', program, ...args], {
    detached: true,
    stdio: ['ignore', log, log, 'pipe'],
  });
  closeSync(log);
  let stopping = false;
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`${name} could not be started: ${error.message}`));
    child.once('exit', (code, signal) =>
      resolve(`${name} ended ${code === null ? `by ${signal}` : `with ${code}`}; see ${logFile}`),
    );
  });
  return {
    died: new Promise((resolve) => void ended.then((how) => stopping || resolve(how))),
    async stop() {
      stopping = true;
      child.stdio[3]?.destroy();
      await ended;
    },
  };
}
