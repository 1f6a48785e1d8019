import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Resource } from '#local/cloud/assembly.ts';
import { containerIn } from '#local/cloud/container-spec.ts';
import { type Containers, openContainers, type TaskStatus } from '#local/cloud/containers.ts';
import { openTemplates } from '#local/cloud/template.ts';
import { eventually, stackOf } from './small-cloud.ts';

/** A service of a few lines: it echoes on sockets, says who it is first, and ends when they have. */
const code = `
import { createServer } from 'node:http';
const sockets = new Set();
let draining = false;
const endWhenEmpty = () => draining && sockets.size === 0 && process.exit(0);
createServer((request, response) => {
  response.writeHead(draining ? 503 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(request.url === '/health' ? { calls: sockets.size } : process.env));
}).on('upgrade', (request, socket) => {
  const conversationId = request.url.slice(1);
  console.log(JSON.stringify({ code: 'talk.opened', conversationId, at: new Date().toISOString() }));
  sockets.add(socket);
  socket.write(process.pid + '\\n');
  socket.on('data', (data) => socket.write(data)).on('error', () => {}).on('end', () => socket.end()).on('close', () => {
    sockets.delete(socket);
    endWhenEmpty();
  });
}).listen(Number(process.env.PORT), process.env.HOST);
process.on('SIGTERM', () => { draining = true; endWhenEmpty(); });
`;

const directory = mkdtempSync(join(tmpdir(), 'frontdesk-containers-'));
const image = join(directory, 'image');
mkdirSync(image);
writeFileSync(join(image, 'main.mjs'), code);
writeFileSync(join(image, 'Dockerfile'), 'FROM scratch\nENTRYPOINT ["node", "main.mjs"]\n');

const service = (over: Record<string, unknown> = {}): Record<string, Resource> => ({
  Group: { Type: 'AWS::ElasticLoadBalancingV2::TargetGroup', Properties: { HealthCheckPath: '/health' } },
  Count: { Type: 'AWS::ApplicationAutoScaling::ScalableTarget', Properties: { MinCapacity: 2, MaxCapacity: 9 } },
  Task: {
    Type: 'AWS::ECS::TaskDefinition',
    Properties: {
      ContainerDefinitions: [
        {
          Image: 'registry.example/assets:1234',
          StopTimeout: 1,
          Environment: [
            { Name: 'GREETING', Value: 'hello' },
            { Name: 'PORT', Value: '8080' },
          ],
        },
      ],
    },
  },
  Service: {
    Type: 'AWS::ECS::Service',
    Properties: { TaskDefinition: { Ref: 'Task' }, LoadBalancers: [{ TargetGroupArn: { Ref: 'Group' } }], ...over },
  },
});

const specOf = (resources: Record<string, Resource>) =>
  containerIn(
    openTemplates([stackOf({ Resources: resources }, { '1234': image })], {
      region: 'eu-west-3',
      endpoint: 'http://127.0.0.1:1',
      api: 'http://127.0.0.1:1',
    }),
  );

let containers: Containers;
let port: number;

beforeAll(async () => {
  containers = await openContainers(specOf(service())!, {
    shared: { AWS_REGION: 'eu-west-3' },
    logFileOf: (task) => join(directory, `voice-${task}.log`),
  });
  await new Promise<void>((resolve) => containers.front.listen(0, '127.0.0.1', resolve));
  port = (containers.front.address() as AddressInfo).port;
}, 20_000);
afterAll(async () => {
  containers.front.close();
  await containers.stop();
  rmSync(directory, { recursive: true });
});

/** A socket of a call, and the process that took it. */
async function call(name: string): Promise<{ socket: Socket; pid: number; closed: Promise<void> }> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`GET /${name} HTTP/1.1\r\nhost: voice\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return { socket, pid: Number(await said(socket)), closed };
}

const said = (socket: Socket): Promise<string> =>
  new Promise((resolve, reject) => {
    socket.once('data', (data) => resolve(data.toString().trim()));
    socket.once('close', () => reject(new Error('the socket closed without a word')));
    socket.on('error', () => undefined);
  });

/** What a task was told, asked on a socket that does not stay. */
async function environmentOfOne(): Promise<Record<string, string>> {
  const response = await fetch(`http://127.0.0.1:${port}/environment`, { headers: { connection: 'close' } });
  return (await response.json()) as Record<string, string>;
}

const takesCalls = ({ state }: TaskStatus) => state === 'healthy';
const twoTakeCalls = () => eventually(containers.status, (tasks) => tasks.length === 2 && tasks.every(takesCalls));

