import { closed } from '#domain/clinics/closed.ts';
import type { Role } from '#domain/clinics/members/member.ts';
import { clinicOf } from '#domain/clinics/clinic-store.ts';
import { type ClinicId, UserId } from '#domain/ids.ts';
import { readBinding } from '#domain/routing/clinic-binding.ts';
import type { agentRoutes } from '#lambdas/clinics/agents/answer-agent-request.ts';
import { clinicProfile } from '#test/fakes/clinic.ts';
import { inMemoryClinics } from '#test/fakes/clinics.ts';
import { standingClock } from '#test/fakes/clock.ts';
import { cotonou, elsewhere } from '#test/fakes/conversation.ts';
import { inMemoryMembers } from '#test/fakes/members.ts';
import { asDescribed } from '#test/signed-in/as-described.ts';
import { agentsOf, agentWorld, bindingKey, keysOf, sharedAgent, webhookUrl } from './agent-world.ts';

const person = (n: number) => UserId.parse(`1f2e3d4c-5b6a-4789-8abc-${String(n).padStart(12, '0')}`);
const [owner, manager, stranger] = [person(1), person(2), person(3)];

async function world() {
  const members = inMemoryMembers();
  const add = (clinicId: ClinicId, userId: UserId, role: Role) =>
    members.add({ clinicId, userId, role }, { occurredAt: '2026-10-05T12:30:00.000Z' } as never);
  await add(cotonou, owner, 'owner');
  await add(cotonou, manager, 'manager');
  await add(elsewhere, stranger, 'owner');
  const clinics = inMemoryClinics(
    clinicOf(clinicProfile()),
    clinicOf(clinicProfile({ id: elsewhere, slug: 'clinique-ailleurs', numbers: [{ number: '+12025550143' }] })),
  );
  const made = agentWorld({ members, clinics, clock: standingClock() });

  async function ask(
    route: keyof typeof agentRoutes,
    { as = owner, body, kind, key }: { as?: UserId; body?: unknown; kind?: string; key?: string } = {},
  ) {
    const { status, body: told } = await made.answer({
      rawBody: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
      headers: key === undefined ? {} : { 'idempotency-key': key },
      pathParameters: kind === undefined ? {} : { kind },
      query: {},
      route,
      claims: { sub: as, token_use: 'access' },
      requestId: 'r1',
    });
    asDescribed(route, { status, body: told });
    return {
      status,
      body: told as Record<string, never> & { error?: { code: string }; data?: Record<string, unknown> },
    };
  }
  const connect = (agentId: string, more: { as?: UserId; apiKey?: string } = {}) =>
    ask('POST /api/retell/connect-agent', { as: more.as, body: { agentId, apiKey: more.apiKey } });
  const agentsNow = async (clinicId: ClinicId) => (await clinics.profile(clinicId))?.agents.map(({ id }) => id);
  const atRetell = (key: string, id: string) =>
    made.accounts.accounts.find((one) => one.key === key)?.agents.find(({ agentId }) => agentId === id);
  return { ...made, ask, connect, agentsNow, atRetell };
}

