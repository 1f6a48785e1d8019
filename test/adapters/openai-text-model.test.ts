import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';
import { createTextModel } from '#adapters/openai/text-model.ts';
import type { OpenAiFunction } from '#domain/conversations/tools/openai-schema.ts';
import { ModelFault, type TextEvent, type TextRequest } from '#domain/conversations/talk/text/text-model.ts';

interface Asked {
  headers: IncomingMessage['headers'];
  body: Record<string, unknown>;
  /** Resolves when the other side has gone before the answer was over. */
  gone: Promise<void>;
}

type Answer = (response: ServerResponse) => void;

/** A peer that answers what a test says, in order, and keeps what it was asked. */
async function peer(...answers: Answer[]) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const gone = new Promise<void>((resolve) => {
        response.once('close', () => {
          if (!response.writableFinished) resolve();
        });
      });
      asked.push({ headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString()), gone });
      const answer = answers.shift();
      if (!answer) throw new Error('nothing more was to be asked');
      answer(response);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { asked, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
}

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../fixtures/openai/${name}.json`, import.meta.url), 'utf8'));
const answersFixture =
  (name: string): Answer =>
  (response) => {
    const sample = fixture(name);
    const error = name.startsWith('http-error');
    response.writeHead(error ? sample.status : 200, { 'content-type': 'application/json', ...sample.headers });
    response.end(JSON.stringify(error ? sample.body : sample));
  };

const streams =
  (...events: object[]): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of events) write(response, event);
    response.end();
  };
function write(response: ServerResponse, event: object): void {
  response.write(`event: ${(event as { type: string }).type}\ndata: ${JSON.stringify(event)}\n\n`);
}

const textDelta = (delta: string) => ({
  type: 'response.output_text.delta',
  item_id: 'msg_1',
  output_index: 0,
  content_index: 0,
  delta,
  logprobs: [],
  sequence_number: 4,
});

const findSlots: OpenAiFunction = {
  type: 'function',
  name: 'find_slots',
  description: 'List free slots.',
  strict: true,
  parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
};

const request: TextRequest = {
  model: 'gpt-6-luna',
  instructions: 'You are the back office of a clinic.',
  items: [
    { kind: 'said', by: 'agent', text: 'Bonjour !' },
    { kind: 'said', by: 'caller', text: 'Je voudrais déplacer mon rendez-vous.' },
    { kind: 'note', text: 'The caller pressed 2.' },
    { kind: 'opaque', item: { id: 'rs_1', type: 'reasoning', summary: [], encrypted_content: 'gAAAA' } },
    { kind: 'call', callId: 'call_1', name: 'find_slots', args: '{}' },
    { kind: 'result', callId: 'call_1', output: '{"say":"Jeudi."}' },
  ],
  tools: [findSlots],
  maxOutputTokens: 600,
  safetyId: 'c1b0f0d2e3a4958677',
};

const Reply = z.strictObject({ say: z.string(), needs_human: z.boolean() });
const shape = { name: 'supervisor_reply', schema: Reply };

const model = (baseUrl: string, timeoutMs = 2_000) =>
  createTextModel({ apiKey: async () => 'sk-test', baseUrl, timeoutMs });
const open = () => ({ signal: new AbortController().signal });

async function all(events: AsyncIterable<TextEvent>): Promise<TextEvent[]> {
  const seen: TextEvent[] = [];
  for await (const event of events) seen.push(event);
  return seen;
}

const faultOf = async (answer: Promise<unknown>): Promise<ModelFault['kind'] | unknown> => {
  const error = await answer.then(
    () => new Error('there was no fault'),
    (thrown: unknown) => thrown,
  );
  return error instanceof ModelFault ? error.kind : error;
};

test('a talk is asked about without anything being stored, each thing in its role', async () => {
  const { asked, baseUrl } = await peer(
    streams({ type: 'response.completed', response: fixture('responses-response-final') }),
  );
  await all(model(baseUrl).stream(request, open()));
  expect(asked[0]?.headers.authorization).toBe('Bearer sk-test');
  expect(asked[0]?.body).toEqual({
    model: 'gpt-6-luna',
    instructions: 'You are the back office of a clinic.',
    input: [
      { type: 'message', role: 'assistant', content: 'Bonjour !' },
      { type: 'message', role: 'user', content: 'Je voudrais déplacer mon rendez-vous.' },
      { type: 'message', role: 'developer', content: 'The caller pressed 2.' },
      { id: 'rs_1', type: 'reasoning', summary: [], encrypted_content: 'gAAAA' },
      { type: 'function_call', call_id: 'call_1', name: 'find_slots', arguments: '{}' },
      { type: 'function_call_output', call_id: 'call_1', output: '{"say":"Jeudi."}' },
    ],
    tools: [findSlots],
    parallel_tool_calls: false,
    max_output_tokens: 600,
    reasoning: { effort: 'low' },
    store: false,
    include: ['reasoning.encrypted_content'],
    safety_identifier: 'c1b0f0d2e3a4958677',
    stream: true,
  });
});

test('words come as they are made, then the calls, then all of it for the next round', async () => {
  const { baseUrl } = await peer(
    streams(
      { type: 'response.created', response: {} },
      textDelta('Un '),
      textDelta('instant.'),
      { type: 'response.of_a_kind_nobody_knows' },
      { type: 'response.completed', response: fixture('responses-response-function-call') },
    ),
  );
  const call = {
    kind: 'call',
    callId: 'call_r7Yp2LmK4d',
    name: 'find_slots',
    args: '{"date_from":"2026-03-05","date_to":"2026-03-05","service":null}',
  };
  expect(await all(model(baseUrl).stream(request, open()))).toEqual([
    { kind: 'text', delta: 'Un ' },
    { kind: 'text', delta: 'instant.' },
    call,
    {
      kind: 'done',
      stop: 'completed',
      items: [
        {
          kind: 'opaque',
          item: { id: 'rs_Ca1X0001', type: 'reasoning', summary: [], encrypted_content: 'gAAAAABsample' },
        },
        call,
      ],
    },
  ]);
});

test('a message goes back as what the agent said, or as it came where it is marked', async () => {
  const final = fixture('responses-response-final');
  const marked = { ...final.output[0], phase: 'commentary' };
  const { baseUrl } = await peer(
    streams({ type: 'response.completed', response: { ...final, output: [marked, ...final.output] } }),
  );
  expect((await all(model(baseUrl).stream(request, open()))).at(-1)).toMatchObject({
    items: [
      { kind: 'opaque', item: marked },
      { kind: 'said', by: 'agent', text: final.output[0].content[0].text },
    ],
  });
});

test('an answer that was cut or refused is told as that, and nothing of it is called', async () => {
  const cut = fixture('responses-response-incomplete');
  cut.output.push({ ...fixture('responses-response-function-call').output[1], status: 'incomplete' });
  const { baseUrl } = await peer(
    streams({ type: 'response.incomplete', response: cut }),
    streams({ type: 'response.completed', response: fixture('responses-response-refusal') }),
  );
  expect(await all(model(baseUrl).stream(request, open()))).toEqual([
    expect.objectContaining({ kind: 'done', stop: 'incomplete' }),
  ]);
  expect(await all(model(baseUrl).stream(request, open()))).toEqual([
    expect.objectContaining({ kind: 'done', stop: 'refused' }),
  ]);
});

test('a stream that fails, breaks off or says an error is a fault', async () => {
  const failed = { ...fixture('responses-response-final'), status: 'failed' };
  const { baseUrl } = await peer(
    streams({ type: 'response.failed', response: { ...failed, error: { code: 'server_error', message: 'patient' } } }),
    streams({ type: 'response.failed', response: { ...failed, error: { code: 'rate_limit_exceeded', message: '' } } }),
    streams(textDelta('Un ')),
    streams({ type: 'error', code: 'server_error', message: 'x', param: null, sequence_number: 1 }),
    (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      write(response, textDelta('Un '));
      setImmediate(() => response.destroy());
    },
  );
  const ask = () => faultOf(all(model(baseUrl).stream(request, open())));
  expect(await ask()).toBe('failed');
  expect(await ask()).toBe('busy');
  expect(await ask()).toBe('failed');
  expect(await ask()).toBe('failed');
  expect(await ask()).toBe('failed');
});

test.each([
  ['http-error-401', 'refused'],
  ['http-error-404-model', 'refused'],
  ['http-error-400-schema', 'refused'],
  ['http-error-429-rate', 'busy'],
  ['http-error-429-quota', 'refused'],
  ['http-error-500', 'failed'],
])('%s is told as %s, after one request', async (name, kind) => {
  const { asked, baseUrl } = await peer(answersFixture(name));
  expect(await faultOf(all(model(baseUrl).stream(request, open())))).toBe(kind);
  expect(asked).toHaveLength(1);
});

test('a fault does not repeat what OpenAI said, which may be what a caller said', async () => {
  const { baseUrl } = await peer(answersFixture('http-error-404-model'));
  const error = await all(model(baseUrl).stream(request, open())).catch((thrown: Error) => thrown);
  expect([(error as Error).message, (error as Error).cause]).toEqual([
    'OpenAI answered 404 model_not_found (req_Ca1Z404)',
    undefined,
  ]);
});

test('where nobody listens it cannot be reached', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  expect(await faultOf(all(model(`http://127.0.0.1:${port}/v1`).stream(request, open())))).toBe('failed');
});

