import { openRealtimeSession } from '#adapters/openai/realtime-session.ts';
import { createResponseQueue } from '#adapters/openai/response-queue.ts';
import type { SpeechEvent, SpeechSetup } from '#domain/conversations/talk/speech/speech-model.ts';
import { FakeRealtime, type RealtimeOptions } from '../fakes/realtime.ts';
import { textWire } from '../fakes/text-sockets.ts';
import { turnedTime } from '../fakes/turned-time.ts';

const setup: SpeechSetup = {
  role: 'single',
  instructions: 'Vous êtes à l’accueil.',
  functions: [
    {
      name: 'get_clinic_info',
      description: 'Dit les horaires.',
      parameters: { properties: { topic: { type: 'string', description: 'Le sujet.' } }, required: [] },
    },
  ],
  voice: 'marin',
  turnDetection: 'server_vad',
  languages: ['fr', 'en'],
  keywords: ['Exemple'],
  listening: { answers: true, stops: true },
  history: () => [
    { by: 'agent', text: 'Bonjour.' },
    { by: 'caller', text: 'Allô ?' },
    { by: 'us', text: 'Une note.' },
  ],
};

async function session(
  options: Partial<RealtimeOptions> = {},
  changes: Partial<SpeechSetup> = {},
  model = 'gpt-realtime-2.1',
) {
  const time = turnedTime();
  const [near, far] = textWire();
  const vendor = new FakeRealtime(far, { time, ...options });
  const events: SpeechEvent[] = [];
  const lost: string[] = [];
  let bytes = 0;
  const opening = openRealtimeSession(
    near,
    { ...setup, ...changes },
    {
      onAudio: (_, payload) => void (bytes += payload.length),
      onEvent: (event) => void events.push(event),
      onLost: (loss) => void lost.push(loss),
    },
    { models: { model, transcription: 'gpt-live-transcribe' }, signal: new AbortController().signal },
  );
  opening.catch(() => undefined);
  await time.pass(0);
  return { time, vendor, near, events, lost, opening, kinds: () => events.map(({ kind }) => kind), bytes: () => bytes };
}

test('one update says everything, both formats first, and history follows the confirmation', async () => {
  const { vendor, opening } = await session();
  await opening;
  expect(vendor.received[0]).toMatchObject({
    type: 'session.update',
    session: {
      type: 'realtime',
      output_modalities: ['audio'],
      tracing: null,
      audio: {
        input: {
          format: { type: 'audio/pcmu' },
          transcription: { model: 'gpt-live-transcribe', languages: ['fr', 'en'], keywords: ['Exemple'] },
          turn_detection: {
            type: 'server_vad',
            threshold: 0.6,
            prefix_padding_ms: 300,
            silence_duration_ms: 500,
            create_response: true,
            interrupt_response: true,
          },
        },
        output: { format: { type: 'audio/pcmu' }, voice: 'marin' },
      },
      tools: [{ type: 'function', name: 'get_clinic_info' }],
      truncation: { type: 'retention_ratio', retention_ratio: 0.8 },
      max_output_tokens: 1024,
      reasoning: { effort: 'minimal' },
    },
  });
  await Promise.resolve();
  expect(vendor.of('conversation.item.create').map(({ item }) => item)).toMatchObject([
    { role: 'assistant', content: [{ type: 'output_text', text: 'Bonjour.' }] },
    { role: 'user', content: [{ type: 'input_text', text: 'Allô ?' }] },
    { role: 'system', content: [{ type: 'input_text', text: 'Une note.' }] },
  ]);
});

test('a model that does not reason is not told how much to', async () => {
  const { vendor } = await session({}, { turnDetection: 'semantic_vad' }, 'gpt-realtime-1.5');
  const update = vendor.received[0]!.session as Record<string, unknown>;
  expect(update).not.toHaveProperty('reasoning');
  expect(update).not.toHaveProperty('parallel_tool_calls');
  expect(update).toMatchObject({
    audio: { input: { turn_detection: { type: 'semantic_vad', eagerness: 'medium', create_response: true } } },
  });
});

test('a format that is not confirmed is no session', async () => {
  const { opening, near } = await session({ confirms: 'audio/pcm' });
  await expect(opening).rejects.toMatchObject({ name: 'ModelFault', kind: 'refused' });
  expect(near.isOpen()).toBe(false);
});

test('a format that changes within the session ends it', async () => {
  const { opening, vendor, lost, time } = await session();
  await opening;
  const audio = { input: { format: { type: 'audio/pcmu' } }, output: { format: { type: 'audio/pcm', rate: 24000 } } };
  vendor.send({ type: 'session.updated', session: { type: 'realtime', audio } });
  await time.pass(0);
  expect(lost).toEqual(['wrong-format']);
});

test.each([
  ['invalid_api_key', 'refused'],
  ['model_not_found', 'refused'],
  ['session_expired', 'expired'],
])('%s ends it as %s', async (code, loss) => {
  const { opening, vendor, lost, time } = await session();
  await opening;
  vendor.send({ type: 'error', error: { type: 'invalid_request_error', code, message: '', param: null } });
  await time.pass(0);
  expect(lost).toEqual([loss]);
});

test('events nobody knows, and bytes that are none, are passed over', async () => {
  const { opening, vendor, lost, kinds, time } = await session();
  await opening;
  vendor.send({ type: 'rate_limits.updated', rate_limits: [] });
  vendor.send({ type: 'response.something.new', response_id: 'resp_x' });
  vendor.send({ type: 'response.done' });
  await time.pass(0);
  expect([lost, kinds()]).toEqual([[], []]);
});

