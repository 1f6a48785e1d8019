import { readFileSync } from 'node:fs';
import type Retell from 'retell-sdk';
import { type Answer, type Received } from './receiving-api.ts';
import { clinic, detailOf, metadata, ourApi, startWorld, stepNames, variables, type World } from './retell-world.ts';

let world: World;
afterEach(() => world.stop());

const callsOf = (received: readonly Received[], event: string): Retell.PhoneCallResponse[] =>
  received.filter((one) => one.event === event).map(({ body }) => body.call);

test('a call rings, is answered and is reported in order', async () => {
  // Each pause of the talk lasts until what was sent before has arrived.
  const sent = { count: 1 };
  world = await startWorld(ourApi, { wait: () => world.api.seen((sent.count += 1)) });
  const steps = await world.call('asks-a-question-in-english');

  expect(world.api.events()).toEqual(['call_inbound', 'call_started', 'call_ended', 'call_analyzed']);
  expect(world.api.received.map(({ path }) => path)).toEqual([
    '/api/retell/inbound',
    ...Array<string>(3).fill('/api/retell/webhook'),
  ]);
  expect(stepNames(steps)).toEqual([
    'ringing',
    'answered',
    'heard',
    'event-delivered',
    'event-delivered',
    'event-delivered',
    'finished',
  ]);
  expect(world.api.received[0]?.body).toEqual({
    event: 'call_inbound',
    event_timestamp: expect.any(Number),
    call_inbound: {
      call_id: detailOf(steps, 'finished').callId,
      agent_id: clinic.boundAgentId,
      agent_version: 3,
      from_number: '+12025550164',
      to_number: clinic.number,
    },
  });
});

test('the clinic path carries the id beside the signed body', async () => {
  world = await startWorld();
  await world.call('hangs-up-at-once', { clinicPath: true });
  expect(world.api.received[0]?.path).toBe(`/api/retell/inbound/${clinic.id}`);
});

test('every event shows the variables and the metadata of the answer, and times in milliseconds that end now', async () => {
  const now = Date.parse('2026-11-21T10:00:00Z');
  world = await startWorld(ourApi, { now: () => now });
  await world.call('asks-a-question-in-english');
  const [started] = callsOf(world.api.received, 'call_started');
  const [analyzed] = callsOf(world.api.received, 'call_analyzed');

  for (const call of [started, analyzed]) {
    expect(call).toMatchObject({ retell_llm_dynamic_variables: variables, metadata, direction: 'inbound' });
  }
  expect(started?.call_status).toBe('ongoing');
  expect(started).not.toHaveProperty('transcript');
  expect(analyzed).toMatchObject({ call_status: 'ended', end_timestamp: now, disconnection_reason: 'agent_hangup' });
  expect(analyzed?.duration_ms).toBe(now - (started?.start_timestamp ?? 0));
  // A talk of this length takes minutes, not seconds and not an hour.
  expect(analyzed?.duration_ms).toBeGreaterThan(60_000);
  expect(analyzed?.duration_ms).toBeLessThan(240_000);
  expect(analyzed?.transcript).toContain('Agent: Bonjour, vous êtes bien à Clinique du Lac.');
  expect(analyzed?.transcript).toContain('le docteur Awa Exemple');
  expect(analyzed?.call_analysis?.call_summary).toContain('le docteur Awa Exemple');
});

test('call objects have the fields of the vendor’s samples', async () => {
  world = await startWorld();
  await world.call('asks-a-question-in-english');
  // Only for agents that scrub personal data, follow a knowledge base or transfer; or given by a carrier.
  const others = ['custom_sip_headers', 'knowledge_base_retrieved_contents_url', /^scrubbed_/];
  for (const event of ['call_started', 'call_ended', 'call_analyzed']) {
    const sample = JSON.parse(readFileSync(`test/fixtures/retell/webhook-${event}.json`, 'utf8')) as { call: object };
    const expected = Object.keys(sample.call).filter((field) => !others.some((other) => field.match(other)));
    const [call] = callsOf(world.api.received, event);
    expect(Object.keys(call ?? {}).sort()).toEqual(expected.sort());
  }
});

