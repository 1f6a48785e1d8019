import { AppointmentId } from '#domain/ids.ts';
import type { Appointment } from '#domain/scheduling/calendar/appointment.ts';
import type { Requester } from '#domain/scheduling/requester.ts';
import type { Changed } from '#domain/scheduling/scheduling.ts';
import { agentOf, awa, koffi, patientId, room1, room2, schedulingWorld, staff } from '../../fakes/scheduling.ts';

const at = (wall: string) => Date.parse(`${wall.replace(' ', 'T')}:00.000+01:00`);
const ten = at('2026-10-05 10:00');
const eleven = at('2026-10-05 11:00');
const caller = agentOf('a');
const minutes = 60_000;
const nobodys = AppointmentId.parse('0a0b0c0d-1111-4222-8333-444455556666');

type World = ReturnType<typeof schedulingWorld>;

async function booked(world: World, startMs = ten, n = 1, requester: Requester = staff) {
  const answer = await world.book(startMs, requester, { patient: { patientId: patientId(n) } });
  if (answer.code !== 'OK') throw new Error(`refused: ${answer.code}`);
  world.calls.length = 0;
  return answer.appointment;
}
function changed(answer: Changed): Appointment {
  if (answer.code !== 'OK') throw new Error(`refused: ${answer.code}`);
  return answer.appointment;
}
const cellsOf = ({ store, clinic }: World, { appointmentId }: Appointment) =>
  store.allCells(clinic.id).filter(({ ref }) => ref === appointmentId);