test('silence is given up, before the first word and between two, and the request is ended', async () => {
  const { asked, baseUrl } = await peer(
    () => undefined,
    (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      write(response, textDelta('Un '));
    },
  );
  const asks = () => model(baseUrl, 60).stream(request, open());
  expect(await faultOf(all(asks()))).toBe('timeout');
  await asked[0]?.gone;
  const seen: TextEvent[] = [];
  const listening = (async () => {
    for await (const event of asks()) seen.push(event);
  })();
  expect(await faultOf(listening)).toBe('timeout');
  expect(seen).toEqual([{ kind: 'text', delta: 'Un ' }]);
  await asked[1]?.gone;
});

test('an aborted request is ended at OpenAI too, and throws why it was aborted', async () => {
  const begins: Answer = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    write(response, textDelta('Un '));
  };
  const { asked, baseUrl } = await peer(begins, () => undefined);
  const interruption = new AbortController();
  const events = model(baseUrl).stream(request, { signal: interruption.signal })[Symbol.asyncIterator]();
  expect(await events.next()).toEqual({ done: false, value: { kind: 'text', delta: 'Un ' } });
  const reason = new Error('the caller speaks');
  const next = events.next();
  interruption.abort(reason);
  expect(await faultOf(next)).toBe(reason);
  await asked[0]?.gone;
  // Before anything is sent, too.
  expect(await faultOf(model(baseUrl).structured({ ...request, shape }, { signal: interruption.signal }))).toBe(reason);
  expect(asked).toHaveLength(1);
});

