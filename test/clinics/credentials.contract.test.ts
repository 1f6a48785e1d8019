import { createApiKeyStore } from '#adapters/dynamodb/api-keys.ts';
import { createCalendarFeedStore } from '#adapters/dynamodb/calendar-feeds.ts';
import { mintApiKey, readApiKey } from '#domain/clinics/keys/api-key.ts';
import { issueApiKey, listApiKeys, overlapMs, revokeApiKey } from '#lambdas/clinics/issue-api-key.ts';
import { issueCalendarFeed, revokeCalendarFeed } from '#lambdas/clinics/issue-calendar-feed.ts';
import { ClinicId } from '#domain/ids.ts';
import { feedTokenHash } from '#domain/clinics/keys/calendar-feed.ts';
import { inMemoryApiKeys } from '#test/fakes/api-keys.ts';
import { awa, koffi } from '#test/fakes/booking.ts';
import { inMemoryCalendarFeeds } from '#test/fakes/calendar-feeds.ts';
import { standingClock } from '#test/fakes/clock.ts';
import { cotonou } from '#test/fakes/conversation.ts';
import { startDynamoDb, type TestDynamoDb } from '#test/fakes/dynamodb.ts';
import { keys } from '#adapters/dynamodb/keys.ts';

const elsewhere = ClinicId.parse('9d8c7b6a-5f4e-4d3c-8b2a-1f0e9d8c7b6a');

let db: TestDynamoDb;
beforeAll(async () => {
  db = await startDynamoDb();
});
afterAll(() => db.stop());

const records = async () =>
  (await db.tables.audit.query({ pk: keys.pendingAudit(cotonou, '', '').PK })).map(({ act, resourceType, reason }) => ({
    act,
    resourceType,
    reason,
  }));

