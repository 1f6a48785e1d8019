import { type AppointmentTypeId, ProviderId } from '#domain/ids.ts';
import type { TimesQuery } from '#domain/scheduling/scheduling.ts';
import {
  agentOf,
  awa,
  consultation,
  koffi,
  patientId,
  room2,
  schedulingWorld,
  staff,
  ultrasound,
} from '../../fakes/scheduling.ts';

const caller = agentOf('a');
const wanted: TimesQuery = { typeId: consultation.id };

/** Instants of the fake clinic's wall clock, one hour ahead of UTC all year. */
const at = (wall: string) => Date.parse(`${wall.replace(' ', 'T')}:00.000+01:00`);

async function found(world: ReturnType<typeof schedulingWorld>, query: Partial<TimesQuery> = {}, requester = caller) {
  const times = await world.scheduling.find(world.clinic, { ...wanted, ...query }, requester);
  if (times.code !== 'OK') throw new Error(`refused: ${times.code}`);
  return times;
}

test('a caller hears the three soonest times, none within the lead time', async () => {
  const world = schedulingWorld();
  const { slots } = await found(world);
  expect(world.walls(slots)).toEqual(['2026-10-05 09:30', '2026-10-05 10:00', '2026-10-05 10:30']);
  expect(slots.map(({ providerId }) => providerId)).toEqual([koffi, koffi, koffi]);
});

test("the clinic's people see times without lead time", async () => {
  const world = schedulingWorld();
  expect(world.walls((await found(world, {}, staff)).slots)[0]).toBe('2026-10-05 08:00');
});

test('three soonest times take one reading of three days, of the providers and rooms in question', async () => {
  const world = schedulingWorld();
  const reads: { resources: number; days: number }[] = [];
  const { cells } = world.store;
  world.store.cells = (clinicId, resources, fromMs, toMs) => {
    reads.push({ resources: resources.length, days: (toMs - fromMs) / 86_400_000 });
    return cells(clinicId, resources, fromMs, toMs);
  };
  await found(world);
  await found(world, { typeId: ultrasound.id, providerIds: [awa] });
  expect(reads).toEqual([
    { resources: 4, days: 3 },
    { resources: 2, days: 3 + 10 / (24 * 60) },
  ]);
});

test('days on which nobody works are not read', async () => {
  const world = schedulingWorld({}, '2026-10-10T12:00:00.000Z');
  expect(world.walls((await found(world)).slots)[0]).toBe('2026-10-12 08:00');
  expect(world.calls).toEqual(['cells']);
});

test('when the day asked for is full, the first time after it is told', async () => {
  const world = schedulingWorld(
    { hours: { monday: ['09:00-10:00'], wednesday: ['09:00-10:00'] } },
    '2026-10-04T08:00:00.000Z',
  );
  for (const time of ['09:00', '09:30'])
    await world.book(at(`2026-10-05 ${time}`), staff, { patient: { patientId: patientId(2) } });
  const day = { from: '2026-10-05', to: '2026-10-05', providerIds: [koffi] };
  const { slots, next } = await found(world, day);
  expect(slots).toEqual([]);
  expect(next && world.wall(next.startMs)).toBe('2026-10-07 09:00');
});

test('a caller whom only afternoons suit hears of no morning, not even after a full day', async () => {
  const world = schedulingWorld({
    hours: { monday: ['09:00-10:00', '15:00-16:00'], tuesday: ['09:00-10:00', '15:00-16:00'] },
  });
  for (const time of ['15:00', '15:30'])
    await world.book(at(`2026-10-05 ${time}`), staff, { patient: { patientId: patientId(2) } });
  const { slots, next } = await found(world, {
    from: '2026-10-05',
    to: '2026-10-05',
    providerIds: [koffi],
    notBefore: '12:00',
  });
  expect(slots).toEqual([]);
  expect(next && world.wall(next.startMs)).toBe('2026-10-06 15:00');
});

test('when nobody works on the day asked for, the clinic is closed, and the first times after it are offered', async () => {
  const world = schedulingWorld();
  const sunday = { ...wanted, from: '2026-10-11', to: '2026-10-11' };
  const answer = await world.scheduling.find(world.clinic, sunday, caller);
  expect(answer.code).toBe('CLOSED');
  expect(answer.code === 'CLOSED' && world.walls(answer.offers)).toEqual([
    '2026-10-12 08:00',
    '2026-10-12 08:30',
    '2026-10-12 09:00',
  ]);
});

test('a clinic that has not told its hours offers nothing, and reads nothing', async () => {
  const world = schedulingWorld({ hours: undefined });
  expect(await world.scheduling.find(world.clinic, wanted, caller)).toEqual({ code: 'CLOSED' });
  expect(world.calls).toEqual([]);
});

test('when everything is taken up to the horizon, there is nothing, nor anything after it', async () => {
  const world = schedulingWorld({ hours: { monday: ['09:00-09:30'] }, scheduling: { horizonDays: 6 } });
  for (const providerId of [koffi, awa]) {
    await world.book(at('2026-10-05 09:00'), staff, {
      providerId,
      patient: { patientId: patientId(providerId === awa ? 2 : 3) },
    });
  }
  expect(await found(world, {}, staff)).toEqual({ code: 'OK', slots: [] });
});