test('a service runs as many tasks as scaling begins with, each told by the template where it listens and what it is', async () => {
  const tasks = await twoTakeCalls();
  expect(new Set(tasks.map(({ pid }) => pid)).size).toBe(2);
  const environment = await environmentOfOne();
  expect(environment).toMatchObject({ GREETING: 'hello', AWS_REGION: 'eu-west-3', HOST: '127.0.0.1' });
  expect(environment).not.toHaveProperty('HOME');
  expect(environment.PORT).not.toBe('8080');
});

test('new sockets go where the fewest are', async () => {
  const calls = [await call('a'), await call('b'), await call('c'), await call('d')];
  const tasks = await containers.status();
  expect(tasks.map(({ sockets }) => sockets)).toEqual([2, 2]);
  expect(tasks.map((task) => task.calls)).toEqual([2, 2]);
  for (const { socket } of calls) socket.destroy();
  await eventually(containers.status, (all) => all.every(({ sockets, calls }) => sockets === 0 && calls === 0));
});

test('the task that holds a conversation is killed like a machine that burns, and another takes its place', async () => {
  const [other, ours] = [await call('twilio_CA1'), await call('twilio_CA2')];
  expect(other.pid).not.toBe(ours.pid);
  const { pid } = await containers.kill({ conversationId: 'twilio_CA2' });
  expect(pid).toBe(ours.pid);
  await ours.closed;
  const tasks = await twoTakeCalls();
  expect(tasks.map((task) => task.pid)).not.toContain(ours.pid);
  other.socket.write('still here');
  expect(await said(other.socket)).toBe('still here');
  other.socket.destroy();
  await expect(containers.kill({ conversationId: 'twilio_CA9' })).rejects.toThrow('no task has told of twilio_CA9');
}, 10_000);

test('a deploy gives new sockets to new tasks at once and leaves a call where it is, until the time to stop is over', async () => {
  const before = await twoTakeCalls();
  const old = await call('retell_1');
  const { started, draining } = await containers.deploy();
  expect(draining).toEqual(before.map(({ task }) => task));
  const fresh = await call('retell_2');
  expect((await containers.status()).find(({ pid }) => pid === fresh.pid)?.task).toBe(
    started.find((task) => !draining.includes(task)),
  );
  old.socket.write('unmoved');
  expect(await said(old.socket)).toBe('unmoved');
  // This service waits for its call for ever; the template gives it a second.
  await old.closed;
  expect((await twoTakeCalls()).map(({ task }) => task)).toEqual(started);
  fresh.socket.destroy();
}, 10_000);

test('a task protects itself as at ECS, and what cannot be read is refused', async () => {
  const state = `${(await environmentOfOne()).ECS_AGENT_URI}/task-protection/v1/state`;
  const put = (body: string) => fetch(state, { method: 'PUT', body });
  expect((await (await fetch(state)).json()) as unknown).toMatchObject({ protection: { ProtectionEnabled: false } });
  expect(await (await put('{"ProtectionEnabled":true,"ExpiresInMinutes":30}')).json()).toMatchObject({
    protection: { ProtectionEnabled: true, ExpirationDate: expect.stringMatching(/^\d{4}-.+Z$/) },
  });
  expect((await containers.status()).filter((task) => task.protected)).toHaveLength(1);
  expect((await put('{"ProtectionEnabled":"yes"}')).status).toBe(400);
  expect((await put('not JSON')).status).toBe(400);
  await put('{"ProtectionEnabled":false}');
  expect((await containers.status()).filter((task) => task.protected)).toHaveLength(0);
});

test('a task that cannot start stops the start, with where its log lies', async () => {
  const broken = join(directory, 'broken');
  mkdirSync(broken);
  writeFileSync(join(broken, 'main.mjs'), 'throw new Error("no such table");');
  const logFileOf = (task: number) => join(directory, `broken-${task}.log`);
  const opening = openContainers({ ...specOf(service())!, directory: broken }, { shared: {}, logFileOf });
  await expect(opening).rejects.toThrow(/task \d ended with 1; see .+broken-\d\.log$/);
  const logs = [1, 2].map(logFileOf).filter((file) => existsSync(file));
  expect(logs.some((file) => readFileSync(file, 'utf8').includes('no such table'))).toBe(true);
});

test('a service of a kind that is not reproduced stops the start with its logical id', () => {
  expect(() => specOf(service({ LoadBalancers: [] }))).toThrow('test/Service: only a service behind a load balancer');
  expect(() => specOf({ ...service(), Other: service().Service! })).toThrow('test/Other: more than one service');
  const { Task, ...others } = service();
  expect(Task).toBeDefined();
  expect(() => specOf({ ...others, Task: { Type: 'AWS::ECS::TaskDefinition', Properties: {} } })).toThrow(
    'test/Service: only a task of one container',
  );
  expect(specOf({})).toBeUndefined();
});