describe.each(['memory', 'DynamoDB'] as const)('credentials in %s', (where) => {
  beforeEach(async () => {
    if (where === 'DynamoDB') await db.clear();
  });

  function apiKeys() {
    const clock = standingClock();
    const store = where === 'memory' ? inMemoryApiKeys() : createApiKeyStore(db.tables);
    const deps = { keys: store, clock };
    return { clock, store, issue: issueApiKey(deps), list: listApiKeys(deps), revoke: revokeApiKey(deps) };
  }

  async function issued(
    { issue }: ReturnType<typeof apiKeys>,
    options?: Parameters<ReturnType<typeof issueApiKey>>[1],
  ) {
    const key = await issue(cotonou, options);
    if (key.outcome !== 'issued') throw new Error(key.outcome);
    return key;
  }

  test('a key is found by its id, and nothing by which it could be used is kept', async () => {
    const world = apiKeys();
    const { text, keyId } = await issued(world, { label: 'agenda' });
    const kept = await world.store.get(keyId);
    expect(kept).toEqual({
      keyId,
      clinicId: cotonou,
      label: 'agenda',
      createdAtMs: world.clock.now(),
      secretHash: readApiKey(text)?.secretHash,
    });
    expect(JSON.stringify(kept)).not.toContain(text.slice(text.indexOf(keyId) + keyId.length + 1));
    expect(await world.store.get('0000000000000000')).toBeUndefined();
    expect(await world.store.ofClinic(elsewhere)).toEqual([]);
  });

  test('a new key lets the former ones work for an hour; one that ends earlier keeps its end', async () => {
    const world = apiKeys();
    const first = await issued(world);
    world.clock.pass(60_000);
    const second = await issued(world);
    const firstEnds = world.clock.now() + overlapMs;
    expect(second.retired).toEqual([first.keyId]);
    world.clock.pass(60_000);
    const third = await issued(world);
    expect(third.retired).toEqual([second.keyId]);
    expect(await world.store.get(first.keyId)).toMatchObject({ expiresAtMs: firstEnds });
    expect(await world.store.get(second.keyId)).toMatchObject({ expiresAtMs: world.clock.now() + overlapMs });
    expect(await world.store.get(third.keyId)).not.toHaveProperty('expiresAtMs', expect.anything());
    world.clock.pass(overlapMs - 60_000);
    expect((await world.list(cotonou)).map(({ keyId, live }) => [keyId, live])).toEqual([
      [third.keyId, true],
      [second.keyId, true],
      [first.keyId, false],
    ]);
  });

  test('with keep the former keys go on working, up to a number that can be overlooked', async () => {
    const world = apiKeys();
    for (let count = 0; count < 20; count++) {
      expect((await issued(world, { keep: true })).retired).toEqual([]);
      world.clock.pass(1);
    }
    expect(await world.issue(cotonou, { keep: true })).toEqual({ outcome: 'too-many' });
    expect((await issued(world)).retired).toHaveLength(20);
  });

  test('a revoked key ends at once; another clinic cannot revoke it', async () => {
    const world = apiKeys();
    const { keyId } = await issued(world);
    // Records of one instant have no order of their own.
    world.clock.pass(1);
    expect(await world.revoke(elsewhere, keyId)).toEqual({ outcome: 'not-live' });
    expect(await world.revoke(cotonou, keyId)).toEqual({ outcome: 'revoked' });
    expect(await world.revoke(cotonou, keyId)).toEqual({ outcome: 'not-live' });
    expect(await world.store.get(keyId)).toMatchObject({ expiresAtMs: world.clock.now() });
    if (where === 'DynamoDB') {
      expect(await records()).toEqual([
        { act: 'credential.rotate', resourceType: 'api-key', reason: 'issued' },
        { act: 'credential.rotate', resourceType: 'api-key', reason: 'revoked' },
      ]);
    }
  });

  test('two new keys at the same moment end each other’s former ones once', async () => {
    const world = apiKeys();
    const first = await issued(world);
    const both = await Promise.all([issued(world), issued(world)]);
    expect(await world.store.get(first.keyId)).toMatchObject({ expiresAtMs: world.clock.now() + overlapMs });
    for (const { keyId } of both) expect(await world.store.get(keyId)).toBeDefined();
  });

  test('a provider has one feed; a new address ends the former, and each change is on record', async () => {
    const clock = standingClock();
    const feeds = where === 'memory' ? inMemoryCalendarFeeds() : createCalendarFeedStore(db.tables);
    const issue = issueCalendarFeed({ feeds, clock });
    const tokenOf = ({ path }: { path: string }) => path.split('token=')[1] as string;
    const others = await issue(cotonou, koffi);
    const first = await issue(cotonou, awa);
    const second = await issue(cotonou, awa);
    expect([others.replaced, first.replaced, second.replaced]).toEqual([0, 0, 1]);
    const found = (issuedFeed: { path: string }) => feeds.get(feedTokenHash(tokenOf(issuedFeed)));
    expect(await found(first)).toMatchObject({ revokedAtMs: clock.now() });
    expect(await found(second)).toEqual({
      tokenHash: feedTokenHash(tokenOf(second)),
      clinicId: cotonou,
      providerId: awa,
      createdAtMs: clock.now(),
    });
    expect(await found(others)).not.toHaveProperty('revokedAtMs', expect.anything());
    expect(await revokeCalendarFeed({ feeds, clock })(cotonou, awa)).toEqual({ outcome: 'revoked' });
    expect(await revokeCalendarFeed({ feeds, clock })(cotonou, awa)).toEqual({ outcome: 'no-feed' });
    expect(await found(second)).toMatchObject({ revokedAtMs: clock.now() });
    expect(await feeds.get('0'.repeat(64))).toBeUndefined();
    if (where === 'DynamoDB') expect(await records()).toHaveLength(4);
  });
});

test('every key is new, and what has not the shape of one is none', () => {
  const minted = Array.from({ length: 200 }, mintApiKey);
  expect(new Set(minted.map(({ keyId }) => keyId)).size).toBe(200);
  for (const { text, keyId, secretHash } of minted) {
    expect(text).toMatch(/^fdk_[0-9a-hjkmnp-tv-z]{16}_[A-Za-z0-9_-]{43}$/);
    expect(readApiKey(text)).toEqual({ keyId, secretHash });
  }
  for (const text of ['', 'fdk_', 'fdk_abc_def', `${minted[0]?.text} `, `x${minted[0]?.text}`, 'fdk__']) {
    expect(readApiKey(text)).toBeUndefined();
  }
});
