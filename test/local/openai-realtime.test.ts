import { readFileSync } from 'node:fs';
import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import { booksInFrench } from '#local/scenarios/books-in-french.ts';
import type { Talk } from '#local/scenarios/scenario.ts';
import { createListener, silence, speak } from '#local/vendors/speech-codec.ts';
import { connect, onThePhone, type Of, type Peer, realtimeTool, standIn, stopAll, telephone } from './openai-peer.ts';

afterEach(stopAll);

const sample = (name: string) =>
  JSON.parse(readFileSync(new URL(`../fixtures/openai/${name}.json`, import.meta.url), 'utf8')) as RealtimeServerEvent;

/** What is heard of all audio a peer was sent. */
const heard = ({ events }: Peer): string => {
  const ear = createListener();
  for (const event of events) {
    if (event.type === 'response.output_audio.delta') ear.hear(Buffer.from(event.delta, 'base64'));
  }
  return ear.text();
};
const verbatim = (text: string, other: object = {}) => ({
  type: 'response.create',
  response: { instructions: `Say exactly this and nothing else: « ${text} »`, tool_choice: 'none', ...other },
});
const long = Array.from({ length: 40 }, (_, index) => `mot${index}`).join(' ');

test('a session is created, set up by one update, and told back whole', async () => {
  const { realtimeUrl } = await standIn();
  const peer = await connect(realtimeUrl);
  const created = await peer.next('session.created');
  expect(created.session).toMatchObject({
    type: 'realtime',
    audio: { input: { format: { type: 'audio/pcm', rate: 24_000 } }, output: { format: { type: 'audio/pcm' } } },
  });
  peer.send(telephone({ tools: [realtimeTool('end_call')] }));
  const { session } = await peer.next('session.updated');
  expect(session).toMatchObject(telephone({ tools: [realtimeTool('end_call')] }).session);
  expect(Object.keys(session)).toEqual(expect.arrayContaining(['id', 'model', 'expires_at', 'truncation', 'prompt']));
});

test.each([
  ['the beta’s key', { turn_detection: null }, 'unknown_parameter', 'session.turn_detection'],
  [
    'a rate with µ-law',
    { audio: { input: { format: { type: 'audio/pcmu', rate: 8000 } } } },
    'unknown_parameter',
    'session.audio.input.format.rate',
  ],
  [
    'strict in a tool',
    { tools: [{ ...realtimeTool('end_call'), strict: true }] },
    'unknown_parameter',
    'session.tools[0].strict',
  ],
  ['a missing type', { type: undefined }, 'missing_required_parameter', 'session.type'],
  ['the beta’s format', { audio: { input: { format: 'g711_ulaw' } } }, 'invalid_type', 'session.audio.input.format'],
  ['an unknown voice', { audio: { output: { voice: 'fable' } } }, 'invalid_value', 'session.audio.output.voice'],
])('%s refuses the whole update', async (_, session, code, param) => {
  const { realtimeUrl } = await standIn();
  const peer = await connect(realtimeUrl);
  await peer.next('session.created');
  peer.send({
    type: 'session.update',
    event_id: 'evt_1',
    session: { type: 'realtime', instructions: 'x', ...session },
  });
  expect((await peer.next('error')).error).toMatchObject({
    code,
    param,
    event_id: 'evt_1',
    type: 'invalid_request_error',
  });
  peer.send({ type: 'session.update', session: { type: 'realtime' } });
  expect((await peer.next('session.updated')).session).toMatchObject({ instructions: '(server default instructions)' });
});

test('a wrong key and a model that is gone are refused, and the beta’s header too', async () => {
  const { realtimeUrl } = await standIn();
  await expect(connect(realtimeUrl, { headers: { authorization: 'Bearer other' } })).rejects.toThrow('401');
  const gone = await connect(realtimeUrl, { model: 'gpt-4o-realtime-preview' });
  expect(await gone.closed).toBe(4000);
  expect(gone.events).toEqual([
    expect.objectContaining({ error: expect.objectContaining({ code: 'model_not_found' }) }),
  ]);
  const beta = await connect(realtimeUrl, { headers: { 'openai-beta': 'realtime=v1' } });
  expect(await beta.closed).toBe(4000);
});

