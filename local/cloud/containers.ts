import type { Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerSpec } from './container-spec.ts';
import { freePort } from './free-port.ts';
import { ask, lastToldOf, startTask, type Task, watchHealth } from './task.ts';
import { openTaskAgent } from './task-agent.ts';
import { createTaskFront } from './task-front.ts';

/** A task as the control tells of it. */
export interface TaskStatus {
  task: number;
  pid: number;
  state: Task['state'];
  /** Calls going on, by its own account; a task that drains says nothing any more. */
  calls: number | null;
  sockets: number;
  protected: boolean;
}

/** The tasks of a service: kept at their number, replaced when they die, exchanged by a deploy. */
export interface Containers {
  front: Server;
  status(): Promise<TaskStatus[]>;
  /** Kills a task as a machine that burns does: the one that holds the conversation, the one with that number, the busiest. */
  kill(which: { conversationId?: string; task?: number }): Promise<{ killed: number; pid: number }>;
  /** Starts new tasks, gives them the new sockets, and tells the old ones to end. */
  deploy(): Promise<{ started: number[]; draining: number[] }>;
  stop(): Promise<void>;
}

interface Options {
  /** What AWS sets beside the container's own environment. */
  shared: Record<string, string>;
  /** Of each task, by its number. */
  logFileOf(task: number): string;
}

/** How long a task may take until it answers. */
const startLimitMs = 30_000;
/** How long Ctrl-C waits for tasks that are asked to end. */
const graceMs = 1000;
/** A task that dies at once is not started again at once. */
const shortestLifeMs = 2000;

/**
 * Starts a service and waits until its tasks take sockets. The front does not listen yet.
 * @throws Error with where its log lies when a task ends before it answers, or does not answer
 */
export async function openContainers(spec: ContainerSpec, { shared, logFileOf }: Options): Promise<Containers> {
  const agent = await openTaskAgent();
  const tasks = new Set<Task>();
  let stopping = false;
  let last = 0;

  async function start(): Promise<Task> {
    const number = (last += 1);
    const port = await freePort();
    const environment = { ...shared, ...spec.environment, HOST: '127.0.0.1', PORT: String(port) };
    const task = await startTask(spec, {
      number,
      port,
      logFile: logFileOf(number),
      environment: { ...environment, ECS_AGENT_URI: agent.uriOf(number) },
    });
    tasks.add(task);
    const bornAt = Date.now();
    void task.child.ended.then(() => {
      tasks.delete(task);
      agent.forget(number);
      if (stopping || task.state === 'draining' || task.state === 'starting') return;
      const pause = Date.now() - bornAt < shortestLifeMs ? shortestLifeMs : 0;
      void sleep(pause, undefined, { ref: false }).then(replace);
    });
    void watchHealth(task, spec, ({ state }) => {
      // A task that hangs is replaced like one that died.
      if (state === 'unhealthy') end(task);
    });
    return task;
  }

  /** Brings the tasks back to their number. One that cannot be started is tried again. */
  async function replace(): Promise<void> {
    if (stopping || [...tasks].filter(({ state }) => state !== 'draining').length >= spec.desiredCount) return;
    try {
      await isReady(await start());
    } catch (error) {
      if (stopping) return;
      console.error(error instanceof Error ? error.message : error);
      await sleep(shortestLifeMs, undefined, { ref: false });
      await replace();
    }
  }

  async function isReady(task: Task): Promise<Task> {
    let over: string | undefined;
    void task.child.ended.then((how) => (over = how));
    for (const until = Date.now() + startLimitMs; task.state === 'starting';) {
      if (over) throw new Error(over);
      if (Date.now() > until) {
        task.child.signal('KILL');
        throw new Error(`${spec.name} task ${task.number} does not answer; see ${task.logFile}`);
      }
      await sleep(10);
    }
    return task;
  }

  const startAll = async (): Promise<Task[]> =>
    Promise.all(Array.from({ length: spec.desiredCount }, async () => isReady(await start())));

  /** As ECS ends a task: it is asked, given time, and then ended. */
  function end(task: Task, stopTimeoutMs = spec.stopTimeoutMs): void {
    const wasUnhealthy = task.state === 'unhealthy';
    task.state = 'draining';
    task.child.signal('TERM');
    const killing = setTimeout(() => task.child.signal('KILL'), stopTimeoutMs);
    void task.child.ended.then(() => clearTimeout(killing));
    if (wasUnhealthy) void replace();
  }

  /** The one that took the conversation up last, as their logs tell; without one, the one with the most to lose. */
  function find({ conversationId, task: number }: { conversationId?: string; task?: number }): Task {
    const known = [...tasks];
    const told = conversationId
      ? known
          .map((task) => ({ task, at: lastToldOf(task, conversationId) ?? '' }))
          .filter(({ at }) => at)
          .toSorted((one, other) => other.at.localeCompare(one.at))[0]?.task
      : undefined;
    if (conversationId && !told) throw new Error(`no task has told of ${conversationId}`);
    const found =
      told ??
      (number === undefined
        ? known.toSorted((one, other) => other.sockets.size - one.sockets.size)[0]
        : known.find((task) => task.number === number));
    if (!found) throw new Error('there is no such task');
    return found;
  }

  async function stop(): Promise<void> {
    stopping = true;
    const all = [...tasks];
    for (const task of all) end(task, graceMs);
    await Promise.all(all.map(({ child }) => child.ended));
    await agent.stop();
  }

  try {
    await startAll();
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    front: createTaskFront(() => [...tasks].filter(({ state }) => state === 'healthy')),
    async status() {
      const all = [...tasks];
      await Promise.all(all.map((task) => ask(task, spec.health)));
      return all.map((task) => ({
        task: task.number,
        pid: task.pid,
        state: task.state,
        calls: task.calls ?? null,
        sockets: task.sockets.size,
        protected: agent.isProtected(task.number),
      }));
    },
    async kill(which) {
      const task = find(which);
      task.child.signal('KILL');
      await task.child.ended;
      return { killed: task.number, pid: task.pid };
    },
    async deploy() {
      const old = [...tasks].filter(({ state }) => state !== 'draining');
      const started = await startAll();
      for (const task of old) end(task);
      return { started: started.map(({ number }) => number), draining: old.map(({ number }) => number) };
    },
    stop,
  };
}