describe('moving an appointment', () => {
  const move = (world: World, { appointmentId }: Appointment, startMs: number, requester = caller, version?: number) =>
    world.scheduling.reschedule(world.clinic, appointmentId, { startMs }, requester, version);

  test('keeps its id and tells where it was', async () => {
    const world = schedulingWorld();
    const before = await booked(world);
    world.clock.pass(minutes);
    const after = changed(await move(world, before, eleven));
    expect(after).toEqual({
      ...before,
      startMs: eleven,
      endMs: eleven + 30 * minutes,
      occFromMs: eleven,
      occToMs: eleven + 30 * minutes,
      history: [
        ...before.history,
        {
          atMs: world.clock.now(),
          act: 'rescheduled',
          actorId: caller.holder,
          fromStartMs: ten,
          fromProviderId: koffi,
        },
      ],
      updatedAtMs: world.clock.now(),
      version: 2,
    });
    expect(world.standing(before.appointmentId)).toEqual(after);
    expect(cellsOf(world, before)).toHaveLength(2 * 6);
  });

  test('goes on record with the names of what changed', async () => {
    const world = schedulingWorld();
    const before = await booked(world);
    await move(world, before, eleven);
    expect(world.store.records.at(-1)).toMatchObject({
      act: 'appointment.reschedule',
      resourceId: before.appointmentId,
      patientId: patientId(1),
      conversationId: caller.conversationId,
      fields: ['startUtc'],
    });
  });

  test('takes two readings and one write', async () => {
    const world = schedulingWorld();
    await move(world, await booked(world), eleven);
    expect(world.calls).toEqual(['get', 'cells', 'move']);
  });

  test('may overlap the time it has', async () => {
    const world = schedulingWorld({ scheduling: { slotStepMin: 10 } });
    const after = changed(await move(world, await booked(world), at('2026-10-05 10:10')));
    expect(cellsOf(world, after)).toHaveLength(2 * 6);
  });

  test('changes the provider when one is asked for, and the room when the first is occupied', async () => {
    const world = schedulingWorld();
    const before = await booked(world);
    await world.book(eleven, staff, { patient: { patientId: patientId(2) } });
    const to = { startMs: eleven, providerId: awa };
    const after = changed(await world.scheduling.reschedule(world.clinic, before.appointmentId, to, caller));
    expect(after).toMatchObject({ providerId: awa, operatoryId: room2.id });
    expect(world.store.records.at(-1)?.fields).toEqual(['startUtc', 'providerId', 'operatoryId']);
  });

  test('leaves the provider only when that one no longer performs the type', async () => {
    const world = schedulingWorld();
    const before = await booked(world);
    await world.scheduling.block(
      world.clinic,
      { resource: { kind: 'provider', id: koffi }, fromMs: eleven, toMs: eleven + 30 * minutes },
      staff,
    );
    expect((await move(world, before, eleven)).code).toBe('SLOT_TAKEN');
    world.clinic.providers.find(({ id }) => id === koffi)!.active = false;
    expect(changed(await move(world, before, eleven)).providerId).toBe(awa);
  });

  test('to the time it has changes nothing', async () => {
    const world = schedulingWorld();
    const before = await booked(world);
    expect(await move(world, before, ten)).toEqual({ code: 'OK', appointment: before });
    const once = changed(await move(world, before, eleven));
    expect(await move(world, before, eleven)).toEqual({ code: 'OK', appointment: once });
    expect(world.acts()).toEqual(['appointment.book', 'appointment.reschedule']);
  });

  test('whose answer was lost is answered by the repetition', async () => {
    const world = schedulingWorld();
    const before = await booked(world);
    world.store.failNext('after-write');
    await expect(move(world, before, eleven, caller, 1)).rejects.toThrow('the store failed');
    expect(changed(await move(world, before, eleven, caller, 1)).version).toBe(2);
    expect(world.acts()).toEqual(['appointment.book', 'appointment.reschedule']);
  });

  test('into a time that is taken is refused with fresh times, held for the caller', async () => {
    const world = schedulingWorld();
    const before = await booked(world);
    await booked(world, eleven, 2);
    const answer = await move(world, before, eleven);
    expect(answer.code).toBe('SLOT_TAKEN');
    const { offers, held } = answer.code === 'OK' ? {} : answer;
    expect(world.walls(offers)).toEqual(['2026-10-05 09:30', '2026-10-05 10:30', '2026-10-05 11:30']);
    expect(world.walls(held)).toEqual(world.walls(offers));
    expect(world.standing(before.appointmentId)).toEqual(before);
  });

  test.each([
    ['that nobody would offer', '2026-10-05 10:10', 'SLOT_INVALID'],
    ['in the lunch break', '2026-10-05 13:00', 'CLOSED'],
    ['within the lead time', '2026-10-05 08:00', 'TOO_SOON'],
    ['that is over', '2026-10-05 07:00', 'PAST'],
    ['beyond the horizon', '2027-10-05 10:00', 'OUTSIDE_HORIZON'],
  ])('into a time %s is refused', async (_, wall, code) => {
    const world = schedulingWorld();
    expect(await move(world, await booked(world), at(wall))).toEqual({ code });
  });

  test('into another appointment of the patient is refused', async () => {
    const world = schedulingWorld();
    const before = await booked(world);
    await world.book(eleven, staff, { providerId: awa });
    expect(await move(world, before, eleven)).toEqual({ code: 'PATIENT_OVERLAP' });
  });

  test('takes the next room when one is taken under our hands', async () => {
    const world = schedulingWorld();
    const before = await booked(world);
    const { move: write } = world.store;
    world.store.move = async (...args) => {
      world.store.move = write;
      await world.book(eleven, staff, { providerId: awa, patient: { patientId: patientId(2) } });
      return write(...args);
    };
    expect(changed(await move(world, before, eleven)).operatoryId).toBe(room2.id);
  });

  test('that always comes too late finds the time taken', async () => {
    const world = schedulingWorld();
    const before = await booked(world);
    world.store.move = async () => ({ outcome: 'provider-taken' });
    expect((await move(world, before, eleven)).code).toBe('SLOT_TAKEN');
  });

  test('tried at the same moment twice is done once each', async () => {
    const world = schedulingWorld();
    const before = await booked(world);
    const [one, other] = await Promise.all([move(world, before, eleven), move(world, before, at('2026-10-06 08:00'))]);
    expect([one.code, other.code]).toEqual(['OK', 'OK']);
    const after = world.standing(before.appointmentId) as Appointment;
    expect(after.version).toBe(3);
    expect(cellsOf(world, after)).toHaveLength(2 * 6);
  });
});