test('before it is told of the telephone a session speaks what is noise there', async () => {
  const { realtimeUrl } = await standIn();
  const peer = await connect(realtimeUrl);
  peer.send(verbatim('Bonjour'));
  await peer.next('response.done');
  expect(heard(peer)).toBe('‹unknown›');
});

test('a sentence asked for to the letter is spoken, in the order and the shapes of the true peer', async () => {
  const peer = await onThePhone();
  peer.send(verbatim('Il reste une place jeudi à 14 h 30.', { metadata: { purpose: 'verbatim' } }));
  const done = await peer.next('response.done');
  expect(heard(peer)).toBe('Il reste une place jeudi à 14 h 30.');
  const types = peer.events.map(({ type }) => type).slice(2);
  expect([...new Set(types)]).toEqual([
    'response.created',
    'response.output_item.added',
    'conversation.item.added',
    'response.content_part.added',
    'response.output_audio_transcript.delta',
    'response.output_audio.delta',
    'response.output_audio.done',
    'response.output_audio_transcript.done',
    'response.content_part.done',
    'response.output_item.done',
    'conversation.item.done',
    'rate_limits.updated',
    'response.done',
  ]);
  expect(done.response).toMatchObject({ status: 'completed', metadata: { purpose: 'verbatim' }, status_details: null });
});

/** Every key of a sample, at every depth of its objects; what lists hold differs by what is said. */
function keysOf(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([key, inner]) => keysOf(inner, `${path}.${key}`));
}

test('events have every field of the samples of the true peer', async () => {
  const peer = await onThePhone({}, { tools: ['verify_patient', 'end_call'].map(realtimeTool) });
  const talk = booksInFrench.talks.fr as Talk;
  for (const line of talk.script.filter((step) => 'role' in step && step.role === 'user').slice(0, 5)) {
    peer.say((line as { text: string }).text);
    await peer.next('conversation.item.input_audio_transcription.completed');
    await peer.next('response.done');
  }
  peer.send({ type: 'input_audio_buffer.clear' });
  await peer.next('input_audio_buffer.cleared');
  const named: [string, (event: RealtimeServerEvent) => boolean][] = [
    ['server-session-created', ({ type }) => type === 'session.created'],
    ['server-session-updated', ({ type }) => type === 'session.updated'],
    ['server-speech-started', ({ type }) => type === 'input_audio_buffer.speech_started'],
    ['server-speech-stopped', ({ type }) => type === 'input_audio_buffer.speech_stopped'],
    ['server-input-committed', ({ type }) => type === 'input_audio_buffer.committed'],
    ['server-input-cleared', ({ type }) => type === 'input_audio_buffer.cleared'],
    [
      'server-item-added-user',
      (event) => event.type === 'conversation.item.added' && 'role' in event.item && event.item.role === 'user',
    ],
    [
      'server-item-done-assistant',
      (event) => event.type === 'conversation.item.done' && 'role' in event.item && event.item.role === 'assistant',
    ],
    ['server-input-transcription-delta', ({ type }) => type === 'conversation.item.input_audio_transcription.delta'],
    [
      'server-input-transcription-completed',
      ({ type }) => type === 'conversation.item.input_audio_transcription.completed',
    ],
    ['server-response-created', ({ type }) => type === 'response.created'],
    ['server-output-item-added', ({ type }) => type === 'response.output_item.added'],
    ['server-content-part-added', ({ type }) => type === 'response.content_part.added'],
    ['server-output-audio-delta', ({ type }) => type === 'response.output_audio.delta'],
    ['server-output-audio-transcript-delta', ({ type }) => type === 'response.output_audio_transcript.delta'],
    ['server-output-audio-transcript-done', ({ type }) => type === 'response.output_audio_transcript.done'],
    ['server-output-audio-done', ({ type }) => type === 'response.output_audio.done'],
    ['server-content-part-done', ({ type }) => type === 'response.content_part.done'],
    ['server-output-item-done-message', ({ type }) => type === 'response.output_item.done'],
    [
      'server-output-item-done-function-call',
      (event) => event.type === 'response.output_item.done' && event.item.type === 'function_call',
    ],
    ['server-function-call-arguments-delta', ({ type }) => type === 'response.function_call_arguments.delta'],
    ['server-function-call-arguments-done', ({ type }) => type === 'response.function_call_arguments.done'],
    ['server-response-done-completed', ({ type }) => type === 'response.done'],
    ['server-rate-limits-updated', ({ type }) => type === 'rate_limits.updated'],
  ];
  // What the sample's session was set up with and ours was not.
  const ofTheSample = /\.session\.(parallel_tool_calls|reasoning|truncation|audio\.input\.transcription\.keywords)/;
  for (const [name, isMeant] of named) {
    const event = peer.events.find(isMeant);
    const missing = keysOf(sample(name)).filter((key) => !ofTheSample.test(key) && !keysOf(event).includes(key));
    expect([name, missing]).toEqual([name, []]);
  }
});

