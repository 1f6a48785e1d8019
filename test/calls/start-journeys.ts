import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import type { LocalJson } from '#local/local-json.ts';
import { type LocalSystem, waitFor } from './local-system.ts';
import { aCall, retellClient } from './retell-client.ts';

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

/** What `npm start` promises of itself: who can reach it, and what a second one, a kill and the next start find. */
export function startJourneys(running: () => LocalSystem): void {
  const base = () => Number(new URL(running().json.api).port);

  onLinux('it answers where it says, and only this machine can reach it', async () => {
    const { json, pid } = running();
    expect(json).toMatchObject({
      stage: 'local',
      voice: `http://127.0.0.1:${base() + 1}`,
      mailbox: { url: `http://127.0.0.1:${base() + 2}` },
      dynamodb: { tables: { core: 'frontdesk-local-core', audit: 'frontdesk-local-audit' } },
      retell: { apiKey: expect.stringMatching(/^key_[0-9a-f]{32}$/) },
      twilio: {
        accountSid: expect.stringMatching(/^AC[0-9a-f]{32}$/),
        baseUrl: expect.stringMatching(/^http:\/\/127/),
      },
      openai: { realtimeUrl: expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+\/v1\/realtime$/) },
    });
    expect(json.clinics.map(({ slug }) => slug)).toEqual(['cabinet-du-parc', 'clinique-benin', 'lakeside-dental']);
    const processes = family(pid);
    const addresses = listening(processes);
    expect(addresses.length).toBeGreaterThanOrEqual(11);
    expect(addresses.filter((address) => !address.startsWith('0100007F:'))).toEqual([]);
    expect(await (await fetch(`${json.api}/health`)).json()).toMatchObject({ status: 'ok' });
    expect(await (await fetch(`${json.voice}/health`)).json()).toEqual({ status: 'ready', calls: 0 });
    const { tasks } = (await (await fetch(`${json.aws.control}/voice`)).json()) as { tasks: { pid: number }[] };
    expect(tasks).toHaveLength(2);
    expect(processes).toEqual(expect.arrayContaining(tasks.map(({ pid }) => pid)));
  });

  test('a second one in the same place is refused', async () => {
    const { code, stderr } = await running().run('local/run.ts');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^Frontdesk is already running on .+\n$/)]);
  });

  onLinux('killed, it leaves nothing behind; the next goes on: clinics, mails, and a call in the middle', async () => {
    const system = running();
    const client = retellClient(() => system.json);
    const { json: before, pid } = system;
    const benin = '+12025550142';
    const { conversationId, call, analysis } = aCall(benin);
    await client.event('call_ended', call);
    const processes = family(pid);
    expect(await system.kill()).toBe('');
    await waitFor(() => Promise.resolve(processes.some(alive) ? undefined : true), 10_000);

    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(base(), '127.0.0.1', resolve));
    const refused = await system.run('local/run.ts', '--port', String(base()));
    await new Promise((resolve) => taken.close(resolve));
    expect([refused.code, refused.stderr]).toEqual([1, `port ${base()} is taken; choose another base with --port\n`]);

    await system.startAgain();
    const { json: after } = system;
    expect(after.retell.apiKey).toBe(before.retell.apiKey);
    expect(after.twilio.authToken).toBe(before.twilio.authToken);
    // Of a key only a hash is kept, so each start issues new ones; everything else is as it was.
    const withoutKeys = ({ clinics }: LocalJson) =>
      clinics.map(({ apiKey: _key, llmSocketPath: _path, ...clinic }) => clinic);
    expect(withoutKeys(after)).toEqual(withoutKeys(before));
    expect(after.clinics[0]?.llmSocketPath).toMatch(/^\/llm-websocket\/cabinet-du-parc\/[\w-]{43}$/);
    expect(after.clinics[0]?.apiKey).not.toBe(before.clinics[0]?.apiKey);
    expect((await client.ring(benin)).status).toBe(200);
    await client.event('call_analyzed', { ...call, ...analysis });
    expect(await client.awaitEmails(conversationId, 1)).toHaveLength(1);
  });
}

/** Ends the system, for good. */
export function stopJourney(running: () => LocalSystem): void {
  onLinux('asked to end, it ends, and everything it started', async () => {
    const system = running();
    const processes = family(system.pid);
    expect(await system.stop()).toMatchObject({ code: 0 });
    expect(processes.filter(alive)).toEqual([]);
    for (const file of ['local.json', 'run.pid']) expect(readdirSync(system.dir)).not.toContain(file);
  });
}
