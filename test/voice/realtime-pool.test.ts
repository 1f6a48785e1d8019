import { createRealtimePool, type Connect } from '#adapters/openai/realtime-pool.ts';
import { rememberedLog } from '../fakes/log.ts';
import { FakeRealtime } from '../fakes/realtime.ts';
import { textWire } from '../fakes/text-sockets.ts';
import { turnedTime } from '../fakes/turned-time.ts';

function world(connects: ('opens' | 'mute' | number | 'down')[] = [], spare = 2) {
  const time = turnedTime();
  const log = rememberedLog();
  const urls: string[] = [];
  const headers: (Record<string, string> | undefined)[] = [];
  const models: FakeRealtime[] = [];
  const connect: Connect = async (url, options) => {
    urls.push(url);
    headers.push(options.headers);
    const way = connects.shift() ?? 'opens';
    if (way === 'down') throw new Error('ECONNREFUSED');
    if (typeof way === 'number') throw Object.assign(new Error('refused'), { status: way });
    const [near, far] = textWire();
    if (way === 'opens') models.push(new FakeRealtime(far, { time }));
    return near;
  };
  const pool = createRealtimePool({
    url: 'wss://model.example/v1/realtime',
    key: async () => 'key-1',
    connect,
    models: ['small'],
    spare,
    clock: time,
    timers: time,
    log,
  });
  const signal = new AbortController().signal;
  return { time, log, urls, headers, models, pool, take: () => pool.take('small', signal) };
}

test('sockets are open before a call takes one, and another takes its place', async () => {
  const { pool, time, models, urls, headers, take } = world();
  pool.start();
  await time.pass(0);
  expect(pool.spareCount()).toBe(2);
  expect(urls[0]).toBe('wss://model.example/v1/realtime?model=small');
  expect(headers[0]).toEqual({ Authorization: 'Bearer key-1' });
  await take();
  await time.pass(0);
  expect(pool.spareCount()).toBe(2);
  expect(models).toHaveLength(3);
  // Nothing was said on those that wait.
  expect(models.every(({ received }) => received.length === 0)).toBe(true);
  pool.stop();
  await time.pass(0);
  expect(models.filter(({ isClosed }) => !isClosed)).toHaveLength(1);
  expect(time.pending()).toBe(0);
});

test('sockets that have been open for long are replaced', async () => {
  const { pool, time, models } = world();
  pool.start();
  await time.pass(89_000);
  expect(models).toHaveLength(2);
  await time.pass(2_000);
  expect(models.map(({ isClosed }) => isClosed)).toEqual([true, true, false, false]);
  pool.stop();
});

test('with none to spare a call opens its own', async () => {
  const { take, models, time } = world();
  const taking = take();
  await time.pass(0);
  await taking;
  expect(models).toHaveLength(1);
});

test.each([
  [401, 'refused'],
  [404, 'refused'],
  [429, 'busy'],
  [503, 'failed'],
  ['down' as const, 'failed'],
])('%s is told as %s', async (way, kind) => {
  const { take } = world([way]);
  await expect(take()).rejects.toMatchObject({ name: 'ModelFault', kind });
});

test('a server that opens and says nothing is given up', async () => {
  const { take, time } = world(['mute']);
  const taking = take();
  taking.catch(() => undefined);
  await time.pass(3_000);
  await expect(taking).rejects.toMatchObject({ kind: 'timeout' });
  expect(time.pending()).toBe(0);
});

test('a vendor that fails is asked less and less often, and a wrong key is told loudly', async () => {
  const { pool, time, urls, log } = world(
    Array.from({ length: 100 }, () => 401 as const),
    1,
  );
  pool.start();
  await time.pass(60_000);
  expect(urls.length).toBeGreaterThan(3);
  expect(urls.length).toBeLessThan(9);
  expect(log.codes()).toContain('model.misconfigured');
  pool.stop();
  await time.pass(60_000);
  expect(urls.length).toBeLessThan(9);
});

test('a spare that the vendor closes is not handed out', async () => {
  const { pool, time, models, take } = world([], 1);
  pool.start();
  await time.pass(0);
  models[0]!.drop();
  await time.pass(2_000);
  await take();
  expect(models[1]!.isClosed).toBe(false);
  pool.stop();
});