test('a caller’s words are heard, told, and answered by the script', async () => {
  const peer = await onThePhone();
  peer.hear(silence(400));
  peer.say('Oui, bonjour. Je voudrais prendre un rendez-vous pour mon fils, s’il vous plaît.');
  expect(await peer.next('input_audio_buffer.speech_started')).toMatchObject({ audio_start_ms: 100 });
  const stopped = await peer.next('input_audio_buffer.speech_stopped');
  expect(stopped.audio_end_ms).toBe(400 + 13 * 40 + 500);
  expect(await peer.next('input_audio_buffer.committed')).toMatchObject({ item_id: stopped.item_id });
  expect(await peer.next('conversation.item.input_audio_transcription.completed')).toMatchObject({
    item_id: stopped.item_id,
    transcript: 'Oui, bonjour. Je voudrais prendre un rendez-vous pour mon fils, s’il vous plaît.',
  });
  await peer.next('response.done');
  expect(heard(peer)).toBe('Avec plaisir. Qu’est-ce qui l’amène, en quelques mots ?');
});

test('audio in frames of a telephone and odd pieces is the same to it', async () => {
  const peer = await onThePhone();
  const audio = Buffer.concat([
    speak('Bonjour, mon oreille bourdonne, je voudrais la montrer à un médecin.'),
    silence(600),
  ]);
  for (let at = 0; at < audio.length; at += 93) peer.hear(audio.subarray(at, at + 93));
  expect(await peer.next('conversation.item.input_audio_transcription.completed')).toMatchObject({
    transcript: 'Bonjour, mon oreille bourdonne, je voudrais la montrer à un médecin.',
  });
});

test('the words can be told after the answer to them', async () => {
  const peer = await onThePhone({ manners: { transcriptAfterAnswer: true } });
  peer.say('Bonjour, mon oreille bourdonne, je voudrais la montrer à un médecin.');
  await peer.next('conversation.item.input_audio_transcription.completed');
  const types = peer.events.map(({ type }) => type);
  expect(types.indexOf('response.done')).toBeLessThan(
    types.indexOf('conversation.item.input_audio_transcription.completed'),
  );
});

/** Waits between two pieces of speech end when a test says so. */
function heldBack() {
  const held: (() => void)[] = [];
  return {
    wait: (ms: number, signal: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        if (ms === 15) held.push(resolve);
        else if (ms < 60_000) setImmediate(resolve);
      }),
    goOn: () => held.splice(0).forEach((resolve) => resolve()),
  };
}

test('a caller who speaks stops the response at once; one late piece may still come', async () => {
  const peer = await onThePhone({ wait: heldBack().wait });
  peer.send(verbatim(long));
  const { item_id, response_id } = await peer.next('response.output_audio.delta');
  peer.hear(speak('Pardon'));
  await peer.next('input_audio_buffer.speech_started');
  const { response } = await peer.next('response.done');
  expect(response).toMatchObject({
    id: response_id,
    status: 'cancelled',
    status_details: { type: 'cancelled', reason: 'turn_detected' },
    output: [{ id: item_id, status: 'incomplete' }],
  });
  expect(await peer.next('response.output_audio.delta')).toMatchObject({ item_id });
  const types = peer.events.map(({ type }) => type);
  expect(types.lastIndexOf('response.output_audio.delta')).toBeGreaterThan(types.indexOf('response.done'));
});

