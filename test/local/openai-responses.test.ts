import * as z from 'zod';
import { createTextModel } from '#adapters/openai/text-model.ts';
import { openAiFunction } from '#domain/conversations/tools/openai-schema.ts';
import { tools } from '#domain/conversations/tools/registry.ts';
import {
  ModelFault,
  type ModelItem,
  type TextEvent,
  type TextRequest,
} from '#domain/conversations/talk/text/text-model.ts';
import { booksInFrench } from '#local/scenarios/books-in-french.ts';
import type { Talk } from '#local/scenarios/scenario.ts';
import { standIn, stopAll } from './openai-peer.ts';

afterEach(stopAll);

const instructions = 'Vous êtes l’assistant vocal de Clinique du Lac.\n1. le docteur Awa Exemple, pédiatrie';
const functions = tools.map((tool) => openAiFunction(tool, 'fr'));
const open = () => ({ signal: new AbortController().signal });

const request = (items: ModelItem[], other: Partial<TextRequest> = {}): TextRequest => ({
  model: 'gpt-6-luna',
  instructions,
  items,
  tools: functions,
  maxOutputTokens: 1_000,
  ...other,
});

async function world(options: Parameters<typeof standIn>[0] = {}) {
  const running = await standIn(options);
  const model = createTextModel({ apiKey: async () => 'sk-test', baseUrl: running.baseUrl, timeoutMs: 2_000 });
  return { running, model };
}

async function all(events: AsyncIterable<TextEvent>): Promise<TextEvent[]> {
  const seen: TextEvent[] = [];
  for await (const event of events) seen.push(event);
  return seen;
}
const kindOf = (answer: Promise<unknown>) =>
  answer.then(
    () => 'no fault',
    (error: unknown) => (error instanceof ModelFault ? error.kind : error),
  );
const caller = (text: string): ModelItem => ({ kind: 'said', by: 'caller', text });
const linesOf = (talk: Talk) =>
  talk.script.flatMap((step) => ('role' in step && step.role === 'user' ? [step.text] : []));

/** Runs a function as the clinic would. */
const result = (name: string): string => JSON.stringify({ code: 'OK', say: `Réponse de ${name}.` });

test('a mother books for her son in text, through our own adapter, round after round', async () => {
  const { model } = await world();
  const items: ModelItem[] = [];
  const called: { name: string; args: Record<string, unknown> }[] = [];
  const said: string[] = [];
  for (const line of linesOf(booksInFrench.talks.fr as Talk)) {
    items.push(caller(line));
    for (;;) {
      const events = await all(model.stream(request(items), open()));
      const text = events.map((event) => (event.kind === 'text' ? event.delta : '')).join('');
      if (text) said.push(text);
      const done = events.at(-1) as Extract<TextEvent, { kind: 'done' }>;
      items.push(...done.items);
      const calls = events.filter((event) => event.kind === 'call');
      for (const { callId, name, args } of calls) {
        called.push({ name, args: JSON.parse(args) as Record<string, unknown> });
        items.push({ kind: 'result', callId, output: result(name) });
      }
      if (calls.length === 0) break;
    }
  }
  expect(called.map(({ name }) => name)).toEqual([
    'verify_patient',
    'find_available_times',
    'book_appointment',
    'end_call',
  ]);
  expect(Object.keys(called[1]?.args ?? {})).toEqual(
    functions.find(({ name }) => name === 'find_available_times')?.parameters.required,
  );
  expect(called[1]?.args).toMatchObject({ doctor: 'le docteur Awa Exemple', part_of_day: 'morning', date: null });
  expect(said).toContain('Réponse de book_appointment. Est-ce que je peux faire autre chose pour vous ?');
  expect(items.some((item) => item.kind === 'opaque')).toBe(true);
});

test('a supervisor is asked for an answer of a shape, and calls functions first', async () => {
  const { model } = await world();
  const shape = { name: 'supervisor_answer', schema: z.object({ say: z.string(), needs_human: z.boolean() }) };
  const lines = linesOf(booksInFrench.talks.fr as Talk);
  const note = `Demande : ${JSON.stringify(
    `The caller said: ${lines
      .slice(0, 5)
      .map((line) => `« ${line} »`)
      .join(' ')}`,
  )}. Répondez maintenant.`;
  const items: ModelItem[] = [...lines.slice(0, 5).map(caller), { kind: 'note', text: note }];
  const called: string[] = [];
  for (;;) {
    const answer = await model.structured({ ...request(items), shape }, open());
    if (answer.outcome !== 'calls') {
      expect(answer).toMatchObject({
        outcome: 'answered',
        value: { say: 'Réponse de verify_patient. Réponse de find_available_times.', needs_human: false },
      });
      break;
    }
    items.push(...answer.items);
    for (const { callId, name } of answer.calls) {
      called.push(name);
      items.push({ kind: 'result', callId, output: result(name) });
    }
  }
  expect(called).toEqual(['verify_patient', 'find_available_times']);
});

const CallAnalysis = z.object({
  summary: z.string(),
  sentiment: z.enum(['positive', 'neutral', 'negative']),
  success: z.boolean(),
  intents: z.array(z.enum(['book', 'reschedule', 'cancel', 'question', 'other'])),
  follow_up: z.object({ action: z.string(), due: z.string().nullable() }).nullable(),
});

