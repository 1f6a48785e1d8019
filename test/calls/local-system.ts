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
  /** Runs one of the npm scripts' files against this system; answers what it printed. */
  run(file: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }>;
  /** All it has logged, by the name of the file. */
  logs(): Record<string, string>;
  /** Ends it as Ctrl-C does and starts it again with what it had kept. */
  restart(): Promise<void>;
  /** Ends it and forgets what it kept. */
  stop(): Promise<void>;
}

/** Three free ports in a row, as the base port and its neighbours need them. */
async function freeBasePort(): Promise<number> {
  const listen = (port: number) =>
    new Promise<{ port: number; close(): Promise<void> } | undefined>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(undefined));
      server.listen(port, '127.0.0.1', () => {
        const address = server.address() as { port: number };
        resolve({ port: address.port, close: () => new Promise((closed) => server.close(() => closed())) });
      });
    });
  for (let attempt = 0; attempt < 20; attempt++) {
    const first = await listen(0);
    if (!first) continue;
    const others = await Promise.all([listen(first.port + 1), listen(first.port + 2)]);
    for (const one of [first, ...others]) await one?.close();
    if (others.every(Boolean)) return first.port;
  }
  throw new Error('no three free ports in a row');
}

/** The whole system as `npm start` runs it, from the synthesized template, in a process and a directory of its own. */
export async function startLocalSystem({ readyWithinMs = 150_000 } = {}): Promise<LocalSystem> {
  const dir = mkdtempSync(join(tmpdir(), 'frontdesk-call-'));
  const port = await freeBasePort();

  async function start(...flags: string[]) {
    const args = ['local/run.ts', '--port', String(port), '--dir', dir, '--quiet', ...flags];
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const printed: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => printed.push(chunk.toString()));
    const ended = once(child, 'exit');
    const ready = waitFor(async () => {
      if (child.exitCode !== null) throw new Error(`the system ended: ${printed.join('')}`);
      return readJson(join(dir, 'local.json'));
    }, readyWithinMs);
    const stop = async () => {
      child.kill('SIGTERM');
      await ended;
    };
    return { json: (await ready) as LocalJson, stop };
  }

  let running = await start('--fresh');
  return {
    get json() {
      return running.json;
    },
    dir,
    async run(file, ...args) {
      const child = spawn(process.execPath, [file, ...args, '--dir', dir], {
        cwd: root,
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
    async restart() {
      await running.stop();
      running = await start();
    },
    async stop() {
      await running.stop();
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
