import { createRetellNumbers } from '#adapters/retell/numbers.ts';
import { apiKey, startWorld, type World } from '#test/local/retell-world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.stop());

const numbers = () => createRetellNumbers(world.baseUrl, () => Promise.resolve(apiKey));
const order = { reservation: 'onboarding-1', country: 'US', areaCode: 202 } as const;
const owned = async () => (await world.client().phoneNumber.list()).items ?? [];

test('a reservation buys one number, however often it is asked for, also after the answer was lost', async () => {
  const number = await numbers().buy(order);
  expect(await numbers().buy(order)).toBe(number);
  await world.restart();
  expect(await numbers().buy(order)).toBe(number);
  expect(await numbers().buy({ ...order, reservation: 'onboarding-2' })).not.toBe(number);
  expect(await owned()).toHaveLength(2);
});

test('a purchase that failed is not tried again by itself', async () => {
  await world.post('/faults', { kind: 'status', path: '/create-phone-number', status: 503 });
  await expect(numbers().buy(order)).rejects.toMatchObject({ status: 503 });
  expect(await owned()).toHaveLength(0);
});

test('a bound number rings the published agent and asks our webhook; given back twice is given back', async () => {
  const number = await numbers().buy(order);
  await numbers().bind(number, 'agent_example0001', 'https://api.example.test/api/retell/inbound');
  expect(await world.client().phoneNumber.retrieve(number)).toMatchObject({
    inbound_agents: [{ agent_id: 'agent_example0001', weight: 1, agent_version: 'latest_published' }],
    inbound_webhook_url: 'https://api.example.test/api/retell/inbound',
  });
  await numbers().release(number);
  await numbers().release(number);
  expect(await owned()).toEqual([]);
});