test('an event that is refused is sent again three times while the next ones go out', async () => {
  const stubborn = (request: Received): Answer =>
    request.event === 'call_started' ? { status: 503 } : ourApi(request);
  const waits: number[] = [];
  world = await startWorld(stubborn, {
    wait: async (ms) => {
      waits.push(ms);
      // A retry waits until everything else has been told.
      if (ms >= 1_000) await world.api.seen(4);
    },
  });
  const steps = await world.call('hangs-up-at-once');

  expect(world.api.events().filter((event) => event === 'call_started')).toHaveLength(4);
  expect(world.api.events().slice(0, 4).sort()).toEqual([
    'call_analyzed',
    'call_ended',
    'call_inbound',
    'call_started',
  ]);
  expect(waits.filter((ms) => ms >= 1_000)).toEqual([1_000, 2_000, 4_000]);
  expect(detailOf(steps, 'event-given-up')).toEqual({ event: 'call_started' });
  const failures = steps.filter(({ step }) => step === 'event-attempt-failed');
  expect(failures.map(({ detail }) => detail)).toMatchObject([
    { attempt: 1, status: 503, retryInMs: 1_000 },
    { attempt: 2, status: 503, retryInMs: 2_000 },
    { attempt: 3, status: 503, retryInMs: 4_000 },
    { attempt: 4, status: 503 },
  ]);
});

test('an answer that comes too late counts as none', async () => {
  let rings = 0;
  const slowAtFirst = (request: Received): Answer =>
    request.event === 'call_inbound' && (rings += 1) === 1 ? 'never' : ourApi(request);
  world = await startWorld(slowAtFirst, { attemptTimeoutMs: 200 });
  const steps = await world.call('hangs-up-at-once');
  expect(detailOf(steps, 'ring-attempt-failed')).toMatchObject({ attempt: 1, error: 'no answer within 200 ms' });
  expect(detailOf(steps, 'answered').variables).toEqual(variables);
});

test('when nobody answers the ring, the bound agent speaks the braces of variables it never got', async () => {
  world = await startWorld((request) => (request.event === 'call_inbound' ? { status: 500 } : ourApi(request)));
  const steps = await world.call('asks-a-question-in-english');
  expect(world.api.events().filter((event) => event === 'call_inbound')).toHaveLength(4);
  const warnings = steps
    .filter(({ step }) => step === 'warning')
    .map(({ detail }) => (detail as { text: string }).text);
  expect(warnings).toEqual([
    'every attempt failed: the bound agent answers without our variables',
    'not set, so the caller hears the braces: {{greeting}}, {{clinic_name}}, {{business_hours}}, {{clinic_address}}, {{chosen_doctor}}',
  ]);
  const [ended] = callsOf(world.api.received, 'call_ended');
  expect(ended?.transcript).toMatch(/^Agent: \{\{greeting\}\}\n/);
  expect(ended).not.toHaveProperty('retell_llm_dynamic_variables');
  expect(ended).not.toHaveProperty('metadata');
});

test('without an agent to answer the caller is cut off and nothing is reported', async () => {
  world = await startWorld(() => ({ status: 200, body: { call_inbound: {} } }));
  const steps = await world.call('asks-a-question-in-english', {}, { ...clinic, boundAgentId: undefined });
  expect(stepNames(steps)).toEqual(['ringing', 'disconnected', 'finished']);
  expect(world.api.received[0]?.body.call_inbound).not.toHaveProperty('agent_id');
  expect(world.api.events()).toEqual(['call_inbound']);
});

test('the answer may choose the agent', async () => {
  world = await startWorld(() => ({ status: 200, body: { call_inbound: { override_agent_id: 'agent_own000001' } } }));
  const steps = await world.call('hangs-up-at-once');
  expect(detailOf(steps, 'answered')).toMatchObject({ agentId: 'agent_own000001', overridden: true });
  expect(callsOf(world.api.received, 'call_started')).toMatchObject([{ agent_id: 'agent_own000001' }]);
});