test('audio is cut where it was heard, and not where there was none', async () => {
  const peer = await onThePhone();
  peer.send(verbatim(long));
  const { response } = await peer.next('response.done');
  const item_id = (response.output?.[0] as { id: string }).id;
  const truncate = (audio_end_ms: number) =>
    peer.send({ type: 'conversation.item.truncate', event_id: 't', item_id, content_index: 0, audio_end_ms });
  truncate(1_700);
  expect((await peer.next('error')).error).toMatchObject({
    code: 'invalid_value',
    message: 'Audio content of 1600ms is already shorter than 1700ms',
    event_id: 't',
  });
  truncate(410);
  expect(await peer.next('conversation.item.truncated')).toMatchObject({ item_id, audio_end_ms: 410 });
  truncate(800);
  expect((await peer.next('error')).error.message).toContain('410ms is already shorter than 800ms');
  peer.send({ type: 'conversation.item.retrieve', item_id });
  const { item } = await peer.next('conversation.item.retrieved');
  expect(item).toMatchObject({ content: [{ type: 'output_audio' }] });
  expect(JSON.stringify(item)).not.toContain('mot0');
  expect(await peer.running.statistics()).toMatchObject({ realtime: { truncations: 1, truncationsRefused: 2 } });
});

test('one response at a time, beside those that belong to no conversation', async () => {
  const { wait, goOn } = heldBack();
  const peer = await onThePhone({ wait });
  peer.send(verbatim(long));
  await peer.next('response.output_audio.delta');
  peer.send({ ...verbatim('encore'), event_id: 'second' });
  expect((await peer.next('error')).error).toMatchObject({
    code: 'conversation_already_has_active_response',
    event_id: 'second',
  });
  peer.send({
    type: 'response.create',
    response: {
      conversation: 'none',
      output_modalities: ['text'],
      instructions: 'Is it an emergency? Answer yes or no only.',
      input: [],
      metadata: { purpose: 'check' },
    },
  });
  const beside = await peer.next('response.done');
  expect(beside.response).toMatchObject({
    conversation_id: null,
    metadata: { purpose: 'check' },
    output: [{ content: [{ type: 'output_text', text: 'no' }] }],
  });
  peer.send({ type: 'response.cancel' });
  expect((await peer.next('response.done')).response.status_details).toMatchObject({ reason: 'client_cancelled' });
  peer.send({ type: 'response.cancel' });
  expect((await peer.next('error')).error.code).toBe('response_cancel_not_active');
  goOn();
});

test('an answer that is too long ends where the tokens do', async () => {
  const peer = await onThePhone();
  peer.send(verbatim(long, { max_output_tokens: 12 }));
  expect((await peer.next('response.done')).response).toMatchObject({
    status: 'incomplete',
    status_details: { reason: 'max_output_tokens' },
  });
});

test('text that was said before is known, and its parts must be named rightly', async () => {
  const peer = await onThePhone();
  const add = (role: string, type: string, text: string) =>
    peer.send({ type: 'conversation.item.create', item: { type: 'message', role, content: [{ type, text }] } });
  add('assistant', 'text', 'Bonjour.');
  expect((await peer.next('error')).error.code).toBe('invalid_value');
  add('user', 'input_text', 'Bonjour, mon oreille bourdonne, je voudrais la montrer à un médecin.');
  add('assistant', 'output_text', 'Je comprends. À quel nom dois-je chercher, et quelle est la date de naissance ?');
  add('user', 'input_text', 'C’est pour Gaspard Loriot, né le 17 février 1948.');
  add('system', 'input_text', 'La fonction find_available_times a répondu : {"code":"OK","say":"Mardi à 9 heures."}');
  peer.send({ type: 'response.create' });
  await peer.next('response.done');
  expect(heard(peer)).toBe('Mardi à 9 heures.');
});

test('a caller who stays silent for as long as was said is asked whether they are there', async () => {
  const peer = await onThePhone({}, { detection: { idle_timeout_ms: 6_000 } });
  peer.send(verbatim('Bonjour à vous.'));
  await peer.next('response.done');
  peer.hear(silence(6_000));
  peer.hear(silence(200));
  expect(await peer.next('input_audio_buffer.timeout_triggered')).toMatchObject({
    audio_start_ms: 120,
    audio_end_ms: 6_120,
  });
  await peer.next('response.done');
  expect(heard(peer)).toBe('Bonjour à vous. Êtes-vous toujours là ?');
});

