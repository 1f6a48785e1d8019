import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalJson } from '#local/local-json.ts';

/** A machine that runs other tests meanwhile bundles and loads slowly; `npm start` by itself promises a minute. */
const startLimitMs = 120_000;

const directory = mkdtempSync(join(tmpdir(), 'frontdesk-start-'));
const started: ChildProcess[] = [];
let port: number;

beforeAll(async () => {
  port = await freeBase();
});
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

/** A port that is free, and so are the two after it. */
async function freeBase(): Promise<number> {
  for (;;) {
    const base = await portOf(0);
    const others = [base + 1, base + 2].map((port) => portOf(port).catch(() => 0));
    if (base < 65_000 && (await Promise.all(others)).every(Boolean)) return base;
  }
}

function portOf(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Whoever runs this may have keys of vendors in their shell: no test may use them. */
const {
  OPENAI_API_KEY: _o,
  RETELL_API_KEY: _r,
  TWILIO_ACCOUNT_SID: _s,
  TWILIO_AUTH_TOKEN: _t,
  ...withoutRealKeys
} = process.env;

interface Run {
  pid: number;
  output(): string;
  ended: Promise<{ code: number | null; signal: string | null }>;
}

function run(...flags: string[]): Run {
  const args = ['local/run.ts', '--port', String(port), '--dir', directory, '--quiet', ...flags];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: withoutRealKeys });
  started.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return {
    pid: child.pid as number,
    output: () => output,
    ended: new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal }))),
  };
}

async function ready({ output, ended }: Run): Promise<LocalJson> {
  const file = join(directory, 'local.json');
  let over: unknown;
  void ended.then((how) => (over = how));
  for (const until = Date.now() + startLimitMs; !existsSync(file);) {
    if (over || Date.now() > until) throw new Error(`not ready: ${JSON.stringify(over)} ${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return JSON.parse(readFileSync(file, 'utf8')) as LocalJson;
}

/** The process and everything it started, and what they started. */
function family(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const parent = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1];
        return [{ pid: Number(name), parent: Number(parent) }];
      } catch {
        return []; // Ended between the listing and the reading.
      }
    });
  const members = [pid];
  for (const member of members)
    members.push(...parents.filter(({ parent }) => parent === member).map((one) => one.pid));
  return members;
}

/** Addresses, as the kernel writes them, on which one of the processes listens. */
function listening(pids: number[]): string[] {
  const sockets = new Set(
    pids.flatMap((pid) =>
      readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
        try {
          return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
        } catch {
          return []; // Closed between the listing and the reading.
        }
      }),
    ),
  );
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === '0A' && sockets.has(`socket:[${inode}]`))
      .map(([, address = '']) => address),
  );
}

const alive = (pid: number): boolean =>
  existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
const onLinux = existsSync('/proc/net/tcp') ? test : test.skip;

onLinux(
  'one start: only this machine can reach it, a second is refused, a kill leaves nothing behind, the next goes on',
  async () => {
    const first = run('--fresh');
    const before = await ready(first);
    expect(before).toMatchObject({
      stage: 'local',
      api: `http://127.0.0.1:${port}`,
      voice: `http://127.0.0.1:${port + 1}`,
      mailbox: { url: `http://127.0.0.1:${port + 2}` },
      dynamodb: { tables: { core: 'frontdesk-local-core', audit: 'frontdesk-local-audit' } },
      retell: { apiKey: expect.stringMatching(/^key_[0-9a-f]{32}$/) },
      twilio: {
        accountSid: expect.stringMatching(/^AC[0-9a-f]{32}$/),
        baseUrl: expect.stringMatching(/^http:\/\/127/),
      },
      openai: { realtimeUrl: expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+\/v1\/realtime$/) },
    });
    expect(before.clinics.map(({ slug }) => slug)).toEqual(['cabinet-du-parc', 'clinique-benin', 'lakeside-dental']);

    const processes = family(first.pid);
    const addresses = listening(processes);
    expect(addresses.length).toBeGreaterThanOrEqual(11);
    expect(addresses.filter((address) => !address.startsWith('0100007F:'))).toEqual([]);
    expect(await (await fetch(`${before.api}/health`)).json()).toMatchObject({ status: 'ok' });
    expect(await (await fetch(`${before.voice}/health`)).json()).toEqual({ status: 'ready', calls: 0 });
    const { tasks } = (await (await fetch(`${before.aws.control}/voice`)).json()) as { tasks: { pid: number }[] };
    expect(tasks).toHaveLength(2);
    expect(processes).toEqual(expect.arrayContaining(tasks.map(({ pid }) => pid)));

    const second = run();
    expect(await second.ended).toMatchObject({ code: 1 });
    expect(second.output()).toMatch(/^Frontdesk is already running on .+\n$/);

    process.kill(first.pid, 'SIGKILL');
    await first.ended;
    for (const until = Date.now() + 5_000; processes.some(alive) && Date.now() < until;) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(processes.filter(alive)).toEqual([]);
    expect(first.output()).toBe('');

    rmSync(join(directory, 'local.json'));
    const third = run();
    const after = await ready(third);
    expect(after.retell.apiKey).toBe(before.retell.apiKey);
    // Of a key only a hash is kept, so each start issues new ones; everything else is as it was.
    const withoutKeys = ({ clinics }: LocalJson) =>
      clinics.map(({ apiKey: _key, llmSocketPath: _path, ...clinic }) => clinic);
    expect(after.twilio.authToken).toBe(before.twilio.authToken);
    expect(before.clinics[0]?.llmSocketPath).toMatch(/^\/llm-websocket\/cabinet-du-parc\/[\w-]{43}$/);
    expect(withoutKeys(after)).toEqual(withoutKeys(before));
    expect(after.clinics[0]?.apiKey).not.toBe(before.clinics[0]?.apiKey);
    const children = family(third.pid);
    process.kill(third.pid, 'SIGTERM');
    expect(await third.ended).toEqual({ code: 0, signal: null });
    expect(children.filter(alive)).toEqual([]);
    expect(readdirSync(directory)).not.toContain('local.json');
    expect(readdirSync(directory)).not.toContain('run.pid');
  },
  3 * startLimitMs,
);

test(
  'a taken port is one line that names it',
  async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve));
    const refused = run();
    const { code } = await refused.ended;
    await new Promise((resolve) => taken.close(resolve));
    expect(code).toBe(1);
    expect(refused.output()).toBe(`port ${port} is taken; choose another base with --port\n`);
  },
  startLimitMs,
);
