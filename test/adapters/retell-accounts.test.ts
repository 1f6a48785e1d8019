import { createCallSource } from '#adapters/retell/call-source.ts';
import { type AgentAtRetell, createRetellAccounts } from '#adapters/retell/clinic-agents.ts';
import { createRetellCopies } from '#adapters/retell/copies.ts';
import { createLiveCallSource } from '#adapters/retell/live-call.ts';
import { KeyRefused } from '#domain/clinics/credentials/credential.ts';
import { conversation, cotonou } from '#test/fakes/conversation.ts';
import { apiKey, clinic, startWorld, variables, type World } from '#test/local/retell-world.ts';

/** The vendor's side is the stand-in, which is held to the vendor's documentation by tests of its own. */
const theirNumber = '+12025550143';
let world: World;
let theirs: { apiKey: string; agentId: string };
beforeAll(async () => {
  world = await startWorld(undefined, { knownAgents: [clinic.boundAgentId] });
  const account = { agentName: 'Accueil', numbers: [theirNumber] };
  theirs = (await (await world.post('/accounts', account)).json()) as typeof theirs;
});
afterAll(() => world.stop());

const accounts = () => createRetellAccounts(world.baseUrl);
const url = 'https://api.frontdesk.example/api/retell/webhook';

async function agentOf(key: string, agentId: string): Promise<AgentAtRetell> {
  const agent = await accounts().read(key, agentId);
  if (typeof agent === 'string') throw new Error(agent);
  return agent;
}

test('a key opens its own account and no other', async () => {
  expect(await accounts().check(theirs.apiKey)).toBe('accepted');
  expect(await accounts().check('key_of_nobody_000001')).toBe('key-refused');
  expect(await agentOf(theirs.apiKey, theirs.agentId)).toEqual({
    agentId: theirs.agentId,
    name: 'Accueil',
    version: 0,
    isPublished: true,
  });
  expect(await accounts().read(apiKey, theirs.agentId)).toBe('agent-unknown');
  expect(await accounts().read(theirs.apiKey, clinic.boundAgentId)).toBe('agent-unknown');
});

test('the address of a published agent is set in a new version, which is published; a draft is left to its makers', async () => {
  const { read, setWebhook } = accounts();
  const agent = await agentOf(theirs.apiKey, theirs.agentId);
  expect(await setWebhook(theirs.apiKey, agent, url)).toBe('published');
  const next = await agentOf(theirs.apiKey, theirs.agentId);
  expect(next).toMatchObject({ webhookUrl: url, version: agent.version + 1, isPublished: true });
  await world.client(theirs.apiKey).agent.createVersion(theirs.agentId, { base_version: next.version });
  expect(await setWebhook(theirs.apiKey, await agentOf(theirs.apiKey, theirs.agentId), null)).toBe('in-draft');
  const draft = await agentOf(theirs.apiKey, theirs.agentId);
  expect([draft.webhookUrl, draft.isPublished]).toEqual([undefined, false]);
  expect(await read(theirs.apiKey, 'agent_that_is_nobodys1')).toBe('agent-unknown');
});

test('a browser joins a call with the token it was given, and its events are signed by the account of its agent', async () => {
  const wanted = { agentId: theirs.agentId, variables, metadata: { clinic_id: clinic.id } };
  expect(await accounts().createWebCall(apiKey, wanted)).toBe('agent-unknown');
  const call = await accounts().createWebCall(theirs.apiKey, wanted);
  if (typeof call === 'string') throw new Error(call);
  const { call_id, access_token, transport } = call;
  expect([transport, call.ice_servers.length]).toEqual(['gateway', 1]);
  const join = (token: string) =>
    world.post(`/web-calls/${call_id}/join`, { access_token: token, scenario: 'asks-a-question-in-english' });
  expect((await join('a guess')).status).toBe(401);
  await (await join(access_token)).text();
  expect((await join(access_token)).status).toBe(401);

  const source = createCallSource(
    world.baseUrl,
    async () => apiKey,
    async () => theirs.apiKey,
  );
  const record = { providerId: call_id, providerObject: 'call' } as const;
  expect(await source.fetch(record)).toBeUndefined();
  const kept = await source.fetch({ ...record, clinicId: cotonou });
  expect(kept).toMatchObject({ eventType: 'call_analyzed', over: true });
  const { call: told } = JSON.parse(Buffer.from(kept!.rawBody).toString()) as { call: object };
  expect(told).toMatchObject({ call_type: 'web_call', agent_id: theirs.agentId, metadata: { clinic_id: clinic.id } });
  expect(told).not.toHaveProperty('to_number');
});

