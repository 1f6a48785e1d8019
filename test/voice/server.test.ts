import { complete } from './retell-peer.ts';
import { voiceWorld, type VoiceWorld, type VoiceWorldOptions } from './retell-world.ts';
import { aCallId, cotonou, elsewhere } from '#test/fakes/conversation.ts';
import { createLiveCalls } from '#ws-fargate/live-calls.ts';

let world: VoiceWorld;
const start = async (options?: VoiceWorldOptions) => (world = await voiceWorld(options));
afterEach(() => world?.stop());
const settle = () => new Promise((resolve) => setImmediate(resolve));
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await settle();
}

const get = async (port: number, path: string) => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, body: (await response.json()) as unknown };
};

test('the load balancer hears that the task is ready and how many calls it holds, also when it is full', async () => {
  const { port, call } = await start({ maxCalls: 1 });
  expect(await get(port, '/health')).toEqual({ status: 200, body: { status: 'ready', calls: 0 } });
  await call();
  expect(await get(port, '/health')).toEqual({ status: 200, body: { status: 'ready', calls: 1 } });
  expect(await get(port, '/')).toMatchObject({ status: 404 });
});

test('sockets nobody knows are refused', async () => {
  const { connect } = await start();
  for (const path of ['/', '/llm-websocket', '/llm-websocketx/a/b', '/twilio', '/llm-websocket/clinique/a/b/c']) {
    await expect(connect(path)).rejects.toThrow('status 404');
  }
});

test('a draining task takes no calls, lets those it has come to their end, and is done', async () => {
  const { server, port, call, connect } = await start();
  const peer = await call();
  let isDone = false;
  const drained = server.drain(60_000).then(() => (isDone = true));
  expect(await get(port, '/health')).toEqual({ status: 503, body: { status: 'draining' } });
  await expect(connect()).rejects.toThrow('status 503');
  await peer.roundTrip();
  expect(isDone).toBe(false);
  peer.drop();
  await drained;
  expect(world.log.codes()).not.toContain('talk.handed-over');
});

test('what lasts longer is handed over: the answer is said, the socket is cut, and another task goes on', async () => {
  const { server, call, startTask, model } = await start();
  const peer = await call();
  const greeted = peer.saidTo(0);
  peer.request(1, [
    ['agent', greeted],
    ['user', 'Vos horaires ?'],
  ]);
  const answer = await model.asked(1);
  const drained = server.drain(1);
  await until(() => world.log.codes().includes('talk.handed-over'));
  answer.say('À huit heures.');
  answer.finish();
  expect(await peer.answered(1)).toBe('À huit heures.');
  // Retell connects again after this end of a socket and no other.
  expect(await peer.closed).toBe(1006);
  await drained;

  const again = await (await startTask()).connect();
  await until(() => world.log.codes().includes('talk.resumed'));
  again.request(2, [
    ['agent', greeted],
    ['user', 'Vos horaires ?'],
    ['agent', 'À huit heures.'],
    ['user', 'Merci.'],
  ]);
  const next = await model.asked(2);
  expect(next.request.items.map((item) => (item.kind === 'said' ? item.text : item.kind))).toEqual([
    greeted,
    'Vos horaires ?',
    'À huit heures.',
    'Merci.',
  ]);
  next.say('Je vous en prie.');
  next.finish();
  await again.until(complete(2));
});

test('an idle task drains at once', async () => {
  const { server } = await start();
  await server.drain(60_000);
});

test('more sockets of which nothing is proven than a burst of calls has are refused', async () => {
  const never = new Promise<undefined>(() => undefined);
  const { connect, clinic } = await start({ atRetell: () => never });
  const paths = Array.from({ length: 40 }, (_, index) => `/llm-websocket/${clinic.slug}/${aCallId}${index}`);
  const opening = paths.map((path) => connect(path).catch(() => undefined));
  await until(() => world.asked.length === 40);
  await expect(connect(`/llm-websocket/${clinic.slug}/${aCallId}`)).rejects.toThrow('status 503');
  await world.time.pass(5_000);
  await Promise.all(opening);
});

test('places are counted for the task and for each clinic, and given back once', () => {
  const heard: number[] = [];
  const calls = createLiveCalls({ maxCalls: 4, maxCallsPerClinic: 2 });
  calls.watch((count) => heard.push(count));
  const place = () => {
    const admission = calls.admit(cotonou);
    if (admission.outcome !== 'admitted') throw new Error('full');
    return admission.place;
  };
  const [first] = [place(), place()];
  expect(calls.admit(cotonou)).toEqual({ outcome: 'full', reason: 'clinic' });
  expect(calls.admit(elsewhere).outcome).toBe('admitted');
  expect(calls.admit(elsewhere).outcome).toBe('admitted');
  expect(calls.admit(elsewhere)).toEqual({ outcome: 'full', reason: 'task' });
  expect(calls.admit(elsewhere, { isResumed: true }).outcome).toBe('admitted');
  expect(calls.admit(elsewhere, { isResumed: true })).toEqual({ outcome: 'full', reason: 'task' });
  first?.leave();
  first?.leave();
  expect(calls.count()).toBe(4);
  expect(heard).toEqual([1, 2, 3, 4, 5, 4]);
});
