import { rememberedProfiles } from '#domain/clinics/remembered-profiles.ts';
import { clinicProfile } from '../fakes/clinic.ts';
import { standingClock } from '../fakes/clock.ts';
import { cotonou } from '../fakes/conversation.ts';

test('a clinic is read again after a minute, and one that is not active or not there is not remembered', async () => {
  const clock = standingClock();
  const stored = new Map([[cotonou, clinicProfile()]]);
  let reads = 0;
  const { profile } = rememberedProfiles({ profile: async (id) => (reads++, stored.get(id)) }, clock);
  await profile(cotonou);
  stored.set(cotonou, clinicProfile({ status: 'suspended' }));
  clock.pass(59_999);
  expect((await profile(cotonou))?.status).toBe('active');
  clock.pass(1);
  expect((await profile(cotonou))?.status).toBe('suspended');
  stored.set(cotonou, clinicProfile());
  expect((await profile(cotonou))?.status).toBe('active');
  expect(reads).toBe(3);
  stored.clear();
  clock.pass(60_000);
  expect(await profile(cotonou)).toBeUndefined();
  stored.set(cotonou, clinicProfile());
  expect((await profile(cotonou))?.status).toBe('active');
});
