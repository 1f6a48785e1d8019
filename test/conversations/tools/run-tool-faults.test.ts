import { toolWorld } from './tool-world.ts';

test('while a store fails, words of danger are asked about although more was said since', async () => {
  const world = toolWorld();
  world.deps.dialogues.get = () => Promise.reject(new Error('the store is down'));
  const ask = () => world.run('find_available_times', { appointment_type: 'consultation', date: '2026-10-13' });
  world.hear('bonjour', 'je voudrais venir');
  expect((await ask()).code).toBe('RETRY_LATER');
  world.hear('elle ne respire plus', 'vous m’entendez');
  expect((await ask()).code).toBe('EMERGENCY_TO_CONFIRM');
});
