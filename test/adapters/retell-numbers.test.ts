import { createRetellNumbers } from '#adapters/retell/numbers.ts';
import { apiKey, startWorld, type World } from '#test/local/retell-world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.stop());

const numbers = () => createRetellNumbers(world.baseUrl, () => Promise.resolve(apiKey));
const order = { reservation: 'onboarding-1', country: 'US', areaCode: 202 } as const;
const trunk = { number: '+33199001299', terminationUri: 'clinic.pstn.twilio.com', transport: 'TLS' } as never;
const inbound = 'https://api.example.test/api/retell/inbound';
const owned = async () => (await world.client().phoneNumber.list()).items ?? [];

test('what a reservation bought is found by it, also after the answer was lost', async () => {
  expect(await numbers().find(order.reservation)).toEqual([]);
  const number = await numbers().buy(order);
  await world.restart();
  expect(await numbers().find(order.reservation)).toEqual([number]);
  expect(await numbers().buy({ ...order, reservation: 'onboarding-2' })).not.toBe(number);
  expect(await owned()).toHaveLength(2);
});

test('a purchase that failed is not tried again by itself; a refusal says whether asking again may help', async () => {
  await world.post('/faults', { kind: 'status', path: '/create-phone-number', status: 503 });
  await expect(numbers().buy(order)).rejects.toMatchObject({ status: 503 });
  for (const [status, forGood] of [
    [429, false],
    [402, false],
    [400, true],
  ]) {
    await world.post('/faults', { kind: 'status', path: '/create-phone-number', status });
    await expect(numbers().buy(order)).rejects.toMatchObject({ name: 'NumberNotGiven', forGood });
  }
  expect(await owned()).toHaveLength(0);
});

test('a bound number rings the published agent and asks our webhook; given back twice is given back', async () => {
  const number = await numbers().buy(order);
  await numbers().bind(number, 'agent_example0001', inbound);
  expect(await world.client().phoneNumber.retrieve(number)).toMatchObject({
    inbound_agents: [{ agent_id: 'agent_example0001', weight: 1, agent_version: 'latest_published' }],
    inbound_webhook_url: inbound,
  });
  await numbers().release(number);
  await numbers().release(number);
  expect(await owned()).toEqual([]);
  expect(await numbers().bind(number, 'agent_example0001', inbound)).toBe('not-held');
});

test('a number comes over its trunk once, and one that somebody else had there is told apart', async () => {
  const asked = { ...(trunk as object), reservation: 'onboarding-1' } as never;
  expect(await numbers().bring(asked)).toBe('imported');
  expect(await numbers().bring(asked)).toBe('imported');
  expect(await numbers().bring({ ...(asked as object), reservation: 'onboarding-2' } as never)).toBe('there-already');
  expect(await owned()).toMatchObject([
    {
      phone_number_type: 'custom',
      sip_outbound_trunk_config: { termination_uri: 'clinic.pstn.twilio.com', transport: 'TLS' },
    },
  ]);
  await expect(numbers().bring({ ...(asked as object), number: '+33 1 99' } as never)).rejects.toMatchObject({
    forGood: true,
  });
});

test('a trunk that asks for a user and a password is told them', async () => {
  const login = { username: 'retell', password: 'an invented one' };
  await numbers().bring({ ...(trunk as object), reservation: 'onboarding-1', login } as never);
  expect(await owned()).toMatchObject([{ sip_outbound_trunk_config: { auth_username: 'retell' } }]);
});

test('a number is unbound where it asks us, and left alone where it asks somebody else', async () => {
  const number = await numbers().buy(order);
  await numbers().bind(number, 'agent_example0001', 'https://elsewhere.example');
  await numbers().unbind(number, inbound);
  expect((await owned())[0]).toMatchObject({ inbound_webhook_url: 'https://elsewhere.example' });
  await numbers().bind(number, 'agent_example0001', inbound);
  await numbers().unbind(number, inbound);
  expect((await owned())[0]).toMatchObject({ inbound_agents: null, inbound_webhook_url: null });
});