test('calls that ended in an account of a clinic’s own are listed of its agent alone', async () => {
  const end_timestamp = 1_790_000_000_000;
  const { agent_id: theirSecond } = await world.client(theirs.apiKey).agent.create({
    response_engine: { type: 'retell-llm', llm_id: 'llm_1' },
    voice_id: 'a-voice',
  });
  const ended = (call_id: string, agent_id: string, endsAt = end_timestamp) => ({
    call_id,
    agent_id,
    call_status: 'ended',
    end_timestamp: endsAt,
  });
  const calls = [
    ended('call_theirs0001', theirs.agentId),
    ended('call_theirs0002', theirs.agentId, end_timestamp - 3_600_000),
    ended('call_theirs0003', theirSecond),
    ended('call_ours000001', clinic.boundAgentId),
  ];
  await world.post('/archive', { calls });
  const window = { from: end_timestamp - 1_000, to: end_timestamp + 1_000 };
  const listed = async (theirKey: string | undefined) => {
    const source = createCallSource(
      world.baseUrl,
      async () => apiKey,
      async () => theirKey,
    );
    const ids: string[] = [];
    const { signal } = new AbortController();
    for await (const id of source.listEndedOf(cotonou, theirs.agentId, window, { signal })) ids.push(id);
    return ids;
  };
  expect(await listed(theirs.apiKey)).toEqual(['call_theirs0001']);
  expect(await listed(undefined)).toEqual([]);
  await expect(listed('key_of_nobody_000001')).rejects.toBeInstanceOf(KeyRefused);
});

test('what Retell keeps of a call is deleted in the clinic’s own account, else in ours, and nothing of anybody else', async () => {
  const { agent_id: stranger } = await world.client(theirs.apiKey).agent.create({
    response_engine: { type: 'retell-llm', llm_id: 'llm_1' },
    voice_id: 'a-voice',
  });
  const kept = [
    { call_id: 'call_keptbythem1', agent_id: theirs.agentId },
    { call_id: 'call_keptbyus001', agent_id: clinic.boundAgentId },
    { call_id: 'call_keptbythem2', agent_id: stranger },
  ];
  await world.post('/archive', { calls: kept.map((call) => ({ ...call, call_status: 'ended' })) });
  const forget = (providerId: string, theirKey?: string, providerObject: 'call' | 'chat' = 'call') =>
    createRetellCopies(
      world.baseUrl,
      async () => apiKey,
      async () => theirKey,
    ).forget(conversation({ providerId, providerObject }));
  const isKept = (key: string, callId: string) =>
    world
      .client(key)
      .call.retrieve(callId)
      .then(
        () => true,
        ({ status }: { status: number }) => status !== 404,
      );
  await forget('call_keptbythem1');
  expect(await isKept(theirs.apiKey, 'call_keptbythem1')).toBe(true);
  for (const providerId of ['call_keptbythem1', 'call_keptbyus001']) {
    // Twice: a run that broke off is repeated.
    for (let time = 0; time < 2; time++) await forget(providerId, theirs.apiKey);
  }
  await forget('chat_unknown0001', theirs.apiKey, 'chat');
  expect(await isKept(theirs.apiKey, 'call_keptbythem1')).toBe(false);
  expect(await isKept(apiKey, 'call_keptbyus001')).toBe(false);
  expect(await isKept(theirs.apiKey, 'call_keptbythem2')).toBe(true);
  await expect(forget('call_keptbythem2', 'key_of_nobody_000001')).rejects.toBeInstanceOf(KeyRefused);
});

test('what is no order for a call is refused as Retell refuses it', async () => {
  const numbers = { agent_id: theirs.agentId, retell_llm_dynamic_variables: { open: true as never } };
  await expect(world.client(theirs.apiKey).call.createWebCall(numbers)).rejects.toMatchObject({ status: 422 });
});

