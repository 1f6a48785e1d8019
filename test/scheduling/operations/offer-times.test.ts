import type { Clinic } from '#domain/clinics/clinic.ts';
import type { Requester } from '#domain/scheduling/requester.ts';
import type { TimesQuery } from '#domain/scheduling/scheduling.ts';
import type { HeldTime } from '#domain/scheduling/slots/slot.ts';
import { agentOf, awa, consultation, koffi, patientId, room1, schedulingWorld, staff } from '../../fakes/scheduling.ts';

const wanted: TimesQuery = { typeId: consultation.id, providerIds: [koffi] };
const at = (wall: string) => Date.parse(`${wall.replace(' ', 'T')}:00.000+01:00`);
const minutes = 60_000;

type World = ReturnType<typeof schedulingWorld>;
const liveHolds = ({ store, clinic, clock }: World, holder?: string) =>
  store
    .allCells(clinic.id)
    .filter(({ kind, expiresAtMs }) => kind === 'hold' && (expiresAtMs ?? 0) >= clock.now())
    .filter((cell) => !holder || cell.holder === holder);

async function offered(
  world: World,
  requester: Requester,
  query: Partial<TimesQuery> = {},
  former: readonly HeldTime[] = [],
) {
  const answer = await world.scheduling.offer(world.clinic, { ...wanted, ...query }, requester, former);
  if (answer.code !== 'OK') throw new Error(`refused: ${answer.code}`);
  return answer;
}

test('the times a caller is offered are held for five minutes', async () => {
  const world = schedulingWorld();
  const caller = agentOf('a', '+12025550117');
  const { slots, held } = await offered(world, caller);
  expect(world.walls(slots)).toEqual(['2026-10-05 09:30', '2026-10-05 10:00', '2026-10-05 10:30']);
  expect(held.map(({ expiresAtMs, holdId, holder, ...slot }) => slot)).toEqual(slots);
  expect(new Set(held.map(({ expiresAtMs }) => expiresAtMs))).toEqual(new Set([world.clock.now() + 5 * minutes]));
  expect(liveHolds(world, caller.holder)).toHaveLength(3 * 6 * 2);
});

test('an offer takes one reading and one write for each time held', async () => {
  const world = schedulingWorld();
  const caller = agentOf('a', '+12025550117');
  const { held } = await offered(world, caller);
  expect(world.calls).toEqual(['cells', 'hold', 'hold', 'hold']);
  world.calls.length = 0;
  await offered(world, caller, { from: '2026-10-06' }, held);
  expect(world.calls).toEqual(['cells', 'release', 'hold', 'hold', 'hold']);
});

test('what one caller was offered is not offered to the next', async () => {
  const world = schedulingWorld();
  await offered(world, agentOf('a'));
  expect(world.walls((await offered(world, agentOf('b'))).slots)).toEqual([
    '2026-10-05 11:00',
    '2026-10-05 11:30',
    '2026-10-05 12:00',
  ]);
});

test('a new listing gives the former times back', async () => {
  const world = schedulingWorld();
  const caller = agentOf('a');
  const first = await offered(world, caller);
  const second = await offered(world, caller, { from: '2026-10-06' }, first.held);
  expect(world.walls(second.held)).toEqual(['2026-10-06 08:00', '2026-10-06 08:30', '2026-10-06 09:00']);
  expect(new Set(liveHolds(world).map(({ ref }) => ref))).toEqual(new Set(second.held.map(({ holdId }) => holdId)));
});

test('a time that is offered again stays held, for the full time again', async () => {
  const world = schedulingWorld();
  const caller = agentOf('a');
  const first = await offered(world, caller);
  world.clock.pass(4 * minutes);
  const second = await offered(world, caller, { notBefore: '10:00' }, first.held);
  expect(world.walls(second.held)).toEqual(['2026-10-05 10:00', '2026-10-05 10:30', '2026-10-05 11:00']);
  world.clock.pass(4 * minutes);
  expect(liveHolds(world)).toHaveLength(3 * 6 * 2);
});

test('a time is free again when its hold has run out, to the millisecond', async () => {
  const world = schedulingWorld();
  await offered(world, agentOf('a'), { notBefore: '10:00' });
  world.clock.pass(5 * minutes);
  expect(world.walls((await offered(world, agentOf('b'))).slots)[0]).toBe('2026-10-05 11:30');
  world.clock.pass(1);
  expect(world.walls((await offered(world, agentOf('c'))).slots)[0]).toBe('2026-10-05 10:00');
});

test("the clinic's people are shown times, and nothing is held for them", async () => {
  const world = schedulingWorld();
  expect((await offered(world, staff)).held).toEqual([]);
  expect(world.calls).toEqual(['cells']);
});