test.each([
  ['yesterday', { from: '2026-10-04', to: '2026-10-04' }, 'PAST'],
  ['from yesterday on', { from: '2026-10-04' }, 'PAST'],
  ['beyond the horizon', { from: '2026-12-05', to: '2026-12-05' }, 'OUTSIDE_HORIZON'],
  ['a range that ends before it begins', { from: '2026-10-08', to: '2026-10-07' }, 'SLOT_INVALID'],
  ['a type the clinic does not have', { typeId: koffi as string as AppointmentTypeId }, 'TYPE_NOT_BOOKABLE'],
  [
    'a provider of nobody',
    { providerIds: [ProviderId.parse('0a0b0c0d-1111-4222-8333-444455556666')] },
    'PROVIDER_UNKNOWN',
  ],
] as const)('%s is refused without a look at the calendars', async (_, query, code) => {
  const world = schedulingWorld();
  expect(await world.scheduling.find(world.clinic, { ...wanted, ...query }, caller)).toEqual({ code });
  expect(world.calls).toEqual([]);
});

test('a week that has begun already is searched from today on', async () => {
  const world = schedulingWorld({}, '2026-10-08T06:30:00.000Z');
  const { slots } = await found(world, { from: '2026-10-05', to: '2026-10-11' });
  expect(world.walls(slots)[0]).toBe('2026-10-08 09:30');
});

test('types that are not for agents are for the clinic’s people only', async () => {
  const { appointmentTypes } = schedulingWorld().clinic;
  const world = schedulingWorld({
    appointmentTypes: appointmentTypes.map((type) => ({ ...type, bookableByAgent: false })),
  });
  expect(await world.scheduling.find(world.clinic, wanted, caller)).toEqual({ code: 'TYPE_NOT_BOOKABLE' });
  expect((await found(world, {}, staff)).slots).toHaveLength(3);
});

test('a type out of use can be booked by nobody', async () => {
  const { appointmentTypes } = schedulingWorld().clinic;
  const world = schedulingWorld({ appointmentTypes: appointmentTypes.map((type) => ({ ...type, active: false })) });
  expect(await world.scheduling.find(world.clinic, wanted, staff)).toEqual({ code: 'TYPE_NOT_BOOKABLE' });
});

test('a provider who left, or who never performs the type, is unknown', async () => {
  const { appointmentTypes, providers } = schedulingWorld().clinic;
  const world = schedulingWorld({
    providers: providers.map((provider) => ({ ...provider, active: provider.id !== awa })),
    appointmentTypes: appointmentTypes.map((type) => ({ ...type, providers: [awa] })),
  });
  for (const providerIds of [[awa], [koffi]]) {
    const answer = await world.scheduling.find(world.clinic, { ...wanted, providerIds }, caller);
    expect(answer).toEqual({ code: 'PROVIDER_UNKNOWN' });
  }
  expect(await world.scheduling.find(world.clinic, wanted, caller)).toEqual({ code: 'TYPE_NOT_BOOKABLE' });
});

test('a type without any room in use has no operatory', async () => {
  const { operatories } = schedulingWorld().clinic;
  const world = schedulingWorld({
    operatories: operatories.map((room) => ({ ...room, active: room.id !== room2.id })),
  });
  const answer = await world.scheduling.find(world.clinic, { typeId: ultrasound.id }, caller);
  expect(answer).toEqual({ code: 'NO_OPERATORY' });
});

test('spread times lie on two days, even when the second is far away', async () => {
  const world = schedulingWorld({ hours: { monday: ['09:00-12:30'] } });
  const { slots } = await found(world, { strategy: 'spread' });
  expect(world.walls(slots)).toEqual(['2026-10-05 09:30', '2026-10-05 10:00', '2026-10-12 09:00']);
  expect(world.calls).toEqual(['cells', 'cells']);
});

test('the whole horizon is read only when it has to be, in parts that grow', async () => {
  const world = schedulingWorld();
  for (const resource of [koffi, awa]) {
    for (let day = 5; day <= 16; day++) {
      const date = `2026-10-${String(day).padStart(2, '0')}`;
      for (const [fromMs, toMs] of [
        [at(`${date} 08:00`), at(`${date} 13:00`)],
        [at(`${date} 15:00`), at(`${date} 19:00`)],
      ] as const) {
        if (toMs > world.clock.now()) {
          await world.scheduling.block(
            world.clinic,
            { resource: { kind: 'provider', id: resource }, fromMs, toMs },
            staff,
          );
        }
      }
    }
  }
  world.calls.length = 0;
  const { slots } = await found(world);
  expect(world.walls(slots)[0]).toBe('2026-10-17 09:00');
  expect(world.calls).toEqual(['cells', 'cells', 'cells']);
});

test('whoever would move is offered times next to their own, but not the one they have', async () => {
  const world = schedulingWorld();
  const booked = await world.book(at('2026-10-06 08:00'), staff);
  if (booked.code !== 'OK') throw new Error(booked.code);
  const { slots } = await found(world, { moving: booked.appointment, from: '2026-10-06', providerIds: [koffi] });
  expect(world.walls(slots)[0]).toBe('2026-10-06 08:30');
  const withAwa = await found(world, { moving: booked.appointment, from: '2026-10-06', providerIds: [awa] });
  expect(world.walls(withAwa.slots)[0]).toBe('2026-10-06 08:00');
});

test('an appointment may be moved into a time that overlaps its own', async () => {
  const world = schedulingWorld({ scheduling: { slotStepMin: 10 } });
  const booked = await world.book(at('2026-10-06 08:10'), staff);
  if (booked.code !== 'OK') throw new Error(booked.code);
  const { slots } = await found(world, { moving: booked.appointment, from: '2026-10-06', providerIds: [koffi] });
  expect(world.walls(slots)).toEqual(['2026-10-06 08:00', '2026-10-06 08:20', '2026-10-06 08:30']);
});

test('a fault of the store is thrown, not told as a full day', async () => {
  const world = schedulingWorld();
  world.store.failNext('read');
  await expect(world.scheduling.find(world.clinic, wanted, caller)).rejects.toThrow('the store failed');
});
