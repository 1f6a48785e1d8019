import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LocalJson } from '#local/local-json.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface LocalSystem {
  json: LocalJson;
  dir: string;
  /** The process that started everything else. */
  pid: number;
  /** Runs one of the npm scripts' files against this system; answers what it printed. */
  run(file: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }>;
  /** All it has logged, by the name of the file. */
  logs(): Record<string, string>;
  /** Kills it in the middle of whatever it does; what it started is to end with it. Answers what it had printed. */
  kill(): Promise<string>;
  /** Starts it again with what it had kept. */
  startAgain(): Promise<void>;
  /** Ends it as Ctrl-C does. */
  stop(): Promise<{ code: number | null }>;
  /** Ends it if it still runs, and forgets what it kept. */
  forget(): Promise<void>;
}

/** Whoever runs this may have keys of vendors in their shell: no test may use them. */
const {
  OPENAI_API_KEY: _openai,
  RETELL_API_KEY: _retell,
  TWILIO_ACCOUNT_SID: _sid,
  TWILIO_AUTH_TOKEN: _token,
  ...env
} = process.env;

/**
 * Three free ports in a row, as the base port and its neighbours need them. Below those that the kernel gives to
 * whoever calls out, so that they are still free when the system starts again.
 */
async function freeBasePort(): Promise<number> {
  const isFree = (port: number) =>
    new Promise<boolean>((resolve) => {
      const server = createServer().once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
  for (let attempt = 0; attempt < 50; attempt++) {
    const base = 20_000 + 3 * Math.floor(Math.random() * 4_000);
    if ((await Promise.all([base, base + 1, base + 2].map(isFree))).every(Boolean)) return base;
  }
  throw new Error('no three free ports in a row');
}

/** The whole system as `npm start` runs it, from the synthesized template, in a process and a directory of its own. */
export async function startLocalSystem({ readyWithinMs = 150_000 } = {}): Promise<LocalSystem> {
  const dir = mkdtempSync(join(tmpdir(), 'frontdesk-call-'));
  const port = await freeBasePort();

  async function start(...flags: string[]) {
    rmSync(join(dir, 'local.json'), { force: true });
    const args = ['local/run.ts', '--port', String(port), '--dir', dir, '--quiet', ...flags];
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const printed: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => printed.push(chunk.toString()));
    const ended = once(child, 'exit');
    const end = async (signal: NodeJS.Signals) => {
      child.kill(signal);
      await ended;
      return { code: child.exitCode, printed: printed.join('') };
    };
    const json = await waitFor(async () => {
      if (child.exitCode !== null) throw new Error(`the system ended: ${printed.join('')}`);
      return readJson(join(dir, 'local.json'));
    }, readyWithinMs);
    return { json: json as LocalJson, pid: child.pid as number, end };
  }

  let running = await start('--fresh');
  return {
    get json() {
      return running.json;
    },
    get pid() {
      return running.pid;
    },
    dir,
    async run(file, ...args) {
      const child = spawn(process.execPath, [file, ...args, '--dir', dir], {
        cwd: root,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const [stdout, stderr] = [child.stdout.toArray(), child.stderr.toArray()];
      const [code] = (await once(child, 'close')) as [number];
      const text = async (chunks: Promise<Buffer[]>) => Buffer.concat(await chunks).toString();
      return { code, stdout: await text(stdout), stderr: await text(stderr) };
    },
    logs() {
      const logs = join(dir, 'logs');
      return Object.fromEntries(readdirSync(logs).map((name) => [name, readFileSync(join(logs, name), 'utf8')]));
    },
    kill: async () => (await running.end('SIGKILL')).printed,
    async startAgain() {
      running = await start();
    },
    stop: () => running.end('SIGTERM'),
    async forget() {
      await running.end('SIGTERM');
      rmSync(dir, { recursive: true });
    },
  };
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Looks again and again until there is an answer. @throws Error after `timeoutMs`. */
export async function waitFor<T>(look: () => Promise<T | undefined>, timeoutMs = 100_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`nothing came within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