test('without a detector the client says where an utterance ends', async () => {
  const peer = await onThePhone({}, { input: { turn_detection: null } });
  peer.send({ type: 'input_audio_buffer.commit' });
  expect((await peer.next('error')).error.code).toBe('input_audio_buffer_commit_empty');
  peer.hear(speak('Bonjour à tous'));
  peer.send({ type: 'input_audio_buffer.commit' });
  expect(await peer.next('conversation.item.input_audio_transcription.completed')).toMatchObject({
    transcript: 'Bonjour à tous',
  });
  expect(peer.events.some(({ type }) => type === 'response.created')).toBe(false);
});

const functionsOf = (talk: Talk): string[] => [
  ...new Set(talk.script.flatMap((step) => ('call' in step ? [step.call] : []))),
  'end_call',
];

test('a mother books for her son by voice, with functions that answer', async () => {
  const talk = booksInFrench.talks.fr as Talk;
  const peer = await onThePhone({}, { tools: functionsOf(talk).map(realtimeTool) });
  const called: string[] = [];
  for (const step of talk.script) {
    if (!('role' in step) || step.role !== 'user') continue;
    peer.say(step.text);
    for (;;) {
      const { response } = await peer.next('response.done');
      const calls = (response.output ?? []).filter(
        (item) => item.type === 'function_call',
      ) as Of<'response.output_item.done'>['item'][];
      for (const call of calls) {
        const { name, call_id, status } = call as { name: string; call_id: string; status: string };
        expect(status).toBe('completed');
        called.push(name);
        const output = JSON.stringify({ code: 'OK', say: `Réponse de ${name}.` });
        peer.send({ type: 'conversation.item.create', item: { type: 'function_call_output', call_id, output } });
      }
      if (calls.length === 0) break;
      peer.send({ type: 'response.create' });
    }
  }
  expect(called).toEqual(['verify_patient', 'find_available_times', 'book_appointment', 'end_call']);
  expect(heard(peer)).toContain('Réponse de book_appointment. Est-ce que je peux faire autre chose pour vous ?');
  expect(heard(peer)).toMatch(/Réponse de end_call\.$/);
  expect(peer.events.filter(({ type }) => type === 'error')).toEqual([]);
  const [session] = await peer.running.sessions();
  expect(session).toMatchObject({ isTelephone: true, called, heard: expect.stringContaining('Théo Rivière') });
});

test('faults hit where they were asked for', async () => {
  const running = await standIn();
  await running.fault({ kind: 'status', on: 'realtime', status: 503 });
  await expect(connect(running.realtimeUrl)).rejects.toThrow('503');
  await running.fault({ kind: 'no-answer', on: 'realtime' });
  const mute = await connect(running.realtimeUrl);
  mute.send({ type: 'response.create' });
  const peer = await connect(running.realtimeUrl);
  await peer.next('session.created');
  expect(mute.events).toEqual([]);
  await running.fault({ kind: 'fails', on: 'realtime' });
  peer.send({ type: 'response.create' });
  expect((await peer.next('response.done')).response).toMatchObject({
    status: 'failed',
    status_details: { error: { code: 'server_error' } },
  });
  await running.fault({ kind: 'silent' });
  peer.send(verbatim('rien'));
  await peer.next('response.created', ({ response }) => response.status === 'in_progress');
  peer.send({ type: 'response.cancel' });
  expect((await peer.next('response.done')).response).toMatchObject({ status: 'cancelled', output: [] });
  await running.fault({ kind: 'dies', times: 1 });
  expect(await peer.closed).toBe(1006);
  await expect(connect(running.realtimeUrl)).rejects.toThrow('500');
  const after = await connect(running.realtimeUrl);
  await after.next('session.created');
  await running.fault({ kind: 'sessions-expire' });
  expect((await after.next('error')).error.code).toBe('session_expired');
  expect(await after.closed).toBe(1001);
  expect((await running.fault({ kind: 'unheard-of' })).status).toBe(400);
});

test('audio that comes before µ-law is confirmed is counted', async () => {
  const running = await standIn();
  const peer = await connect(running.realtimeUrl);
  await peer.next('session.created');
  peer.hear(silence(20));
  peer.send(telephone());
  await peer.next('session.updated');
  peer.hear(silence(20));
  peer.send({ type: 'input_audio_buffer.clear' });
  await peer.next('input_audio_buffer.cleared');
  expect(await running.statistics()).toMatchObject({ realtime: { frames: 2, framesBeforeSession: 1, open: 1 } });
});
