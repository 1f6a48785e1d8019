import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadOrder, LoadReport } from './voice-load.ts';
import type { Usage } from './voice-usage.ts';

const serviceCore = 0;
const canPin = spawnSync('taskset', ['--version']).status === 0;

const on = (core: number, command: string[]) => (canPin ? ['taskset', '-c', String(core), ...command] : command);

/** A process of ours on one core, where the system can pin it; its first message is the port it listens on. */
async function start(core: number, file: string, args: string[], flags: string[]) {
  const pinned = on(core, [process.execPath, ...flags, fileURLToPath(new URL(file, import.meta.url)), ...args]);
  const child = spawn(pinned[0] as string, pinned.slice(1), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const [message] = (await once(child, 'message')) as [{ port: number }];
  return { child, port: message.port, ask: (order: unknown) => ask(child, order) };
}

async function ask(child: ChildProcess, order: unknown): Promise<unknown> {
  const gone = new AbortController();
  const died = once(child, 'exit', { signal: gone.signal }).then(([code]) => {
    throw new Error(`a process of the bench ended with ${code}`);
  });
  died.catch(() => undefined);
  child.send(order as object);
  try {
    const [answer] = (await Promise.race([once(child, 'message'), died])) as [unknown];
    return answer;
  } finally {
    gone.abort();
  }
}

/** Where the simulated callers and models are; the service under test has the other core for itself. */
export async function startLoad() {
  const { child, port, ask } = await start(1, 'voice-load.ts', [], []);
  const order = async (what: LoadOrder) => ((await ask(what)) as { answer: LoadReport | null }).answer;
  return {
    modelUrl: `ws://127.0.0.1:${port}/v1/realtime`,
    prepare: (what: Omit<LoadOrder & { kind: 'prepare' }, 'kind'>) => order({ kind: 'prepare', ...what }),
    dial: (calls: number, perSecond: number) => order({ kind: 'dial', calls, perSecond }),
    measure: async (ms: number) => (await order({ kind: 'measure', ms })) as LoadReport,
    hangUp: () => order({ kind: 'hang-up' }),
    stop: () => child.kill(),
  };
}

/** Keeps the core of the service under test busy: whoever else wants it gets half. */
export function startNeighbour() {
  const [command = '', ...args] = on(serviceCore, [process.execPath, '-e', 'for (;;);']);
  const child = spawn(command, args, { stdio: 'ignore' });
  const killWithUs = () => child.kill();
  process.once('exit', killWithUs);
  return {
    stop() {
      process.removeListener('exit', killWithUs);
      child.kill();
    },
  };
}

/** A service under test. */
export async function startService(file: string, modelUrl: string, flags: string[] = []) {
  const { child, port, ask } = await start(serviceCore, file, [modelUrl], flags);
  return {
    url: `ws://127.0.0.1:${port}/twilio/media`,
    usage: async () => (await ask({})) as Usage,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}
export type Service = Awaited<ReturnType<typeof startService>>;
