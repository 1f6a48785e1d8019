import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSecret } from '#adapters/secrets/secret.ts';
import { standingClock } from '../fakes/clock.ts';

/** Secrets Manager's wire for one secret, whose versions a test sets. */
const versions: Record<string, { value: string; createdAt: number } | undefined> = {};
let requests = 0;
let failing = false;
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    requests += 1;
    const version = versions[(JSON.parse(body) as { VersionStage: string }).VersionStage];
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    if (failing) response.writeHead(400).end(JSON.stringify({ __type: 'InternalServiceError' }));
    else if (!version) response.writeHead(400).end(JSON.stringify({ __type: 'ResourceNotFoundException' }));
    else response.end(JSON.stringify({ SecretString: version.value, CreatedDate: version.createdAt / 1000 }));
  });
});
const before = { ...process.env };

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_REGION: 'eu-west-3',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
});
afterAll(async () => {
  process.env = before;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  delete versions.AWSCURRENT;
  delete versions.AWSPREVIOUS;
  requests = 0;
  failing = false;
});

const hourMs = 60 * 60_000;

test('after a rotation the old value holds for an hour, then not', async () => {
  const clock = standingClock();
  versions.AWSCURRENT = { value: 'new', createdAt: clock.now() };
  versions.AWSPREVIOUS = { value: 'old', createdAt: clock.now() - 30 * 24 * hourMs };
  const secret = createSecret('retell', clock);
  expect(await secret.values()).toEqual(['new', 'old']);
  clock.pass(hourMs + 1);
  expect(await secret.values()).toEqual(['new']);
});

test('a value is read once and after five minutes anew, behind whoever asks; a refresh asks no more than every half minute', async () => {
  const clock = standingClock();
  versions.AWSCURRENT = { value: 'one', createdAt: 0 };
  const secret = createSecret('retell', clock);
  for (let time = 0; time < 10; time++) await secret.values();
  await secret.refreshed();
  expect(requests).toBe(1);
  versions.AWSCURRENT = { value: 'two', createdAt: 0 };
  clock.pass(30_000);
  expect(await secret.refreshed()).toEqual(['two']);
  versions.AWSCURRENT = { value: 'three', createdAt: 0 };
  clock.pass(5 * 60_000);
  expect(await secret.values()).toEqual(['two']);
  expect(await secret.values()).toEqual(['three']);
  expect(requests).toBe(3);
});

test('a secret without a value is named, with what to do', async () => {
  await expect(createSecret('frontdesk-prod/retell-api-key', standingClock()).values()).rejects.toThrow(
    'secret frontdesk-prod/retell-api-key has no value yet; put one with aws secretsmanager put-secret-value',
  );
});

test('a value known stays in use while the service fails, and a first failure is not remembered', async () => {
  const clock = standingClock();
  const secret = createSecret('retell', clock);
  await expect(secret.values()).rejects.toThrow('has no value yet');
  versions.AWSCURRENT = { value: 'one', createdAt: 0 };
  expect(await secret.values()).toEqual(['one']);
  failing = true;
  clock.pass(6 * 60_000);
  expect(await secret.values()).toEqual(['one']);
  expect(await secret.values()).toEqual(['one']);
});
