import { createMasterAgent } from '#adapters/retell/master-agent.ts';
import { apiKey, startWorld, type World } from '#test/local/retell-world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.stop());

const settings = { name: 'Frontdesk master (test)', apiUrl: 'https://api.example.test', voiceId: 'voice-example' };
const master = (more: Partial<typeof settings> = {}) =>
  createMasterAgent(world.baseUrl, apiKey, { ...settings, ...more });

test('the agent is created once, found again by its name, and nothing is left to change', async () => {
  expect(await master().plan()).toMatchObject({ changes: expect.any(Array) as unknown });
  const made = await master().apply();
  await world.restart();
  const again = await master().apply();
  expect(again).toMatchObject({ agentId: made.agentId, version: 0, changes: [] });
  expect((await world.client().agent.list()).items).toHaveLength(1);
});

test('a published version never changes: a difference goes to a new draft, which rings only once published', async () => {
  const { agentId } = await master().apply();
  expect(await master().publish('first')).toEqual({ outcome: 'published', agentId, version: 0 });
  expect(await master().publish('again')).toEqual({ outcome: 'unchanged', agentId, version: 0 });

  const moved = master({ apiUrl: 'https://api.moved.example.test' });
  const { changes } = await moved.plan();
  expect(changes).toContainEqual({
    path: 'agent.webhook_url',
    from: 'https://api.example.test/api/retell/webhook',
    to: 'https://api.moved.example.test/api/retell/webhook',
  });
  expect(changes.map(({ path }) => path)).toContain('flow.tools.tool_book_appointment.url');
  expect(await moved.apply()).toMatchObject({ agentId, version: 1 });
  const first = await world.client().agent.retrieve(agentId, { version: 0 });
  expect(first).toMatchObject({ is_published: true, webhook_url: 'https://api.example.test/api/retell/webhook' });
  expect(await moved.plan()).toMatchObject({ version: 1, isPublished: false, changes: [] });
});

test('a node added by hand at the vendor is told and taken away again', async () => {
  const { agentId } = await master().apply();
  const { response_engine: engine } = await world.client().agent.retrieve(agentId);
  if (engine.type !== 'conversation-flow') throw new Error('not a flow');
  const stored = await world.client().conversationFlow.retrieve(engine.conversation_flow_id);
  await world.client().conversationFlow.update(engine.conversation_flow_id, {
    nodes: [...(stored.nodes ?? []), { id: 'by_hand', type: 'end' }] as never,
  });
  expect((await master().plan()).changes).toEqual([expect.objectContaining({ path: 'flow.nodes.by_hand' })]);
  await master().apply();
  expect((await master().plan()).changes).toEqual([]);
});

test('a creation that fails is not tried again by itself: there is never a second agent', async () => {
  await world.post('/faults', { kind: 'status', path: '/create-agent', status: 503 });
  await expect(master().apply()).rejects.toMatchObject({ status: 503 });
  expect((await world.client().agent.list()).items).toHaveLength(0);
  await master().apply();
  expect((await world.client().agent.list()).items).toHaveLength(1);
});

test('two agents of one name are for a person to sort out', async () => {
  const { agentId } = await master().apply();
  const { response_engine: engine } = await world.client().agent.retrieve(agentId);
  await world.client().agent.create({ agent_name: settings.name, voice_id: 'voice-example', response_engine: engine });
  await expect(master().apply()).rejects.toThrow('are both called Frontdesk master (test)');
});