describe('cancelling an appointment', () => {
  const cancel = (
    world: World,
    { appointmentId }: Appointment,
    requester = caller,
    version?: number,
    reason?: string,
  ) => world.scheduling.cancel(world.clinic, appointmentId, reason, requester, version);

  test('gives its time back and says why', async () => {
    const world = schedulingWorld();
    const before = await booked(world);
    const after = changed(await cancel(world, before, caller, undefined, 'en voyage'));
    expect(after).toEqual({
      ...before,
      status: 'cancelled',
      cancellationReason: 'en voyage',
      history: [...before.history, { atMs: world.clock.now(), act: 'cancelled', actorId: caller.holder }],
      version: 2,
    });
    expect(world.store.allCells(world.clinic.id)).toEqual([]);
    expect(world.store.records.at(-1)).toMatchObject({ act: 'appointment.cancel', fields: ['status'] });
    expect(JSON.stringify(world.store.records)).not.toContain('voyage');
    expect(world.calls).toEqual(['get', 'changeStatus']);
    await booked(world, ten, 2);
  });

  test('twice answers what the first time did', async () => {
    const world = schedulingWorld();
    const before = await booked(world);
    const once = changed(await cancel(world, before, caller, 1, 'en voyage'));
    expect(await cancel(world, before, caller, 1, 'guéri')).toEqual({ code: 'OK', appointment: once });
    expect(world.acts()).toEqual(['appointment.book', 'appointment.cancel']);
  });

  test('goes through although somebody confirmed it meanwhile', async () => {
    const world = schedulingWorld();
    const before = await booked(world);
    const { changeStatus } = world.store;
    world.store.changeStatus = async (...args) => {
      world.store.changeStatus = changeStatus;
      await world.scheduling.setStatus(world.clinic, before.appointmentId, 'confirmed', staff);
      return changeStatus(...args);
    };
    expect(changed(await cancel(world, before)).history.map(({ act }) => act)).toEqual([
      'booked',
      'confirmed',
      'cancelled',
    ]);
  });

  test('is refused to whoever saw another version, then and while it is written', async () => {
    const world = schedulingWorld();
    const before = await booked(world);
    await world.scheduling.setStatus(world.clinic, before.appointmentId, 'confirmed', staff);
    expect(await cancel(world, before, caller, 1)).toEqual({ code: 'CHANGED_MEANWHILE' });
    const { changeStatus } = world.store;
    world.store.changeStatus = async (...args) => {
      world.store.changeStatus = changeStatus;
      await world.scheduling.reschedule(world.clinic, before.appointmentId, { startMs: eleven }, staff);
      return changeStatus(...args);
    };
    expect(await cancel(world, before, caller, 2)).toEqual({ code: 'CHANGED_MEANWHILE' });
    expect(world.standing(before.appointmentId)).toMatchObject({ status: 'confirmed', startMs: eleven });
  });

  test('is given up after a few rounds when others write all the time', async () => {
    const world = schedulingWorld();
    const before = await booked(world);
    world.store.changeStatus = async () => ({ outcome: 'changed-meanwhile' });
    expect(await cancel(world, before)).toEqual({ code: 'CHANGED_MEANWHILE' });
  });
});

