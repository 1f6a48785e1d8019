import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpApi } from '#local/cloud/http-api.ts';
import { openSmallCloud, type SmallCloud } from './small-cloud.ts';

const route = (path: string, target: string) => ({
  [`Route${target}`]: {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: { ApiId: 'Api', RouteKey: path, Target: `integrations/test-Integration${target}` },
  },
  [`Integration${target}`]: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: {
      IntegrationType: 'AWS_PROXY',
      PayloadFormatVersion: '2.0',
      IntegrationUri: { 'Fn::GetAtt': [target, 'Arn'] },
      // Long for a function that answers on a busy machine, short for the one that never does.
      TimeoutInMillis: target === 'slow' ? 300 : 20_000,
    },
  },
});

let small: SmallCloud;
let api: number;

beforeAll(async () => {
  const closing: (() => unknown)[] = [];
  small = await openSmallCloud(
    { ...route('POST /rings/{clinicId}', 'echo'), ...route('GET /slow', 'slow'), ...route('GET /broken', 'broken') },
    {
      echo: { code: `exports.handler = async (event) => ({ statusCode: 201, body: JSON.stringify(event) });` },
      slow: { code: `exports.handler = () => new Promise(() => setInterval(() => {}, 1000));`, timeoutSeconds: 1 },
      broken: {
        code: `exports.handler = async () => { class Refused extends Error { name = 'Refused' }; throw new Refused('no'); };`,
      },
      environment: { code: `exports.handler = async () => process.env;`, environment: { GREETING: 'hello' } },
      crashing: {
        code: `let calls = 0;
          exports.handler = async (event) => {
            if (event.crash) { setImmediate(() => { throw new Error('out of the blue'); }); await new Promise(() => {}); }
            return ++calls;
          };`,
      },
      unloadable: { code: `throw new TypeError('a variable is missing');` },
    },
    closing,
  );
  const server = createHttpApi(small.cloud, small.functions);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  api = (server.address() as AddressInfo).port;
});
afterAll(() => small.close());

const invoke = (name: string, event: unknown = {}) => small.functions.find(name, 'test').invoke(event);

const send = (
  method: string,
  path: string,
  headers: Record<string, string | string[]> = {},
  body: string | Buffer = '',
) =>
  new Promise<{ status: number; body: string }>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: api, method, path, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    });
    sent.once('error', reject);
    sent.end(body);
  });

test('a function gets the event of an HTTP API with the body untouched', async () => {
  const body = '{ "to":"é",\n "spaces":  true }';
  const { status, body: answer } = await send(
    'POST',
    '/rings/a%20b?n=1&n=2&x=y',
    {
      'Content-Type': 'application/json',
      'X-Retell-Signature': 'v=1,d=2',
      'X-Twice': ['one', 'two'],
      Cookie: 'a=1; b=2',
    },
    body,
  );
  expect(status).toBe(201);
  expect(JSON.parse(answer)).toMatchObject({
    version: '2.0',
    routeKey: 'POST /rings/{clinicId}',
    rawQueryString: 'n=1&n=2&x=y',
    queryStringParameters: { n: '1,2', x: 'y' },
    pathParameters: { clinicId: 'a b' },
    headers: { 'x-retell-signature': 'v=1,d=2', 'x-twice': 'one,two' },
    cookies: ['a=1', 'b=2'],
    requestContext: {
      http: { method: 'POST', sourceIp: '127.0.0.1' },
      requestId: expect.any(String),
      stage: '$default',
    },
    body,
    isBase64Encoded: false,
  });
});

test('a body that is not text reaches a function as base64', async () => {
  const bytes = Buffer.from([0, 255, 128]);
  const { body } = await send('POST', '/rings/x', { 'content-type': 'application/octet-stream' }, bytes);
  expect(JSON.parse(body)).toMatchObject({ isBase64Encoded: true, body: bytes.toString('base64') });
});

test('what the gateway answers by itself is in its own words', async () => {
  expect(await send('GET', '/rings')).toEqual({ status: 404, body: '{"message":"Not Found"}' });
  expect(await send('GET', '/broken')).toEqual({ status: 500, body: '{"message":"Internal Server Error"}' });
  expect(await send('GET', '/slow')).toEqual({ status: 503, body: '{"message":"Service Unavailable"}' });
  const tooLarge = Buffer.alloc(10 * 1024 * 1024 + 1);
  expect(await send('POST', '/rings/x', {}, tooLarge)).toMatchObject({ status: 413 });
});

test('a function sees its own environment and nothing of this process', async () => {
  process.env.OF_THIS_PROCESS = 'secret';
  const outcome = await invoke('environment');
  delete process.env.OF_THIS_PROCESS;
  expect(outcome.ok && JSON.parse(outcome.payload)).toEqual({
    GREETING: 'hello',
    AWS_REGION: 'eu-west-3',
    AWS_LAMBDA_FUNCTION_NAME: 'environment',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  });
});

test('a thrown error is reported by its name, on which workflows retry', async () => {
  expect(await invoke('broken')).toMatchObject({ ok: false, error: { errorType: 'Refused', errorMessage: 'no' } });
});

test('a function that takes too long is ended, and the next event finds a new one', async () => {
  const outcomes = await Promise.all([invoke('slow'), invoke('slow')]);
  for (const outcome of outcomes)
    expect(outcome).toMatchObject({ ok: false, error: { errorType: 'Sandbox.Timedout' } });
});

test('a crash costs the event under way and nothing else', async () => {
  expect(await invoke('crashing')).toEqual({ ok: true, payload: '1' });
  expect(await invoke('crashing', { crash: true })).toMatchObject({
    ok: false,
    error: { errorMessage: 'Error: out of the blue' },
  });
  expect(await invoke('crashing')).toEqual({ ok: true, payload: '1' });
});

test('code that cannot be loaded is told at the start, and fails each event', async () => {
  const pool = small.functions.find('unloadable', 'test');
  await expect(pool.prewarm()).rejects.toThrow('unloadable: a variable is missing');
  expect(await pool.invoke({})).toMatchObject({ ok: false, error: { errorType: 'TypeError' } });
});