test('whoever stops listening ends the request', async () => {
  const { asked, baseUrl } = await peer((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    write(response, textDelta('Un '));
  });
  for await (const event of model(baseUrl).stream(request, open())) {
    expect(event).toEqual({ kind: 'text', delta: 'Un ' });
    break;
  }
  await asked[0]?.gone;
});

test('an answer of a fixed shape is asked for strictly and read', async () => {
  const { asked, baseUrl } = await peer(answersFixture('responses-response-final'));
  expect(await model(baseUrl).structured({ ...request, tools: [], shape }, open())).toEqual({
    outcome: 'answered',
    value: { say: 'Il reste une place jeudi à 14 h 30. Est-ce que ça vous convient ?', needs_human: false },
    items: [expect.objectContaining({ kind: 'said', by: 'agent' })],
  });
  expect(asked[0]?.body).toMatchObject({
    store: false,
    text: {
      format: {
        type: 'json_schema',
        name: 'supervisor_reply',
        strict: true,
        schema: { required: ['say', 'needs_human'], additionalProperties: false },
      },
    },
  });
  expect(asked[0]?.body).not.toHaveProperty('tools');
  expect(asked[0]?.body).not.toHaveProperty('stream');
});

test('functions may be called first', async () => {
  const { baseUrl } = await peer(answersFixture('responses-response-function-call'));
  expect(await model(baseUrl).structured({ ...request, shape }, open())).toEqual({
    outcome: 'calls',
    calls: [
      {
        callId: 'call_r7Yp2LmK4d',
        name: 'find_slots',
        args: '{"date_from":"2026-03-05","date_to":"2026-03-05","service":null}',
      },
    ],
    items: [expect.objectContaining({ kind: 'opaque' }), expect.objectContaining({ kind: 'call' })],
  });
});

test('a cut answer, a refusal and another shape are not taken for an answer', async () => {
  const { baseUrl } = await peer(
    answersFixture('responses-response-incomplete'),
    answersFixture('responses-response-refusal'),
    answersFixture('responses-response-call-analysis'),
  );
  const ask = () => model(baseUrl).structured({ ...request, shape }, open());
  expect(await ask()).toEqual({ outcome: 'incomplete' });
  expect(await ask()).toEqual({ outcome: 'refused' });
  expect(await faultOf(ask())).toBe('failed');
});

test('a whole answer is asked for once more after a fault, within the same patience', async () => {
  const { asked, baseUrl } = await peer(
    (response) => {
      response.writeHead(500, { 'content-type': 'application/json', 'retry-after-ms': '1' });
      response.end(JSON.stringify(fixture('http-error-500').body));
    },
    answersFixture('responses-response-final'),
    () => undefined,
  );
  expect(await model(baseUrl).structured({ ...request, shape }, open())).toMatchObject({ outcome: 'answered' });
  expect(asked).toHaveLength(2);
  expect(await faultOf(model(baseUrl, 60).structured({ ...request, shape }, open()))).toBe('timeout');
});
