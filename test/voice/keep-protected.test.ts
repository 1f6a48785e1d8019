import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTaskProtection } from '#adapters/ecs/task-protection.ts';
import { standingClock } from '#test/fakes/clock.ts';
import { rememberedLog } from '#test/fakes/log.ts';
import { keepProtected } from '#ws-fargate/keep-protected.ts';

function world() {
  const clock = standingClock();
  const log = rememberedLog();
  const asked: boolean[] = [];
  const agent = { fails: false };
  const calls = { live: 0 };
  const tend = keepProtected({
    protection: {
      async set(isProtected) {
        if (agent.fails) throw new Error('the agent does not answer');
        asked.push(isProtected);
      },
    },
    live: () => calls.live,
    clock,
    log,
  });
  return { clock, log, asked, agent, calls, tend };
}

test('a task is protected while calls go on, renewed every ten minutes, and given free once it is quiet', async () => {
  const { tend, calls, clock, asked } = world();
  await tend();
  expect(asked).toEqual([]);
  calls.live = 1;
  await tend();
  await tend();
  expect(asked).toEqual([true]);
  clock.pass(10 * 60_000 - 1);
  await tend();
  expect(asked).toHaveLength(1);
  clock.pass(1);
  await tend();
  expect(asked).toEqual([true, true]);
  calls.live = 0;
  await tend();
  clock.pass(29_999);
  await tend();
  expect(asked).toHaveLength(2);
  clock.pass(1);
  await tend();
  await tend();
  expect(asked).toEqual([true, true, false]);
});

test('an agent that fails is asked again a little later, and no call hears of it', async () => {
  const { tend, calls, clock, asked, agent, log } = world();
  calls.live = 1;
  agent.fails = true;
  await tend();
  await tend();
  expect(log.codes()).toEqual(['voice.unprotected']);
  agent.fails = false;
  clock.pass(14_999);
  await tend();
  expect(asked).toEqual([]);
  clock.pass(1);
  await tend();
  expect(asked).toEqual([true]);
});

test('ECS is asked as its agent wants it, and a refusal is a fault', async () => {
  const seen: unknown[] = [];
  const agent: { failure?: object } = {};
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as { ProtectionEnabled: boolean };
      seen.push([request.method, request.url, body]);
      response.end(JSON.stringify(agent.failure ? agent : { protection: body }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const protection = createTaskProtection(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await protection.set(true);
  await protection.set(false);
  expect(seen).toEqual([
    ['PUT', '/task-protection/v1/state', { ProtectionEnabled: true, ExpiresInMinutes: 30 }],
    ['PUT', '/task-protection/v1/state', { ProtectionEnabled: false }],
  ]);
  agent.failure = { Arn: 'arn:aws:ecs:eu-west-3:000000000000:task/x', Reason: 'TASK_NOT_VALID' };
  await expect(protection.set(true)).rejects.toThrow('task protection');
  server.close();
});