describe('connecting an agent', () => {
  test('the clinic’s key reads it: it is the clinic’s, tells us of its calls, and is on record', async () => {
    const { connect, clinics, agentsNow, atRetell, credentials, store } = await world();
    const { status, body } = await connect(agentsOf.clinic, { apiKey: keysOf.clinic });
    expect([status, body]).toEqual([
      200,
      {
        success: true,
        message: expect.stringContaining('connected'),
        data: { agentId: agentsOf.clinic, email: 'accueil@clinique.example', aiStatus: 'active', webhook: 'ours' },
      },
    ]);
    expect(await agentsNow(cotonou)).toEqual([sharedAgent, agentsOf.clinic]);
    expect(atRetell(keysOf.clinic, agentsOf.clinic)).toMatchObject({ webhookUrl, version: 4 });
    expect(await credentials.read(cotonou, 'retell-api-key')).toEqual([keysOf.clinic]);
    expect(clinics.records).toEqual([
      expect.objectContaining({
        act: 'agent.connect',
        actorId: owner,
        resourceId: agentsOf.clinic,
        reason: 'connected',
      }),
    ]);
    expect(store.records).toEqual([expect.objectContaining({ act: 'credential.rotate', reason: 'put' })]);
    expect(JSON.stringify([body, clinics.records, store.records])).not.toContain(keysOf.clinic);
  });

  test('again, it changes nothing and says the same', async () => {
    const { connect, clinics, store, atRetell } = await world();
    const first = await connect(agentsOf.clinic, { apiKey: keysOf.clinic });
    expect(await connect(agentsOf.clinic, { apiKey: keysOf.clinic })).toEqual(first);
    expect([clinics.records.length, store.records.length]).toEqual([1, 1]);
    expect(atRetell(keysOf.clinic, agentsOf.clinic)?.version).toBe(4);
  });

  test.each([
    ['without any key', agentsOf.clinic, undefined, 422, 'api-key-needed'],
    ['with a key Retell does not know', agentsOf.clinic, 'key_that_is_nobodys_001', 422, 'api-key-refused'],
    ['with the key of an account that has no such agent', agentsOf.other, keysOf.clinic, 422, 'agent-unknown'],
    ['an id that is none', 'not-an-agent', keysOf.clinic, 422, 'invalid-request'],
  ] as const)('%s nothing is connected or kept', async (_what, agentId, apiKey, status, code) => {
    const { connect, clinics, store, agentsNow } = await world();
    const refused = await connect(agentId, { apiKey });
    expect([refused.status, refused.body.error?.code]).toEqual([status, code]);
    expect([clinics.records, store.records, await agentsNow(cotonou)]).toEqual([[], [], [sharedAgent]]);
  });

  test('while Retell does not answer, nothing is changed', async () => {
    const { connect, clinics, accounts } = await world();
    accounts.silent = true;
    const { status, body } = await connect(agentsOf.clinic, { apiKey: keysOf.clinic });
    expect([status, body.error?.code, clinics.records]).toEqual([503, 'retell-unreachable', []]);
  });

  test('a second clinic is refused, though it has the key of the account', async () => {
    const { connect, agentsNow, credentials } = await world();
    await connect(agentsOf.clinic, { apiKey: keysOf.clinic });
    const { status, body } = await connect(agentsOf.clinic, { as: stranger, apiKey: keysOf.clinic });
    expect([status, body.error?.code]).toEqual([409, 'agent-taken']);
    expect(await agentsNow(elsewhere)).toEqual([sharedAgent]);
    expect(await credentials.read(elsewhere, 'retell-api-key')).toBeUndefined();
  });

  test('of two clinics that come at one moment one gets it', async () => {
    const { connect, agentsNow } = await world();
    const both = await Promise.all([
      connect(agentsOf.clinic, { apiKey: keysOf.clinic }),
      connect(agentsOf.clinic, { as: stranger, apiKey: keysOf.clinic }),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    const holders = [await agentsNow(cotonou), await agentsNow(elsewhere)].filter((ids) =>
      ids?.includes(agentsOf.clinic),
    );
    expect(holders).toHaveLength(1);
  });

  test('a draft somebody works at is not published over their head', async () => {
    const { connect, ask, atRetell } = await world();
    const { body } = await connect(agentsOf.draft, { apiKey: keysOf.clinic });
    expect(body.data).toMatchObject({ aiStatus: 'attention', webhook: 'in-draft' });
    expect(atRetell(keysOf.clinic, agentsOf.draft)).toMatchObject({ webhookUrl, isPublished: false, version: 3 });
    expect((await ask('GET /api/retell/agent-status')).body.data).toMatchObject({ problem: 'not-published' });
  });

  test('a manager connects with the key an owner keeps, and gives the clinic no other', async () => {
    const { connect, ask } = await world();
    const refused = await connect(agentsOf.clinic, { as: manager, apiKey: keysOf.clinic });
    expect([refused.status, refused.body.error?.code]).toEqual([403, 'owners-only']);
    await ask('PUT /api/credentials/{kind}', { kind: 'retell-api-key', body: { value: keysOf.clinic } });
    expect((await connect(agentsOf.clinic, { as: manager })).status).toBe(200);
  });

  test('who has one already disconnects it first', async () => {
    const { connect } = await world();
    await connect(agentsOf.clinic, { apiKey: keysOf.clinic });
    expect((await connect(agentsOf.draft)).body.error?.code).toBe('other-agent-connected');
  });
});

test('a clinic that is leaving takes no agent, which nobody could get from it afterwards', async () => {
  const { connect, clinics, clock, agentsNow } = await world();
  const before = await clinics.profile(cotonou);
  await clinics.save([{ before, after: closed(clinicOf(before!), clock.now()), events: [] }], clock.now());
  const refused = await connect(agentsOf.clinic, { apiKey: keysOf.clinic });
  expect([refused.status, refused.body.error?.code]).toEqual([409, 'clinic-closed']);
  expect(await agentsNow(cotonou)).toEqual([]);
});

describe('disconnecting it', () => {
  test('gives it up and takes back the address that was ours', async () => {
    const { connect, ask, agentsNow, atRetell } = await world();
    await connect(agentsOf.clinic, { apiKey: keysOf.clinic });
    const { status, body } = await ask('DELETE /api/retell/disconnect-agent');
    expect([status, body.data]).toEqual([
      200,
      { agentId: agentsOf.clinic, email: 'accueil@clinique.example', aiStatus: 'inactive', webhook: 'taken-back' },
    ]);
    expect(await agentsNow(cotonou)).toEqual([sharedAgent]);
    expect(atRetell(keysOf.clinic, agentsOf.clinic)).not.toHaveProperty('webhookUrl');
    expect((await ask('DELETE /api/retell/disconnect-agent')).status).toBe(404);
    expect((await connect(agentsOf.clinic, { as: stranger, apiKey: keysOf.clinic })).status).toBe(200);
  });

  test('lets its events go where they went before it was connected', async () => {
    const { connect, ask, atRetell } = await world();
    const agent = atRetell(keysOf.clinic, agentsOf.clinic)!;
    agent.webhookUrl = 'https://first.example/hook';
    expect((await connect(agentsOf.clinic, { apiKey: keysOf.clinic })).body.message).toContain('will again');
    await connect(agentsOf.clinic);
    expect(agent.webhookUrl).toBe(webhookUrl);
    expect((await ask('DELETE /api/retell/disconnect-agent')).body.data).toMatchObject({ webhook: 'put-back' });
    expect(agent.webhookUrl).toBe('https://first.example/hook');

    // It was changed while it was connected: the newest of the clinic's own counts, and only once.
    await connect(agentsOf.clinic);
    agent.webhookUrl = 'https://second.example/hook';
    await connect(agentsOf.clinic);
    await ask('DELETE /api/retell/disconnect-agent');
    expect(agent.webhookUrl).toBe('https://second.example/hook');
    agent.webhookUrl = webhookUrl;
    await connect(agentsOf.clinic);
    expect((await ask('DELETE /api/retell/disconnect-agent')).body.data).toMatchObject({ webhook: 'taken-back' });
  });

  test('that Retell did not hear of lets its events go there once it is connected and disconnected again', async () => {
    const { connect, ask, atRetell, accounts } = await world();
    const agent = atRetell(keysOf.clinic, agentsOf.clinic)!;
    agent.webhookUrl = 'https://first.example/hook';
    await connect(agentsOf.clinic, { apiKey: keysOf.clinic });
    accounts.silent = true;
    await ask('DELETE /api/retell/disconnect-agent');
    accounts.silent = false;
    await connect(agentsOf.clinic);
    await ask('DELETE /api/retell/disconnect-agent');
    expect(agent.webhookUrl).toBe('https://first.example/hook');
  });

  test('does not tell the next clinic where its events went before', async () => {
    const { connect, ask, atRetell, accounts } = await world();
    const agent = atRetell(keysOf.clinic, agentsOf.clinic)!;
    agent.webhookUrl = 'https://first.example/hook';
    await connect(agentsOf.clinic, { apiKey: keysOf.clinic });
    accounts.silent = true;
    await ask('DELETE /api/retell/disconnect-agent');
    accounts.silent = false;
    await connect(agentsOf.clinic, { as: stranger, apiKey: keysOf.clinic });
    const { body } = await ask('DELETE /api/retell/disconnect-agent', { as: stranger });
    expect([body.data?.webhook, agent.webhookUrl]).toEqual(['taken-back', undefined]);
  });

  test('leaves an address alone that somebody else put there since', async () => {
    const { connect, ask, atRetell } = await world();
    await connect(agentsOf.clinic, { apiKey: keysOf.clinic });
    Object.assign(atRetell(keysOf.clinic, agentsOf.clinic)!, { webhookUrl: 'https://elsewhere.example/hook' });
    expect((await ask('DELETE /api/retell/disconnect-agent')).body.data).toMatchObject({ webhook: 'not-ours' });
    expect(atRetell(keysOf.clinic, agentsOf.clinic)?.webhookUrl).toBe('https://elsewhere.example/hook');
  });

  test('works while Retell does not answer', async () => {
    const { connect, ask, agentsNow, accounts } = await world();
    await connect(agentsOf.clinic, { apiKey: keysOf.clinic });
    accounts.silent = true;
    expect((await ask('DELETE /api/retell/disconnect-agent')).body.data).toMatchObject({ webhook: 'not-taken-back' });
    expect(await agentsNow(cotonou)).toEqual([sharedAgent]);
  });
});

describe('its status', () => {
  const statusOf = async ({ ask }: Awaited<ReturnType<typeof world>>) =>
    (await ask('GET /api/retell/agent-status')).body.data;

  test('is what Retell says now, with the last we heard of it', async () => {
    const system = await world();
    expect(await statusOf(system)).toEqual({ agentId: null, email: 'accueil@clinique.example', aiStatus: 'inactive' });
    await system.connect(agentsOf.clinic, { apiKey: keysOf.clinic });
    system.seen.set(`${cotonou} ${agentsOf.clinic}`, Date.parse('2026-10-05T10:00:00.000Z'));
    expect(await statusOf(system)).toEqual({
      agentId: agentsOf.clinic,
      email: 'accueil@clinique.example',
      aiStatus: 'active',
      agentName: 'Accueil',
      webhook: 'ours',
      lastEventAt: '2026-10-05T10:00:00.000Z',
    });
  });

  test('says what must be done', async () => {
    const system = await world();
    await system.connect(agentsOf.clinic, { apiKey: keysOf.clinic });
    const agent = system.atRetell(keysOf.clinic, agentsOf.clinic)!;
    agent.webhookUrl = 'https://elsewhere.example/hook';
    expect(await statusOf(system)).toMatchObject({ aiStatus: 'attention', problem: 'webhook-elsewhere' });
    system.accounts.silent = true;
    expect(await statusOf(system)).toMatchObject({ aiStatus: 'unknown' });
    system.accounts.silent = false;
    await system.ask('DELETE /api/credentials/{kind}', { kind: 'retell-api-key' });
    expect(await statusOf(system)).toMatchObject({ aiStatus: 'attention', problem: 'no-key' });
  });
});

describe('keys of a clinic', () => {
  const kind = 'retell-api-key';

  test('go in and never come out: a fingerprint is shown, and whether Retell takes it', async () => {
    const { ask } = await world();
    expect((await ask('GET /api/credentials')).body).toEqual({ credentials: [] });
    const put = await ask('PUT /api/credentials/{kind}', { kind, body: { value: keysOf.clinic } });
    const listed = await ask('GET /api/credentials');
    expect([put.status, listed.body]).toEqual([200, { credentials: [put.body] }]);
    expect(put.body).toEqual({ kind, fingerprint: expect.any(String), putAt: expect.any(String) });
    const tested = await ask('POST /api/credentials/{kind}/test', { kind });
    expect(tested.body).toMatchObject({ outcome: 'accepted', fingerprint: (put.body as never)['fingerprint'] });
    expect(JSON.stringify([put, listed, tested])).not.toContain(keysOf.clinic);
  });

  test('of which Retell refuses one are told so', async () => {
    const { ask } = await world();
    await ask('PUT /api/credentials/{kind}', { kind, body: { value: 'key_that_is_nobodys_001' } });
    expect((await ask('POST /api/credentials/{kind}/test', { kind })).body).toMatchObject({ outcome: 'key-refused' });
  });

  test('that are none, or of no kind we know, are refused', async () => {
    const { ask } = await world();
    for (const value of ['short', 'with a space in the middle of it', 'x'.repeat(201)])
      expect((await ask('PUT /api/credentials/{kind}', { kind, body: { value } })).status).toBe(422);
    expect((await ask('PUT /api/credentials/{kind}', { kind: 'other', body: { value: keysOf.ours } })).status).toBe(
      404,
    );
    expect((await ask('POST /api/credentials/{kind}/test', { kind })).body.error?.code).toBe('credential-unknown');
    expect((await ask('DELETE /api/credentials/{kind}', { kind })).status).toBe(404);
  });
});

describe('a call from the browser', () => {
  const call = ({ ask }: Awaited<ReturnType<typeof world>>, key = 'k1', body: unknown = {}, as?: UserId) =>
    ask('POST /api/retell/create-web-call', { key, body, as });

  test('begins with the shared agent, bound to the clinic before anybody joins', async () => {
    const system = await world();
    const { status, body } = await call(system);
    expect([status, Object.keys(body).toSorted()]).toEqual([
      201,
      ['access_token', 'call_id', 'expires_at', 'ice_servers', 'transport'],
    ]);
    const [begun] = system.accounts.calls;
    expect(begun).toMatchObject({
      key: keysOf.ours,
      agentId: sharedAgent,
      language: 'fr',
      zone: 'Africa/Porto-Novo',
      variables: { clinic_id: cotonou, clinic_name: 'Clinique Exemple', language: 'fr' },
    });
    const binding = begun?.metadata.clinic_binding;
    expect(readBinding([bindingKey], binding, { clinicNumber: '', providerId: body.call_id })).toBe(cotonou);
    expect([...system.directory.sessions.values()]).toEqual([{ clinicId: cotonou, routedBy: 'binding' }]);
  });

  test('begins with the clinic’s own agent and key, where it has them', async () => {
    const system = await world();
    await system.connect(agentsOf.clinic, { apiKey: keysOf.clinic });
    expect((await call(system, 'k1', { language: 'en' })).status).toBe(201);
    expect(system.accounts.calls).toEqual([
      expect.objectContaining({
        key: keysOf.clinic,
        agentId: agentsOf.clinic,
        variables: expect.objectContaining({ language: 'en' }),
      }),
    ]);
  });

  test('is begun once however often it is asked for under one key, and by each person for themselves', async () => {
    const system = await world();
    const first = await call(system);
    expect(await call(system)).toEqual(first);
    expect((await call(system, 'k1', { language: 'en' })).body.error?.code).toBe('idempotency-key-reused');
    expect((await call(system, 'k1', {}, manager)).body.call_id).not.toBe(first.body.call_id);
    expect(system.accounts.calls).toHaveLength(2);
  });

  test('needs a key of its own, a language the clinic speaks, and an end to how many there are', async () => {
    const system = await world();
    expect((await system.ask('POST /api/retell/create-web-call', { body: {} })).body.error?.code).toBe(
      'idempotency-key-needed',
    );
    expect((await call(system, 'k0', { language: 'en-GB' })).body.error?.code).toBe('language-unknown');
    for (let n = 1; n <= 30; n++) expect((await call(system, `key${n}`)).status).toBe(201);
    expect((await call(system, 'key31')).status).toBe(429);
  });

  test('that Retell does not begin may be asked for again at once', async () => {
    const system = await world();
    system.accounts.silent = true;
    expect((await call(system)).status).toBe(503);
    system.accounts.silent = false;
    expect((await call(system)).status).toBe(201);
  });
});

test('an agent we made for a clinic in our account needs no key of the clinic’s', async () => {
  const system = await world();
  const before = await system.clinics.profile(cotonou);
  system.accounts.accounts[2]?.agents.push({ agentId: agentsOf.draft, version: 1, isPublished: true });
  const own = { provider: 'retell', id: agentsOf.draft, kind: 'dedicated' } as const;
  const after = { ...clinicOf(before!), agents: [own] };
  await system.clinics.save([{ before, after, events: [] }], 0);
  expect((await system.ask('GET /api/retell/agent-status')).body.data).toMatchObject({ aiStatus: 'active' });
  expect((await system.ask('POST /api/retell/create-web-call', { key: 'k1', body: {} })).status).toBe(201);
  expect(system.accounts.calls).toEqual([expect.objectContaining({ key: keysOf.ours, agentId: agentsOf.draft })]);
  expect((await system.ask('DELETE /api/retell/disconnect-agent')).body.error?.code).toBe('last-agent');
});
