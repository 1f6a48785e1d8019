import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Duplex } from 'node:stream';

/** A program that lives as long as this process wants, and never longer than this process. */
export interface Child {
  /** The program itself, not what watches over it. */
  pid: Promise<number>;
  /** Settles with a sentence when the program ends without having been asked to. */
  died: Promise<string>;
  /** Settles when the program has ended, however. */
  ended: Promise<string>;
  /** Asks the program to end, or ends it: from then on its end is no death. */
  signal(name: 'TERM' | 'KILL'): void;
  stop(): Promise<void>;
}

interface ChildOptions {
  logFile: string;
  /** The whole environment of the program; without it, that of this process. */
  environment?: Record<string, string>;
  directory?: string;
  /** What ends the program when we are gone or stop it: `TERM` lets it close its files. */
  lastSignal?: 'TERM' | 'KILL';
}

/**
 * Runs the program, tells its process id and hands on the signals we write. It is ended when our end of the pipe closes:
 * that happens even when this process is killed and can clean up nothing itself. Written for any POSIX shell.
 */
const guardedBy = [
  'last=$1; shift',
  '"$@" </dev/null 3<&- & program=$!',
  'echo "$program" >&3',
  '{ while read -r name; do kill -s "$name" "$program"; done; kill -s "$last" "$program"; } <&3 & guard=$!',
  'wait "$program"; code=$?',
  'kill "$guard"; exit "$code"',
].join('\n');

/** Starts a program in a session of its own, so that Ctrl-C reaches us first. Its output goes to `logFile`. */
export function startChild(name: string, program: string, args: string[], options: ChildOptions): Child {
  const { logFile, environment, directory, lastSignal = 'TERM' } = options;
  const log = openSync(logFile, 'a');
  const child: ChildProcess = spawn('/bin/sh', ['-c', guardedBy, 'sh', lastSignal, program, ...args], {
    detached: true,
    stdio: ['ignore', log, log, 'pipe'],
    cwd: directory,
    env: environment,
  });
  closeSync(log);
  const guard = child.stdio[3] as Duplex;
  // It breaks when the program ends while we write to its guard.
  guard.on('error', () => undefined);
  let asked = false;
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`${name} could not be started: ${error.message}`));
    child.once('exit', (code, signal) =>
      resolve(`${name} ended ${code === null ? `by ${signal}` : `with ${code}`}; see ${logFile}`),
    );
  });
  void ended.then(() => guard.destroy());
  return {
    pid: new Promise((resolve) => guard.once('data', (line: Buffer) => resolve(Number(line)))),
    died: new Promise((resolve) => void ended.then((how) => asked || resolve(how))),
    ended,
    signal(signal) {
      asked = true;
      guard.write(`${signal}\n`);
    },
    async stop() {
      asked = true;
      guard.destroy();
      await ended;
    },
  };
}