test('a third call from one number is offered times without holding them', async () => {
  const world = schedulingWorld({ hours: { monday: ['08:00-20:00'] } });
  const number = '+12025550117';
  const first = await offered(world, agentOf('a', number));
  await offered(world, agentOf('b', number), { notBefore: '11:00', count: 1 });
  const third = await offered(world, agentOf('c', number), { providerIds: [awa] });
  expect(third.slots).toHaveLength(3);
  expect(third.held).toEqual([]);
  const elsewhere = await offered(world, agentOf('d', '+12025550118'), { providerIds: [awa] });
  expect(elsewhere.held).toHaveLength(3);
  await world.scheduling.release(world.clinic, first.held, agentOf('a', number));
  expect((await offered(world, agentOf('c', number), { notBefore: '12:00' })).held.length).toBeGreaterThan(0);
});

test('no more than a quarter of a provider’s day is held, and the rest is offered all the same', async () => {
  const world = schedulingWorld({ hours: { monday: ['08:00-16:00'] } });
  const first = await offered(world, agentOf('a'));
  const second = await offered(world, agentOf('b'));
  expect(first.held).toHaveLength(3);
  expect(second.slots).toHaveLength(3);
  expect(world.walls(second.held)).toEqual(['2026-10-05 11:00']);
  const other = await offered(world, agentOf('c'), { providerIds: [awa] });
  expect(other.held.length).toBeGreaterThan(0);
});

test('on a short day not even one time is held', async () => {
  const world = schedulingWorld({ hours: { monday: ['09:30-11:00'] } });
  const { slots, held } = await offered(world, agentOf('a'));
  expect(slots).toHaveLength(3);
  expect(held).toEqual([]);
});

test('one conversation holds three times at most, even when the answer to an earlier offer was lost', async () => {
  const world = schedulingWorld({ hours: { monday: ['08:00-20:00'] } });
  const caller = agentOf('a');
  await offered(world, caller);
  const again = await offered(world, caller, { notBefore: '14:00' });
  expect(again.slots).toHaveLength(3);
  expect(again.held).toEqual([]);
});

test('an offer whose answer was lost is repeated with the same holds', async () => {
  const world = schedulingWorld();
  const caller = agentOf('a');
  world.store.failNext('after-write');
  await expect(offered(world, caller)).rejects.toThrow('the store failed');
  const { held } = await offered(world, caller);
  expect(world.walls(held)).toEqual(['2026-10-05 09:30', '2026-10-05 10:00', '2026-10-05 10:30']);
  expect(new Set(liveHolds(world).map(({ ref }) => ref)).size).toBe(3);
});

test('a time that is taken under our hands is replaced by the next one', async () => {
  const world = schedulingWorld();
  const { hold } = world.store;
  let isFirst = true;
  world.store.hold = async (...args) => {
    if (isFirst) {
      isFirst = false;
      await world.book(at('2026-10-05 09:30'), staff);
    }
    return hold(...args);
  };
  const { slots, held } = await offered(world, agentOf('a'));
  expect(world.walls(slots)).toEqual(['2026-10-05 10:00', '2026-10-05 10:30', '2026-10-05 11:00']);
  expect(held).toHaveLength(3);
  expect(new Set(liveHolds(world).map(({ ref }) => ref)).size).toBe(3);
});

test('a room that is taken under our hands is replaced by the next room', async () => {
  const world = schedulingWorld();
  const { hold } = world.store;
  let isFirst = true;
  world.store.hold = async (...args) => {
    if (isFirst) {
      isFirst = false;
      await world.book(at('2026-10-05 09:30'), staff, { providerId: awa });
    }
    return hold(...args);
  };
  const { slots } = await offered(world, agentOf('a'), { count: 1 });
  expect(world.walls(slots)).toEqual(['2026-10-05 09:30']);
  expect(slots[0]?.operatoryId).not.toBe(room1.id);
});

test('whoever is always too late is offered what is left', async () => {
  const world = schedulingWorld();
  world.store.hold = async () => ({ outcome: 'provider-taken' });
  expect(await offered(world, agentOf('a'))).toEqual({ code: 'OK', slots: [], held: [] });
  expect(world.calls.filter((call) => call === 'cells')).toHaveLength(3);
});

test('the first time after a full day is held, because the caller hears of it', async () => {
  const world = schedulingWorld({ hours: { monday: ['09:30-10:00'], tuesday: ['08:00-12:00'] } });
  await world.book(at('2026-10-05 09:30'), staff);
  const { slots, next, held } = await offered(world, agentOf('a'), { from: '2026-10-05', to: '2026-10-05' });
  expect(slots).toEqual([]);
  expect(next && world.walls([next])).toEqual(world.walls(held));
  expect(world.walls(held)).toEqual(['2026-10-06 08:00']);
});

test('the times offered for a closed day are held', async () => {
  const world = schedulingWorld();
  const sunday = { ...wanted, from: '2026-10-11', to: '2026-10-11' };
  const answer = await world.scheduling.offer(world.clinic, sunday, agentOf('a'), []);
  expect(answer.code).toBe('CLOSED');
  expect(world.walls(answer.held)).toEqual(['2026-10-12 08:00', '2026-10-12 08:30', '2026-10-12 09:00']);
});

