import { appendFile, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Retell from 'retell-sdk';
import { startRetell } from '#local/vendors/retell/server.ts';
import { clinic, detailOf, ourApi, startWorld, type World } from './retell-world.ts';

let world: World;
afterEach(() => world.stop());

const callIdOf = async (scenario: string, options?: object): Promise<string> =>
  detailOf(await world.call(scenario, options), 'finished').callId;

test('the official client reads a call back with everything in it', async () => {
  world = await startWorld();
  const callId = await callIdOf('asks-a-question-in-english');
  const call = await world.client().call.retrieve(callId);
  expect(call.call_id).toBe(callId);
  expect(call.transcript_object?.length).toBeGreaterThan(5);
  expect(call.call_analysis?.call_successful).toBe(true);
  // Audio runs forward, and nobody speaks after the line dropped.
  const words = call.transcript_object?.flatMap(({ words }) => words) ?? [];
  words.forEach((word, index) => expect(word.start).toBeGreaterThanOrEqual(words[index - 1]?.end ?? 0));
  expect((words.at(-1)?.end ?? Infinity) * 1000).toBeLessThanOrEqual(call.duration_ms ?? 0);
});

test('an unknown call is 404 and a wrong key 401, as the SDK names them', async () => {
  world = await startWorld();
  const unknown = world.client().call.retrieve('call_unknown');
  await expect(unknown).rejects.toThrow(Retell.NotFoundError);
  await expect(unknown).rejects.toMatchObject({ error: { status: 'error', message: 'Call not found.' } });
  await expect(world.client('key_other').call.retrieve('call_unknown')).rejects.toThrow(Retell.AuthenticationError);
  await expect(world.client('key_other').call.list()).rejects.toThrow(Retell.AuthenticationError);
  await expect(world.client().chat.retrieve('chat_unknown')).rejects.toThrow(Retell.NotFoundError);
});

test('what the stand-in does not offer is refused, not imitated', async () => {
  world = await startWorld();
  await expect(world.client().voice.list()).rejects.toMatchObject({ status: 501 });
  const body = { filter_criteria: { tool_calls: [] } };
  await expect(world.client().call.list(body)).rejects.toThrow(Retell.BadRequestError);
});

test('calls are listed by their start without what was said, page by page', async () => {
  let clock = Date.parse('2026-11-21T10:00:00Z');
  world = await startWorld(ourApi, { now: () => (clock += 60_000) });
  const callIds: string[] = [];
  for (let count = 0; count < 5; count += 1) callIds.push(await callIdOf('hangs-up-at-once'));

  const listed: string[] = [];
  let paginationKey: string | undefined;
  do {
    const page = await world.client().call.list({ limit: 2, pagination_key: paginationKey, include_total: true });
    expect(page.total).toBe(5);
    for (const item of page.items) {
      listed.push(item.call_id);
      expect(item).not.toHaveProperty('transcript');
      expect(item).toHaveProperty('call_analysis');
    }
    expect(page.has_more).toBe(page.pagination_key !== undefined);
    paginationKey = page.pagination_key;
  } while (paginationKey);
  expect(listed).toEqual(callIds.toReversed());

  const oldest = await world.client().call.list({ sort_order: 'ascending', limit: 1 });
  expect(oldest.items[0]?.call_id).toBe(callIds[0]);
  await expect(world.client().call.list({ pagination_key: 'call_elsewhere' })).rejects.toThrow(Retell.BadRequestError);
});

test('the filters of the list are the SDK’s', async () => {
  world = await startWorld();
  const spoken = await callIdOf('asks-a-question-in-english');
  const silent = await callIdOf('hangs-up-at-once');
  const unanswered = await callIdOf('never-connected');
  const call = await world.client().call.retrieve(spoken);
  const start = call.start_timestamp ?? 0;
  const end = call.end_timestamp ?? 0;

  const find = async (filter_criteria: Retell.CallListParams.FilterCriteria) =>
    (await world.client().call.list({ filter_criteria })).items.map(({ call_id }) => call_id).sort();
  const sorted = (...callIds: string[]) => callIds.sort();

  expect(await find({ start_timestamp: { type: 'range', op: 'bt', value: [start, start] } })).toEqual([spoken]);
  expect(await find({ start_timestamp: { type: 'number', op: 'gt', value: start } })).toEqual([silent]);
  expect(await find({ end_timestamp: { type: 'number', op: 'ge', value: end } })).toEqual(sorted(spoken, silent));
  expect(await find({ end_timestamp: { type: 'number', op: 'lt', value: end } })).toEqual([]);
  expect(await find({ call_status: { type: 'enum', op: 'in', value: ['not_connected'] } })).toEqual([unanswered]);
  expect(await find({ direction: { type: 'enum', op: 'in', value: ['inbound'] } })).toEqual(sorted(spoken, silent));
  expect(await find({ to_number: { type: 'string', op: 'eq', value: clinic.number } })).toEqual(sorted(spoken, silent));
  expect(await find({ from_number: { type: 'string', op: 'ew', value: '0142' } })).toEqual([unanswered]);
  expect(await find({ agent: [{ agent_id: clinic.boundAgentId, version: [3] }] })).toHaveLength(3);
  expect(await find({ agent: [{ agent_id: clinic.boundAgentId, version: [4] }] })).toEqual([]);
  expect(await find({ duration_ms: { type: 'number', op: 'gt', value: 60_000 } })).toEqual([spoken]);
  expect(await find({ call_successful: { type: 'boolean', op: 'eq', value: true } })).toEqual([spoken]);
  const bound = { type: 'string', op: 'sw', key: 'clinic_binding', value: 'v1.' } as const;
  expect(await find({ metadata: [bound] })).toEqual(sorted(spoken, silent));
  expect(await find({ metadata: [{ type: 'present', op: 'np', key: 'clinic_binding' }] })).toEqual([unanswered]);
});

test('calls outlive a restart, a line cut short by a crash does not', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'retell-'));
  world = await startWorld(ourApi, { dataDir });
  const callId = await callIdOf('asks-a-question-in-english');
  const before = await world.client().call.retrieve(callId);
  await appendFile(join(dataDir, 'calls.jsonl'), '{"registeredAt":1,"call":{"call_id":"call_cut');
  await world.restart();
  expect(await world.client().call.retrieve(callId)).toEqual(before);
  expect((await world.client().call.list()).items).toHaveLength(1);
});