describe('rules that moving and cancelling share', () => {
  const both = (world: World, { appointmentId }: Pick<Appointment, 'appointmentId'>, requester: Requester) =>
    Promise.all([
      world.scheduling.reschedule(world.clinic, appointmentId, { startMs: at('2026-10-06 08:00') }, requester),
      world.scheduling.cancel(world.clinic, appointmentId, undefined, requester),
    ]);

  test('an appointment nobody knows is unknown', async () => {
    const world = schedulingWorld();
    expect(await both(world, { appointmentId: nobodys }, caller)).toEqual(
      Array(2).fill({ code: 'APPOINTMENT_UNKNOWN' }),
    );
  });

  test("another clinic's appointment is unknown", async () => {
    const world = schedulingWorld();
    const { appointmentId } = await booked(world);
    const other = { ...world.clinic, id: nobodys as string as typeof world.clinic.id };
    const answer = await world.scheduling.cancel(other, appointmentId, undefined, staff);
    expect(answer).toEqual({ code: 'APPOINTMENT_UNKNOWN' });
  });

  test('what has begun or is over cannot be changed', async () => {
    const world = schedulingWorld();
    const arrived = await booked(world);
    await world.scheduling.setStatus(world.clinic, arrived.appointmentId, 'arrived', staff);
    expect(await both(world, arrived, staff)).toEqual(Array(2).fill({ code: 'APPOINTMENT_CLOSED' }));
    const cancelled = await booked(world, eleven, 2);
    await world.scheduling.cancel(world.clinic, cancelled.appointmentId, undefined, staff);
    const [moved] = await both(world, cancelled, staff);
    expect(moved).toEqual({ code: 'APPOINTMENT_CLOSED' });
    const there = { startMs: cancelled.startMs };
    const same = await world.scheduling.reschedule(world.clinic, cancelled.appointmentId, there, staff);
    expect(same).toEqual({ code: 'APPOINTMENT_CLOSED' });
  });

  test("a change asks for the clinic's notice, to the minute, of agents but not of its own people", async () => {
    const world = schedulingWorld({ scheduling: { cancelNoticeMin: 120 } });
    const before = await booked(world);
    world.clock.pass(30 * minutes + 1);
    expect(await both(world, before, caller)).toEqual(Array(2).fill({ code: 'NOTICE_TOO_SHORT' }));
    world.clock.pass(-1);
    const moved = await world.scheduling.reschedule(world.clinic, before.appointmentId, { startMs: eleven }, caller);
    expect(moved.code).toBe('OK');
    world.clock.pass(3 * 60 * minutes);
    expect((await world.scheduling.cancel(world.clinic, before.appointmentId, undefined, staff)).code).toBe('OK');
  });

  test('without a notice to give, an appointment can be cancelled until it begins', async () => {
    const world = schedulingWorld();
    const before = await booked(world);
    world.clock.pass(ten - world.clock.now() + 1);
    expect(await world.scheduling.cancel(world.clinic, before.appointmentId, undefined, caller)).toEqual({
      code: 'NOTICE_TOO_SHORT',
    });
  });

  test('a fault of the store is thrown', async () => {
    const world = schedulingWorld();
    const { appointmentId } = await booked(world);
    for (const fault of ['read', 'before-write'] as const) {
      world.store.failNext(fault);
      await expect(world.scheduling.cancel(world.clinic, appointmentId, undefined, caller)).rejects.toThrow(
        'the store failed',
      );
    }
  });
});

describe('what the clinic sees happen', () => {
  const set = (
    world: World,
    { appointmentId }: Appointment,
    status: 'confirmed' | 'arrived' | 'fulfilled' | 'noshow',
    requester = staff,
  ) => world.scheduling.setStatus(world.clinic, appointmentId, status, requester);

  test('is put on record step by step, and the time is given back at the end', async () => {
    const world = schedulingWorld();
    const before = await booked(world);
    for (const status of ['confirmed', 'arrived'] as const) {
      expect(changed(await set(world, before, status)).status).toBe(status);
      expect(cellsOf(world, before)).toHaveLength(2 * 6);
    }
    expect(changed(await set(world, before, 'fulfilled')).history.map(({ act }) => act)).toEqual([
      'booked',
      'confirmed',
      'arrived',
      'fulfilled',
    ]);
    expect(cellsOf(world, before)).toEqual([]);
    expect(world.acts().slice(1)).toEqual([
      'appointment.override confirmed',
      'appointment.override arrived',
      'appointment.override fulfilled',
    ]);
  });

  test('gives the time of whoever does not come to others', async () => {
    const world = schedulingWorld();
    const before = await booked(world);
    await set(world, before, 'noshow');
    await booked(world, ten, 2);
  });

  test('happens in order only, and once', async () => {
    const world = schedulingWorld();
    const before = await booked(world);
    expect(await set(world, before, 'fulfilled')).toEqual({ code: 'APPOINTMENT_CLOSED' });
    const once = changed(await set(world, before, 'noshow'));
    expect(await set(world, before, 'noshow')).toEqual({ code: 'OK', appointment: once });
    expect(await set(world, before, 'arrived')).toEqual({ code: 'APPOINTMENT_CLOSED' });
  });

  test('is not for an agent to say', async () => {
    const world = schedulingWorld();
    expect(await set(world, await booked(world), 'arrived', caller)).toEqual({ code: 'NOT_VERIFIED' });
    expect(world.calls).toEqual([]);
  });
});