test('a question that makes no sense leaves former holds alone', async () => {
  const world = schedulingWorld();
  const caller = agentOf('a');
  const { held } = await offered(world, caller);
  const past = { ...wanted, from: '2026-10-04', to: '2026-10-04' };
  expect(await world.scheduling.offer(world.clinic, past, caller, held)).toEqual({ code: 'PAST' });
  expect(liveHolds(world)).toHaveLength(3 * 6 * 2);
});

test('nobody gives back what another holds', async () => {
  const world = schedulingWorld();
  const { held } = await offered(world, agentOf('a'));
  const before = liveHolds(world).length;
  await world.scheduling.release(world.clinic, held, agentOf('b'));
  await offered(world, agentOf('b'), { providerIds: [awa], count: 0 }, held);
  expect(liveHolds(world)).toHaveLength(before);
});

describe('one time that is wanted', () => {
  const hold = (
    world: World,
    startMs: number,
    requester: Requester,
    former: readonly HeldTime[] = [],
    clinic: Clinic = world.clinic,
  ) => world.scheduling.hold(clinic, { typeId: consultation.id, providerId: koffi, startMs }, requester, former);

  test('is held in place of the others, in few calls', async () => {
    const world = schedulingWorld();
    const caller = agentOf('a');
    const { held } = await offered(world, caller);
    world.calls.length = 0;
    const answer = await hold(world, at('2026-10-05 10:00'), caller, held);
    expect(answer.code === 'OK' && world.walls(answer.held)).toEqual(['2026-10-05 10:00']);
    expect(liveHolds(world)).toHaveLength(6 * 2);
    expect(world.calls).toEqual(['cells', 'hold', 'release']);
  });

  test("is held for the clinic's people when they ask", async () => {
    const world = schedulingWorld();
    const answer = await hold(world, at('2026-10-05 08:00'), staff);
    expect(answer.code === 'OK' && world.walls(answer.held)).toEqual(['2026-10-05 08:00']);
  });

  test('is not held beyond a cap, and can be booked all the same', async () => {
    const world = schedulingWorld({ hours: { monday: ['09:30-11:00'] } });
    const answer = await hold(world, at('2026-10-05 09:30'), agentOf('a'));
    expect(answer).toMatchObject({ code: 'OK', held: [], slot: { startMs: at('2026-10-05 09:30') } });
  });

  test.each([
    ['at a time nobody would offer', '2026-10-05 10:10', 'SLOT_INVALID'],
    ['in the lunch break', '2026-10-05 13:00', 'CLOSED'],
    ['within the lead time', '2026-10-05 08:00', 'TOO_SOON'],
    ['yesterday', '2026-10-04 10:00', 'PAST'],
    ['next year', '2027-10-05 10:00', 'OUTSIDE_HORIZON'],
  ])('%s is refused', async (_, wall, code) => {
    const world = schedulingWorld();
    expect(await hold(world, at(wall), agentOf('a'))).toEqual({ code });
  });

  test('and is taken comes with fresh times, held in place of the former', async () => {
    const world = schedulingWorld();
    await world.book(at('2026-10-05 10:00'), staff);
    const caller = agentOf('a');
    const former = await offered(world, caller, { from: '2026-10-07' });
    const answer = await hold(world, at('2026-10-05 10:00'), caller, former.held);
    expect(answer.code).toBe('SLOT_TAKEN');
    expect(answer.code === 'SLOT_TAKEN' && world.walls(answer.offers)).toEqual([
      '2026-10-05 09:30',
      '2026-10-05 10:30',
      '2026-10-05 11:00',
    ]);
    expect(new Set(liveHolds(world).map(({ ref }) => ref)).size).toBe(3);
  });

  test('and is always taken under our hands is taken', async () => {
    const world = schedulingWorld();
    world.store.hold = async () => ({ outcome: 'operatory-taken' });
    expect(await hold(world, at('2026-10-05 10:00'), agentOf('a'))).toMatchObject({ code: 'SLOT_TAKEN' });
  });

  test('without a room is told so, with other times', async () => {
    const world = schedulingWorld({
      providers: [
        ...schedulingWorld().clinic.providers,
        { id: '8f4b3c12-6e5d-4a71-8c8d-3e4f5a6b7c8d', givenName: 'Sena', familyName: 'Fictif' },
      ],
    });
    for (const [n, providerId] of [awa, koffi].entries()) {
      await world.book(at('2026-10-05 10:00'), staff, { providerId, patient: { patientId: patientId(n) } });
    }
    const sena = world.clinic.providers.at(-1)!.id;
    const request = { typeId: consultation.id, providerId: sena, startMs: at('2026-10-05 10:00') };
    const answer = await world.scheduling.hold(world.clinic, request, agentOf('a'), []);
    expect(answer).toMatchObject({ code: 'NO_OPERATORY' });
    expect(answer.code === 'NO_OPERATORY' && world.walls(answer.offers)).toEqual([
      '2026-10-05 09:30',
      '2026-10-05 10:30',
      '2026-10-05 11:00',
    ]);
  });
});