test('a transcript is analysed as the scenario says, in whatever shape is asked for', async () => {
  const { model, running } = await world();
  const transcript = linesOf(booksInFrench.talks.fr as Talk).map((line) => `caller: ${line}`);
  const items = [
    caller(`<transcript>\nreceptionist: Bonjour.\n${transcript.join('\n')}\n[book_appointment: OK]\n</transcript>`),
  ];
  const shape = { name: 'call_analysis', schema: CallAnalysis };
  const ask = { ...request(items, { tools: [] }), shape };
  expect(await model.structured(ask, open())).toMatchObject({
    outcome: 'answered',
    value: {
      summary: expect.stringContaining('Inès Rivière a pris rendez-vous pour son fils Théo'),
      sentiment: 'positive',
      success: true,
      intents: ['book'],
      follow_up: null,
    },
  });
  const unknown = [caller('<transcript>\nreceptionist: Bonjour.\ncaller: Le cheval est bleu ce soir.\n</transcript>')];
  expect(await model.structured({ ...ask, items: unknown }, open())).toMatchObject({
    value: { summary: expect.stringContaining('Le cheval est bleu'), success: false },
  });
  await running.fault({ kind: 'status', shape: 'call_analysis', status: 500, times: 2 });
  expect(await kindOf(model.structured(ask, open()))).toBe('failed');
  expect(await model.structured(ask, open())).toMatchObject({ outcome: 'answered' });
});

const hello = [caller('Bonjour, mon oreille bourdonne, je voudrais la montrer à un médecin.')];

test('faults are told by our adapter as what they are', async () => {
  const { model, running } = await world();
  const ask = () => kindOf(all(model.stream(request(hello), open())));
  await running.fault({ kind: 'status', status: 429, retryAfterMs: 5 });
  expect(await ask()).toBe('busy');
  await running.fault({ kind: 'status', status: 429, code: 'insufficient_quota' });
  expect(await ask()).toBe('refused');
  await running.fault({ kind: 'fails' });
  expect(await ask()).toBe('failed');
  await running.fault({ kind: 'cut' });
  expect(await ask()).toBe('failed');
  await running.fault({ kind: 'dies', times: 1 });
  expect(await ask()).toBe('failed');
  expect(await ask()).toBe('no fault');
  expect(await kindOf(all(model.stream(request(hello, { model: 'gpt-4o-mini' }), open())))).toBe('refused');
  await running.fault({ kind: 'no-answer' });
  const impatient = createTextModel({ apiKey: async () => 'sk-test', baseUrl: running.baseUrl, timeoutMs: 50 });
  expect(await kindOf(all(impatient.stream(request(hello), open())))).toBe('timeout');
  const other = createTextModel({ apiKey: async () => 'sk-other', baseUrl: running.baseUrl });
  expect(await kindOf(all(other.stream(request(hello), open())))).toBe('refused');
});

test('a request that is aborted is counted as that', async () => {
  const never = new Promise<void>(() => undefined);
  const { model, running } = await world({
    wait: (ms, signal) =>
      Promise.race([
        ms === 15 ? never : Promise.resolve(),
        new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      ]),
  });
  const interruption = new AbortController();
  const events = all(model.stream(request(hello), { signal: interruption.signal }));
  const settled = kindOf(events);
  for (;;) {
    const { responses } = (await running.statistics()) as { responses: { streamed: number } };
    if (responses.streamed === 1) break;
  }
  interruption.abort(new Error('the caller speaks'));
  expect(await settled).toMatchObject({ message: 'the caller speaks' });
  for (;;) {
    const { responses } = (await running.statistics()) as { responses: { aborted: number } };
    if (responses.aborted === 1) break;
  }
});

const post = (baseUrl: string, body: object) =>
  fetch(`${baseUrl}/responses`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-test', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

test.each([
  ['an unknown parameter', { max_tokens: 5 }, 400, 'unknown_parameter'],
  [
    'a tool that is not strict enough',
    {
      tools: [
        {
          type: 'function',
          name: 'f',
          strict: true,
          parameters: {
            type: 'object',
            properties: { a: { type: 'string' } },
            required: [],
            additionalProperties: false,
          },
        },
      ],
    },
    400,
    'invalid_function_parameters',
  ],
  [
    'a shape that is not strict enough',
    { text: { format: { type: 'json_schema', name: 's', strict: true, schema: { type: 'object', properties: {} } } } },
    400,
    'invalid_json_schema',
  ],
  ['an output without its call', { input: [{ type: 'function_call_output', call_id: 'c', output: '' }] }, 400, null],
  [
    'a call without its output',
    { input: [{ type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' }] },
    400,
    null,
  ],
  [
    'reasoning that was not stored',
    { input: [{ type: 'reasoning', id: 'rs_1', summary: [] }], store: false },
    404,
    null,
  ],
])('%s is refused', async (_, part, status, code) => {
  const { baseUrl } = await standIn();
  const response = await post(baseUrl, { model: 'gpt-6-luna', input: 'Bonjour', ...part });
  expect(response.status).toBe(status);
  expect(await response.json()).toEqual({
    error: { message: expect.any(String), type: 'invalid_request_error', param: expect.any(String), code },
  });
});

test('the front page says what it is, and nothing is done for a web page', async () => {
  const { control, baseUrl } = await standIn();
  const page = await fetch(new URL('/', baseUrl));
  expect(await page.json()).toMatchObject({ what: expect.stringContaining('It is not OpenAI') });
  expect((await fetch(`${control}/faults`, { method: 'POST', body: '{}' })).status).toBe(415);
});
