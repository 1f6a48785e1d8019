import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createTrunkLogins } from '#adapters/secrets/trunk-logins.ts';
import { TrunkName } from '#domain/onboarding/trunk-login.ts';
import { type Endpoint, openEndpoint } from '#local/cloud/endpoint.ts';
import { openSecrets } from '#local/cloud/secrets.ts';
import type { Cloud } from '#local/cloud/template.ts';
import { commandLine } from '#test/fakes/command-line.ts';
import { trunk } from '../../bin/clinic/trunk.ts';
import { Misuse, Refused } from '../../bin/command-line.ts';

const environment = { ...process.env };
const twilio = TrunkName.parse('twilio');
let endpoint: Endpoint;
let dir: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'frontdesk-trunks-'));
  endpoint = await openEndpoint();
  const cloud = { ofType: () => [], place: { region: 'eu-west-3' } } as unknown as Cloud;
  endpoint.serve('secretsmanager', openSecrets(cloud, join(dir, 'secrets.json'), {}).handle);
  const aws = { endpoint: endpoint.url, region: 'eu-west-3' };
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_REGION: aws.region,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
  const tables = { core: 'core', routing: 'routing', inbox: 'inbox', audit: 'audit' };
  writeFileSync(join(dir, 'local.json'), JSON.stringify({ stage: 'test', aws, dynamodb: { tables } }));
});
afterAll(async () => {
  process.env = environment;
  rmSync(dir, { recursive: true, force: true });
  await endpoint.stop();
});

const put = (name: string, user: string | undefined, password: string) =>
  trunk([name], { user, dir, json: false }, Readable.from([password]));
/** As the command line tool is called: what is printed is caught. */
const tell = (name: string, user: string, password: string) => commandLine(() => put(name, user, password))([]);
const logins = () => createTrunkLogins('frontdesk-test/trunks');

test('what an operator puts is what numbers are imported with, and may be put anew', async () => {
  const { code, out } = await tell('twilio', 'retell', 'an invented one\n');
  expect([code, out]).toEqual([0, 'numbers are imported over trunk twilio as retell from now on\n']);
  expect(await logins().of(twilio)).toEqual({ username: 'retell', password: 'an invented one' });
  await tell('twilio', 'retell', 'another');
  expect(await logins().of(twilio)).toEqual({ username: 'retell', password: 'another' });
  expect(await logins().of(TrunkName.parse('carrier'))).toBeUndefined();
});

test('what cannot be a login is refused in words that do not repeat it', async () => {
  await expect(put('A trunk', 'retell', 'x')).rejects.toThrow(Misuse);
  await expect(put('twilio', undefined, 'x')).rejects.toThrow(Misuse);
  const onTerminal = Object.assign(Readable.from(['x']), { isTTY: true });
  await expect(trunk(['twilio'], { user: 'retell', dir, json: false }, onTerminal)).rejects.toThrow('standard input');
  const refused = put('twilio', 'retell', 'two\nlines');
  await expect(refused).rejects.toThrow(Refused);
  await expect(refused).rejects.toThrow('the password of a trunk must be one line without spaces around it');

  const client = new SecretsManagerClient();
  const command = new PutSecretValueCommand({ SecretId: 'frontdesk-test/trunks/twilio', SecretString: 'hunter2' });
  await client.send(command);
  client.destroy();
  await expect(logins().of(twilio)).rejects.toThrow(
    'secret frontdesk-test/trunks/twilio is not the JSON of a username and a password',
  );
});
