import { createClinicRegistry } from '#adapters/dynamodb/clinic-registry.ts';
import { keys as rowKeys } from '#adapters/dynamodb/keys.ts';
import { createSocketAddresses, createSocketKeyStore } from '#adapters/dynamodb/socket-keys.ts';
import { Slug } from '#domain/clinics/slug.ts';
import { socketKeyHash } from '#domain/clinics/keys/socket-key.ts';
import { overlapMs } from '#lambdas/clinics/issue-api-key.ts';
import { issueSocketKey, listSocketKeys, revokeSocketKey } from '#lambdas/clinics/issue-socket-key.ts';
import { clinicProfile } from '#test/fakes/clinic.ts';
import { standingClock } from '#test/fakes/clock.ts';
import { cotonou, elsewhere } from '#test/fakes/conversation.ts';
import { startDynamoDb, type TestDynamoDb } from '#test/fakes/dynamodb.ts';
import { inMemorySocketKeys } from '#test/fakes/socket-keys.ts';

const slug = Slug.parse('clinique-exemple');
const clinic = { id: cotonou, slug };

let db: TestDynamoDb;
beforeAll(async () => {
  db = await startDynamoDb();
});
afterAll(() => db.stop());

describe.each(['memory', 'DynamoDB'] as const)('socket keys in %s', (where) => {
  beforeEach(async () => {
    if (where === 'DynamoDB') await db.clear();
  });

  async function world() {
    const clock = standingClock();
    const inMemory = inMemorySocketKeys({ [slug]: cotonou });
    if (where === 'DynamoDB') {
      const { version: _version, recipients: _recipients, ...after } = clinicProfile();
      await createClinicRegistry(db.tables).save([{ after, events: [] }], clock.now());
    }
    const keys = where === 'memory' ? inMemory : createSocketKeyStore(db.tables);
    const addresses = where === 'memory' ? inMemory : createSocketAddresses(db.tables.routing);
    const deps = { keys, clock };
    return { clock, addresses, issue: issueSocketKey(deps), list: listSocketKeys(deps), revoke: revokeSocketKey(deps) };
  }

  async function issued({ issue }: Awaited<ReturnType<typeof world>>, options?: { keep?: boolean }) {
    const answer = await issue(clinic, options);
    if (answer.outcome !== 'issued') throw new Error(answer.outcome);
    return { ...answer, key: answer.path.split('/').at(-1) ?? '' };
  }

  test('an address names its clinic twice, and nothing by which it could be opened is kept', async () => {
    const one = await world();
    const { path, key } = await issued(one);
    expect(path).toBe(`/llm-websocket/clinique-exemple/${key}`);
    expect(key).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const keyHash = socketKeyHash(key);
    const found = await one.addresses.find({ slug, keyHash });
    expect(found).toEqual({
      slugOf: cotonou,
      key: { keyHash, clinicId: cotonou, createdAtMs: one.clock.now(), expiresAtMs: undefined },
    });
    expect(JSON.stringify(found)).not.toContain(key);
    expect(await one.addresses.find({ slug })).toEqual({ slugOf: cotonou });
    expect(await one.addresses.find({ slug: 'nobody', keyHash: 'f'.repeat(64) })).toEqual({});
  });

  test('a new address lets the former ones work for an hour, or for ever with keep', async () => {
    const one = await world();
    const first = await issued(one);
    one.clock.pass(1);
    const second = await issued(one);
    expect(second.retired).toEqual([first.keyId]);
    one.clock.pass(1);
    expect((await issued(one, { keep: true })).retired).toEqual([]);
    expect((await one.list(cotonou)).map(({ live }) => live)).toEqual([true, true, true]);
    one.clock.pass(overlapMs);
    expect((await one.list(cotonou)).map(({ keyId, live }) => [keyId, live]).at(-1)).toEqual([first.keyId, false]);
    expect((await one.list(cotonou)).filter(({ live }) => live)).toHaveLength(2);
    for (let count = 2; count < 10; count++) await issued(one, { keep: true });
    expect(await one.issue(clinic, { keep: true })).toEqual({ outcome: 'too-many' });
  });

  test('a revoked address ends at once and on record; another clinic cannot revoke it', async () => {
    const one = await world();
    const { keyId, key } = await issued(one);
    one.clock.pass(1);
    expect(await one.revoke(elsewhere, keyId)).toEqual({ outcome: 'not-live' });
    expect(await one.revoke(cotonou, keyId)).toEqual({ outcome: 'revoked' });
    expect(await one.revoke(cotonou, keyId)).toEqual({ outcome: 'not-live' });
    const { key: kept } = await one.addresses.find({ slug, keyHash: socketKeyHash(key) });
    expect(kept?.expiresAtMs).toBe(one.clock.now());
    if (where === 'DynamoDB') {
      const records = await db.tables.audit.query({ pk: rowKeys.pendingAudit(cotonou, '', '').PK });
      expect(records.map(({ act, resourceType, reason }) => [act, resourceType, reason])).toEqual([
        ['credential.rotate', 'socket-key', 'issued'],
        ['credential.rotate', 'socket-key', 'revoked'],
      ]);
    }
  });
});
