import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCredentialStore } from '#adapters/dynamodb/credentials.ts';
import { keys } from '#adapters/dynamodb/keys.ts';
import { createClinicSecrets } from '#adapters/secrets/clinic-secrets.ts';
import { createCredentialVault } from '#domain/clinics/credentials/vault.ts';
import { type Endpoint, openEndpoint } from '#local/cloud/endpoint.ts';
import { openSecrets } from '#local/cloud/secrets.ts';
import type { Cloud } from '#local/cloud/template.ts';
import { standingClock } from '#test/fakes/clock.ts';
import { cotonou, elsewhere } from '#test/fakes/conversation.ts';
import { inMemoryCredentials, inMemorySecretValues } from '#test/fakes/credentials.ts';
import { startDynamoDb, type TestDynamoDb } from '#test/fakes/dynamodb.ts';

const kind = 'retell-api-key';
const by = { actorType: 'user', actorId: 'somebody', requestId: 'r1' } as const;
const hourMs = 60 * 60_000;
const [first, second, third] = ['key_invented_first_0001', 'key_invented_second_02', 'key_invented_third_003'] as const;
const environment = { ...process.env };

let db: TestDynamoDb;
let endpoint: Endpoint;
let dir: string;
const file = () => join(dir, 'secrets.json');

beforeAll(async () => {
  db = await startDynamoDb();
  dir = mkdtempSync(join(tmpdir(), 'frontdesk-secrets-'));
  endpoint = await openEndpoint();
  const cloud = { ofType: () => [], place: { region: 'eu-west-3' } } as unknown as Cloud;
  endpoint.serve('secretsmanager', openSecrets(cloud, file(), {}).handle);
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: endpoint.url,
    AWS_REGION: 'eu-west-3',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
});
afterAll(async () => {
  process.env = environment;
  rmSync(dir, { recursive: true, force: true });
  await Promise.all([db.stop(), endpoint.stop()]);
});

describe.each(['memory', 'DynamoDB and Secrets Manager'] as const)('the vault in %s', (where) => {
  beforeEach(async () => {
    if (where !== 'memory') await db.clear();
  });

  function world() {
    const clock = standingClock();
    const inMemory = inMemoryCredentials();
    const store = where === 'memory' ? inMemory : createCredentialStore(db.tables);
    const secrets =
      where === 'memory'
        ? inMemorySecretValues()
        : createClinicSecrets({ prefix: 'frontdesk-test/clinics', keyArn: 'arn:aws:kms:eu-west-3:1:key/k' });
    const records = async () =>
      where === 'memory' ? inMemory.records : db.tables.audit.query({ pk: keys.pendingAudit(cotonou, '', '').PK });
    const open = () => createCredentialVault({ store, secrets, clock });
    return { clock, store, secrets, records, open, vault: open() };
  }

  test('a value is read where it was put, and by no other clinic', async () => {
    const { vault } = world();
    expect(await vault.read(cotonou, kind)).toBeUndefined();
    const put = await vault.put(cotonou, kind, first, by);
    expect(put).toMatchObject({
      outcome: 'kept',
      credential: { fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) },
    });
    expect(await vault.read(cotonou, kind)).toEqual([first]);
    expect(await vault.read(elsewhere, kind)).toBeUndefined();
    expect(await vault.list(elsewhere)).toEqual([]);
  });

  test('a replaced value still verifies for an hour, and the one before it no more', async () => {
    const { vault, clock } = world();
    await vault.put(cotonou, kind, first, by);
    await vault.put(cotonou, kind, second, by);
    expect(await vault.read(cotonou, kind)).toEqual([second, first]);
    await vault.put(cotonou, kind, third, by);
    expect(await vault.read(cotonou, kind)).toEqual([third, second]);
    clock.pass(hourMs);
    expect(await vault.read(cotonou, kind)).toEqual([third]);
  });

  test('the value that counts already is not put a second time', async () => {
    const { vault, records } = world();
    await vault.put(cotonou, kind, first, by);
    expect(await vault.put(cotonou, kind, first, by)).toMatchObject({ outcome: 'unchanged' });
    expect(await vault.read(cotonou, kind)).toEqual([first]);
    expect(await records()).toHaveLength(1);
  });

  test('where somebody put its value away at that moment, putting it again brings it back', async () => {
    const { vault, open, secrets, records } = world();
    await vault.put(cotonou, kind, first, by);
    // Of one that did not count yet, or any more, when it was asked for.
    await secrets.remove(cotonou, kind);
    await expect(open().read(cotonou, kind)).rejects.toThrow();
    expect(await open().put(cotonou, kind, first, by)).toMatchObject({ outcome: 'unchanged' });
    expect(await open().read(cotonou, kind)).toEqual([first]);
    expect(await records()).toHaveLength(1);
  });

  test('of two who replace it at one moment one is told that the other was first', async () => {
    const { vault } = world();
    await vault.put(cotonou, kind, first, by);
    const outcomes = await Promise.all([vault.put(cotonou, kind, second, by), vault.put(cotonou, kind, third, by)]);
    expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual(['changed-meanwhile', 'kept']);
    expect(await vault.read(cotonou, kind)).toHaveLength(2);
  });

  test('one that was put away counts no more, and another may come in its place', async () => {
    const { vault, records, clock } = world();
    await vault.put(cotonou, kind, first, by);
    clock.pass(1);
    expect(await vault.retire(cotonou, kind, by)).toEqual({ outcome: 'retired' });
    expect([await vault.read(cotonou, kind), await vault.list(cotonou)]).toEqual([undefined, []]);
    expect(await vault.retire(cotonou, kind, by)).toEqual({ outcome: 'none' });
    clock.pass(1);
    await vault.put(cotonou, kind, second, by);
    expect(await vault.read(cotonou, kind)).toEqual([second]);
    expect((await records()).map(({ act, reason, resourceId }) => [act, reason, resourceId])).toEqual([
      ['credential.rotate', 'put', kind],
      ['credential.rotate', 'retired', kind],
      ['credential.rotate', 'put', kind],
    ]);
  });

  test('a value is asked for once in a process, and what counts each time', async () => {
    const clock = standingClock();
    const secrets = inMemorySecretValues();
    const vault = createCredentialVault({ store: inMemoryCredentials(), secrets, clock });
    await vault.put(cotonou, kind, first, by);
    await vault.read(cotonou, kind);
    await vault.read(cotonou, kind);
    expect(secrets.reads).toEqual([cotonou]);
    await vault.put(cotonou, kind, second, by);
    expect((await vault.read(cotonou, kind))?.[0]).toBe(second);
  });
});

test('tables and record hold no value, and the file of secrets is its owner’s alone', async () => {
  await db.clear();
  const secrets = createClinicSecrets({ prefix: 'frontdesk-test/clinics', keyArn: 'arn:aws:kms:eu-west-3:1:key/k' });
  const vault = createCredentialVault({ store: createCredentialStore(db.tables), secrets, clock: standingClock() });
  await vault.put(elsewhere, kind, first, by);
  const rows = [
    ...(await db.tables.core.query({ pk: keys.credentialsOf(elsewhere) })),
    ...(await db.tables.audit.query({ pk: keys.pendingAudit(elsewhere, '', '').PK })),
  ];
  expect(rows).toHaveLength(2);
  expect(JSON.stringify(rows)).not.toContain(first);
  expect(rows[0]).toMatchObject({ reference: `frontdesk-test/clinics/${elsewhere}/${kind}` });
  expect(readFileSync(file(), 'utf8')).toContain(first);
});