test('a request the vendor refuses for another response is made again after it', async () => {
  const { opening, vendor, time } = await session({ answers: [{ say: 'un deux trois' }, { say: 'quatre' }] });
  const own = await opening;
  // The caller stops just as we ask.
  vendor.callerStarts();
  await time.pass(0);
  own.respond({ purpose: 'silence', say: 'Êtes-vous là ?', urgent: true });
  vendor.callerStops('Oui.');
  await time.pass(3_000);
  expect(vendor.errors).toEqual(['conversation_already_has_active_response']);
  expect(vendor.asked()).toEqual(['Êtes-vous là ?', 'Êtes-vous là ?']);
});

test('a verbatim sentence cannot end its own quotation', async () => {
  const { opening, vendor, time } = await session();
  const own = await opening;
  own.respond({ purpose: 'filler', say: 'Il a dit « oui » et voilà.' });
  await time.pass(0);
  expect(vendor.asked()).toEqual(['Il a dit oui et voilà.']);
  expect(vendor.of('response.create')[0]).toMatchObject({
    response: { tool_choice: 'none', metadata: { purpose: 'filler' } },
  });
});

test('nothing of a response that was interrupted is passed on', async () => {
  const { opening, time, bytes, kinds, vendor } = await session({ answers: [{ say: 'un deux trois quatre cinq' }] });
  const own = await opening;
  own.respond({ purpose: 'answer' });
  await time.pass(30);
  const before = bytes();
  expect(before).toBeGreaterThan(0);
  own.interrupt();
  await time.pass(2_000);
  expect(bytes()).toBe(before);
  expect(vendor.of('response.cancel')).toHaveLength(1);
  expect(kinds().at(-1)).toBe('response-ended');
});

test('calls are told once, and not when they were cut off', async () => {
  const { opening, vendor, events, time } = await session();
  await opening;
  const call = { type: 'function_call', name: 'get_clinic_info', call_id: 'call_1', arguments: '{}' };
  vendor.send({ type: 'response.created', response: { id: 'resp_1', metadata: null } });
  for (const status of ['incomplete', 'completed', 'completed']) {
    vendor.send({ type: 'response.output_item.done', response_id: 'resp_1', item: { ...call, status } });
  }
  const output = [{ ...call, status: 'completed' }];
  vendor.send({ type: 'response.done', response: { id: 'resp_1', status: 'completed', output } });
  await time.pass(0);
  expect(events.filter(({ kind }) => kind === 'call')).toEqual([
    { kind: 'call', callId: 'call_1', name: 'get_clinic_info', args: '{}' },
  ]);
});

test('while the network takes nothing, frames are merged and none is lost', async () => {
  const { opening, vendor, near, time } = await session();
  const own = await opening;
  const frame = (index: number) => Buffer.from(Buffer.alloc(160, index).toString('base64'));
  own.hear(frame(0));
  Object.defineProperty(near, 'bufferedBytes', { value: 100_000, configurable: true });
  for (let index = 1; index <= 7; index++) own.hear(frame(index));
  Object.defineProperty(near, 'bufferedBytes', { value: 0 });
  for (let index = 8; index <= 10; index++) own.hear(frame(index));
  await time.pass(0);
  const heard = Buffer.concat(vendor.heard);
  expect([...Array(11).keys()].map((index) => heard[index * 160])).toEqual([...Array(11).keys()]);
  expect(vendor.heard.length).toBeLessThan(7);
});

describe('the queue of responses', () => {
  const answer = { purpose: 'answer' } as const;

  test('asks for one at a time', () => {
    const queue = createResponseQueue();
    queue.ask({ purpose: 'filler', say: 'Un instant.' });
    queue.ask(answer);
    queue.ask(answer);
    expect(queue.next()?.purpose).toBe('filler');
    expect(queue.next()).toBeUndefined();
    queue.created('resp_1', 'filler', true);
    queue.ended('resp_1');
    expect(queue.next()?.purpose).toBe('answer');
    queue.created('resp_2', 'answer', true);
    queue.ended('resp_2');
    expect([queue.next(), queue.isBusy]).toEqual([undefined, false]);
  });

  test('an answer the vendor gives by itself is not asked for, unless it does not know everything', () => {
    for (const isConfirmed of [true, false]) {
      const queue = createResponseQueue();
      queue.speechStarted();
      queue.ask(answer);
      expect(queue.next()).toBeUndefined();
      queue.speechStopped();
      queue.created('resp_1', undefined, isConfirmed);
      queue.ended('resp_1');
      expect(queue.next()).toEqual(isConfirmed ? undefined : answer);
    }
  });

  test('what was dropped while it was asked for is unwanted when it begins', () => {
    const queue = createResponseQueue();
    queue.ask(answer);
    queue.next();
    queue.drop();
    expect(queue.created('resp_1', 'answer', true).verdict).toBe('unwanted');
  });

  test('what begins over the caller’s words is unwanted, unless it is urgent', () => {
    for (const urgent of [true, false]) {
      const queue = createResponseQueue();
      queue.ask({ purpose: 'ending', say: 'Au revoir.', urgent });
      queue.next();
      queue.speechStarted();
      expect(queue.created('resp_1', 'ending', true).verdict).toBe(urgent ? 'wanted' : 'unwanted');
    }
  });
});