test('calls another client reported itself can be kept and are served', async () => {
  world = await startWorld();
  const call = {
    call_id: 'call_kept',
    call_type: 'phone_call',
    call_status: 'ended',
    start_timestamp: 1_795_000_000_000,
  };
  expect(await (await world.post('/archive', { calls: [call] })).json()).toEqual({ kept: 1 });
  expect(await world.client().call.retrieve('call_kept')).toEqual(call);
});

test('the SDK rides out two faults and meets the third', async () => {
  world = await startWorld(ourApi, {
    faults: [
      { kind: 'status', path: '/v2/get-call', status: 429, retryAfterSeconds: 0, times: 1 },
      { kind: 'status', path: '/v2/get-call', status: 503, retryAfterSeconds: 0, times: 1 },
    ],
  });
  const callId = await callIdOf('hangs-up-at-once');
  const patient = new Retell({ apiKey: 'key_stand_in_test', baseURL: world.baseUrl, maxRetries: 2 });
  expect((await patient.call.retrieve(callId)).call_id).toBe(callId);

  await world.post('/faults', { kind: 'status', path: '/v2/get-call', status: 429, times: 1 });
  await expect(world.client().call.retrieve(callId)).rejects.toThrow(Retell.RateLimitError);
  await world.post('/faults', { kind: 'no-answer', path: '/v3/list-calls', times: 1 });
  await expect(world.client().call.list({}, { timeout: 100 })).rejects.toThrow(Retell.APIConnectionError);
  expect((await world.client().call.list()).items).toHaveLength(1);
});

test('it says what it is, and takes orders only as declared JSON', async () => {
  world = await startWorld();
  const front = (await (await fetch(world.baseUrl)).json()) as { what: string; scenarios: object };
  expect(front.what).toMatch(/stand-in/i);
  expect(Object.keys(front.scenarios)).toContain('wrong-number');
  const undeclared = await fetch(`${world.baseUrl}/_standin/calls`, { method: 'POST', body: '{}' });
  expect(undeclared.status).toBe(415);
  expect((await world.post('/calls', { scenario: 'unheard-of', clinic })).status).toBe(404);
  expect((await world.post('/calls', { scenario: 'wrong-number' })).status).toBe(400);
});

test('without a key it does not start', async () => {
  world = await startWorld();
  const keyless = startRetell({ apiKey: '', apiUrl: world.api.url, dataDir: join(tmpdir(), 'never-made') });
  await expect(keyless).rejects.toThrow('needs an API key');
});