describe('a call that goes on is looked for', () => {
  const never = new AbortController();
  const ours = { values: async () => [apiKey] as const, refreshed: async () => [apiKey] as const };
  const find = (callId: string, keyOfClinic: () => Promise<string | undefined>) =>
    createLiveCallSource(world.baseUrl, ours, keyOfClinic).find(cotonou, callId, { signal: never.signal });
  const begun = async (key: string, agentId: string) => {
    const call = await accounts().createWebCall(key, { agentId, variables, metadata: { clinic_id: clinic.id } });
    if (typeof call === 'string') throw new Error(call);
    return call.call_id;
  };

  test('in the account the clinic has of its own, and else in ours', async () => {
    const [inTheirs, inOurs] = [await begun(theirs.apiKey, theirs.agentId), await begun(apiKey, clinic.boundAgentId)];
    const own = async () => theirs.apiKey;
    expect(await find(inTheirs, own)).toMatchObject({ callId: inTheirs, agentId: theirs.agentId, isOver: false });
    expect(await find(inOurs, own)).toMatchObject({ callId: inOurs, agentId: clinic.boundAgentId });
    expect(await find('call_unknown00001', own)).toBeUndefined();
    expect(await find(inTheirs, async () => undefined)).toBeUndefined();
  });

  test('and is not unknown because the clinic’s key is refused', async () => {
    const refused = async () => 'key_of_nobody_000001';
    expect(await find(await begun(apiKey, clinic.boundAgentId), refused)).toMatchObject({ isOver: false });
    await expect(find(await begun(theirs.apiKey, theirs.agentId), refused)).rejects.toBeInstanceOf(KeyRefused);
  });

  test('and restricted to its basic attributes, in whichever account and also when it is over, for good', async () => {
    const live = createLiveCallSource(world.baseUrl, ours, async () => theirs.apiKey);
    const storeNothing = (callId: string) => live.storeNothing(cotonou, callId, { signal: never.signal });
    const ongoing = { call_id: 'call_ongoing000001', agent_id: theirs.agentId, call_status: 'ongoing' };
    const over = { call_id: 'call_over00000001', agent_id: clinic.boundAgentId, call_status: 'ended' };
    const said = { transcript: 'User: Bonjour.', recording_url: 'https://recordings.example/1.wav' };
    await world.post('/archive', { calls: [ongoing, { ...over, ...said }] });
    for (const { call_id } of [ongoing, ongoing, over]) await storeNothing(call_id);
    const restricted = { data_storage_setting: 'basic_attributes_only' } as const;
    expect(await world.client(theirs.apiKey).call.retrieve(ongoing.call_id)).toEqual({ ...ongoing, ...restricted });
    expect(await world.client().call.retrieve(over.call_id)).toEqual({ ...over, ...restricted });
    await expect(storeNothing('call_unknown00001')).rejects.toThrow('Retell does not know the call');

    const change = (fields: object) => world.client(theirs.apiKey).call.updateLive(ongoing.call_id, fields);
    await expect(change({ fields_to_override: { data_storage_setting: 'everything' } })).rejects.toMatchObject({
      status: 400,
    });
    await expect(change({ fields_to_override: { data_storage_setting: 'nothing' } })).rejects.toMatchObject({
      status: 400,
    });
  });
});

test('a key of a clinic that Retell refuses does not make its calls unknown', async () => {
  const source = createCallSource(
    world.baseUrl,
    async () => apiKey,
    async () => 'key_of_nobody_000001',
  );
  const record = { providerId: 'call_unknown00001', providerObject: 'call', clinicId: cotonou } as const;
  await expect(source.fetch(record)).rejects.toThrow('the key of a clinic is refused');
});

test('a number and an agent call from their own account alone, and what is told of the call is signed by it', async () => {
  const order = { from_number: theirNumber, to_number: '+12025550117', override_agent_id: theirs.agentId };
  const called = (key: string, changes = {}) => world.client(key).call.createPhoneCall({ ...order, ...changes });
  await expect(called(apiKey)).rejects.toMatchObject({ status: 404 });
  await expect(called(theirs.apiKey, { from_number: clinic.number })).rejects.toMatchObject({ status: 404 });
  await expect(called(theirs.apiKey, { override_agent_id: clinic.boundAgentId })).rejects.toMatchObject({
    status: 404,
  });
  world.api.keys.push(theirs.apiKey);
  const telephone = await world.post('/telephones', {
    numbers: [order.to_number],
    scenario: 'reminder-call',
    pickUp: 'busy',
    clinic: { number: theirNumber, language: 'fr', zone: clinic.zone },
  });
  const [{ call_id: callId }] = await Promise.all([called(theirs.apiKey), telephone.text()]);
  const told = world.api.received.filter(({ body }) => body.call.call_id === callId);
  expect(told.map(({ event, signedWith }) => [event, signedWith])).toEqual([
    ['call_ended', theirs.apiKey],
    ['call_analyzed', theirs.apiKey],
  ]);
  expect(await world.client(theirs.apiKey).call.retrieve(callId)).toMatchObject({ agent_id: theirs.agentId });
  await expect(world.client().call.retrieve(callId)).rejects.toMatchObject({ status: 404 });
});