test('a rejected call leaves no trace', async () => {
  world = await startWorld(() => ({ status: 200, body: { call_inbound: { reject: true } } }));
  const steps = await world.call('wrong-number');
  expect(stepNames(steps)).toEqual(['ringing', 'rejected', 'finished']);
  expect(detailOf(steps, 'finished').status).toBeUndefined();
  expect(world.api.events()).toEqual(['call_inbound']);
  expect((await world.client().call.list()).items).toEqual([]);
});

test('out of order the analysis arrives first and the start last', async () => {
  world = await startWorld();
  await world.call('asks-a-question-in-english', { disorder: true });
  expect(world.api.events()).toEqual(['call_inbound', 'call_analyzed', 'call_ended', 'call_started']);
});

test('a duplicate carries the same body', async () => {
  world = await startWorld();
  const steps = await world.call('hangs-up-at-once', { duplicate: true });
  for (const event of ['call_started', 'call_ended', 'call_analyzed']) {
    const [first, second, ...more] = callsOf(world.api.received, event);
    expect(second).toEqual(first);
    expect(more).toEqual([]);
  }
  expect(world.api.events().filter((event) => event === 'call_inbound')).toHaveLength(1);
  const copies = steps.flatMap((step) => (step.step === 'event-delivered' ? [step.detail.copy] : []));
  expect(copies.sort()).toEqual(['first', 'first', 'first', 'second', 'second', 'second']);
});

test('a lost event never arrives, but Retell knows the whole call', async () => {
  world = await startWorld();
  const steps = await world.call('asks-a-question-in-english', { lose: ['call_ended', 'call_analyzed'] });
  expect(world.api.events()).toEqual(['call_inbound', 'call_started']);
  const call = await world.client().call.retrieve(detailOf(steps, 'finished').callId);
  expect(call).toMatchObject({ call_status: 'ended', call_analysis: { user_sentiment: 'Positive' } });
});

test('an analysis that never comes is not in Retell’s record either', async () => {
  world = await startWorld();
  const steps = await world.call('analysis-never-comes');
  expect(world.api.events().sort()).toEqual(['call_ended', 'call_inbound', 'call_started']);
  const call = await world.client().call.retrieve(detailOf(steps, 'finished').callId);
  expect(call.call_status).toBe('ended');
  expect(call).not.toHaveProperty('call_analysis');
});

test('a call that never connects rings nobody at our end, has no start and no times', async () => {
  world = await startWorld();
  const steps = await world.call('never-connected');
  expect(stepNames(steps).slice(0, 2)).toEqual(['dialling', 'no-answer']);
  expect(world.api.events().sort()).toEqual(['call_analyzed', 'call_ended']);
  const [ended] = callsOf(world.api.received, 'call_ended');
  expect(ended).toMatchObject({
    direction: 'outbound',
    from_number: clinic.number,
    to_number: '+12025550136',
    call_status: 'not_connected',
    disconnection_reason: 'dial_no_answer',
  });
  for (const field of ['start_timestamp', 'end_timestamp', 'duration_ms', 'transcript', 'metadata']) {
    expect(ended).not.toHaveProperty(field);
  }
});

test('a call goes on when the one who watches it leaves', async () => {
  world = await startWorld();
  const watched = await world.post('/calls', { scenario: 'hangs-up-at-once', clinic });
  await watched.body?.cancel();
  await world.api.seen(4);
  expect(world.api.events()).toContain('call_analyzed');
});

test('stopping drops a call that still rings', async () => {
  world = await startWorld(() => 'never');
  const watched = await world.post('/calls', { scenario: 'hangs-up-at-once', clinic });
  await world.api.seen(1);
  await world.stopRetell();
  const [ringing, ...more] = (await watched.text()).trimEnd().split('\n');
  expect(ringing).toContain('"step":"ringing"');
  expect(more).toEqual([]);
});
