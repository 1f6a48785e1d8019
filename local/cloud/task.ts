import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, startChild } from './child.ts';
import type { ContainerSpec } from './container-spec.ts';
import type { Target } from './task-front.ts';

/** One running copy of a container: a process with a port of its own. */
export interface Task extends Target {
  number: number;
  child: Child;
  pid: number;
  /** `starting` until it first answers; `draining` from SIGTERM on. Only `healthy` ones take new sockets. */
  state: 'starting' | 'healthy' | 'unhealthy' | 'draining';
  /** Calls it told of when it last answered. */
  calls: number | undefined;
  logFile: string;
}

interface TaskStart {
  number: number;
  port: number;
  logFile: string;
  environment: Record<string, string>;
}

/** While nobody knows whether it stands, it is asked more often than by a load balancer. */
const startingLookMs = 50;
const lookMs = 1000;
const patienceMs = 5000;

/** Starts the process. It is not asked anything yet. @throws Error when it cannot be started at all */
export async function startTask(spec: ContainerSpec, { number, port, logFile, environment }: TaskStart): Promise<Task> {
  const [program = '', ...args] = spec.command;
  const child = startChild(`${spec.name} task ${number}`, program, args, {
    logFile,
    environment,
    directory: spec.directory,
    // Whatever it would still like to do, without us there is nothing to do it with.
    lastSignal: 'KILL',
  });
  const pid = await Promise.race([child.pid, child.ended]);
  if (typeof pid === 'string') throw new Error(pid);
  return { number, port, child, pid, state: 'starting', calls: undefined, logFile, sockets: new Set<Socket>() };
}

/** Asks the task how it is, again and again, until it ends. `heard` is told of each change. */
export async function watchHealth(task: Task, { health }: ContainerSpec, heard: (task: Task) => void): Promise<void> {
  let over = false;
  void task.child.ended.then(() => (over = true));
  let failures = 0;
  while (!over) {
    const before = task.state;
    const isWell = await ask(task, health);
    failures = isWell ? 0 : failures + 1;
    if (task.state !== 'draining') {
      if (isWell) task.state = 'healthy';
      else if (before !== 'starting' && failures >= health.failures) task.state = 'unhealthy';
    }
    if (task.state !== before) heard(task);
    await sleep(before === 'starting' ? startingLookMs : lookMs, undefined, { ref: false });
  }
}

/** Whether it answers as it should; what it tells of its calls is noted. */
export async function ask(task: Task, { path, codes }: ContainerSpec['health']): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${task.port}${path}`, {
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(patienceMs),
    });
    const { calls } = (await response.json().catch(() => ({}))) as { calls?: number };
    task.calls = calls;
    return codes.has(response.status);
  } catch {
    return false; // Not there yet, or no more: which of the two its process tells.
  }
}

/** The line that last told of a call in a task's log: when, and with what code. */
export function lastToldOf(task: Task, conversationId: string): string | undefined {
  const lines = readFileSync(task.logFile, 'utf8').split('\n');
  const line = lines.findLast((one) => one.includes(`"${conversationId}"`) && /"talk\.(opened|resumed)"/.test(one));
  return line && (JSON.parse(line) as { at?: string }).at;
}