describe('time taken out of a calendar', () => {
  const provider = { kind: 'provider', id: koffi } as const;
  const block = (world: World, fromMs: number, toMs: number, changes: object = {}, requester = staff) =>
    world.scheduling.block(world.clinic, { resource: provider, fromMs, toMs, ...changes }, requester);

  test('is not offered, until it is given back', async () => {
    const world = schedulingWorld();
    const answer = await block(world, ten, eleven, { reason: 'réunion' });
    if (answer.code !== 'OK') throw new Error(answer.code);
    expect(answer.block).toEqual({
      clinicId: world.clinic.id,
      blockId: expect.any(String),
      resource: provider,
      fromMs: ten,
      toMs: eleven,
      reason: 'réunion',
      createdAtMs: world.clock.now(),
    });
    expect((await world.book(ten, caller)).code).toBe('SLOT_TAKEN');
    expect(await world.scheduling.unblock(world.clinic, answer.block.blockId, staff)).toEqual({ code: 'OK' });
    await booked(world);
    expect(world.store.records.map(({ act, resourceType, reason }) => [act, resourceType, reason])).toEqual([
      ['appointment.override', 'block', 'block'],
      ['appointment.override', 'block', 'unblock'],
      ['appointment.book', 'appointment', undefined],
    ]);
    expect(JSON.stringify(world.store.records)).not.toContain('réunion');
  });

  test('asked for twice is blocked once', async () => {
    const world = schedulingWorld();
    expect(await block(world, ten, eleven)).toEqual(await block(world, ten, eleven));
    expect(world.acts()).toHaveLength(1);
  });

  test('is refused where anything stands in it', async () => {
    const world = schedulingWorld();
    await booked(world);
    expect(await block(world, ten - 30 * minutes, eleven)).toEqual({ code: 'RANGE_TAKEN' });
    expect((await block(world, ten, eleven, { resource: { kind: 'operatory', id: room1.id } })).code).toBe(
      'RANGE_TAKEN',
    );
    expect((await block(world, ten, eleven, { resource: { kind: 'operatory', id: room2.id } })).code).toBe('OK');
  });

  test.each([
    ['off the grid', { fromMs: ten + minutes }, 'SLOT_INVALID'],
    ['that ends off the grid', { toMs: eleven - minutes }, 'SLOT_INVALID'],
    ['that ends before it begins', { toMs: ten }, 'SLOT_INVALID'],
    ['that is over', { fromMs: ten - 5 * 60 * minutes, toMs: ten - 4 * 60 * minutes }, 'PAST'],
    ['of nobody', { resource: { kind: 'provider', id: room1.id } }, 'PROVIDER_UNKNOWN'],
    ['nowhere', { resource: { kind: 'operatory', id: koffi } }, 'NO_OPERATORY'],
    ['longer than one write', { toMs: ten + 98 * 5 * minutes }, 'RANGE_TOO_LONG'],
  ])('a range %s is refused', async (_, changes, code) => {
    const world = schedulingWorld();
    expect(await block(world, ten, eleven, changes)).toEqual({ code });
    expect(world.calls).toEqual([]);
  });

  test('may be as long as one write takes', async () => {
    const world = schedulingWorld();
    expect((await block(world, ten, ten + 97 * 5 * minutes)).code).toBe('OK');
    expect(world.store.allCells(world.clinic.id)).toHaveLength(97);
  });

  test('is not for an agent to take or give back', async () => {
    const world = schedulingWorld();
    expect(await block(world, ten, eleven, {}, caller)).toEqual({ code: 'NOT_VERIFIED' });
    expect(await world.scheduling.unblock(world.clinic, 'any', caller)).toEqual({ code: 'NOT_VERIFIED' });
    expect(world.calls).toEqual([]);
  });

  test('that is not blocked cannot be given back', async () => {
    const world = schedulingWorld();
    expect(await world.scheduling.unblock(world.clinic, nobodys, staff)).toEqual({ code: 'APPOINTMENT_UNKNOWN' });
  });
});
