import type { Requester } from '#domain/scheduling/requester.ts';
import type { Booked, BookingRequest } from '#domain/scheduling/scheduling.ts';
import {
  agentOf,
  awa,
  consultation,
  koffi,
  patientId,
  room1,
  room2,
  schedulingWorld,
  staff,
  stranger,
} from '../../fakes/scheduling.ts';

const at = (wall: string) => Date.parse(`${wall.replace(' ', 'T')}:00.000+01:00`);
const ten = at('2026-10-05 10:00');
const caller = agentOf('a', '+12025550117');
const minutes = 60_000;

type World = ReturnType<typeof schedulingWorld>;

async function booked(
  world: World,
  startMs = ten,
  requester: Requester = caller,
  request: Partial<BookingRequest> = {},
) {
  const answer = await world.book(startMs, requester, request);
  if (answer.code !== 'OK') throw new Error(`refused: ${answer.code}`);
  return answer;
}
const offersOf = (world: World, answer: Booked) => (answer.code === 'OK' ? [] : world.walls(answer.offers));

test('a time is booked with all that belongs to it', async () => {
  const world = schedulingWorld();
  const { appointment, replayed } = await booked(world, ten, caller, { reason: 'mal au dos', flags: ['callback'] });
  expect(replayed).toBe(false);
  expect(appointment).toEqual({
    clinicId: world.clinic.id,
    appointmentId: expect.any(String),
    patientId: patientId(1),
    typeId: consultation.id,
    providerId: koffi,
    operatoryId: room1.id,
    startMs: ten,
    endMs: ten + 30 * minutes,
    occFromMs: ten,
    occToMs: ten + 30 * minutes,
    zone: 'Africa/Porto-Novo',
    status: 'booked',
    source: 'agent',
    conversationId: caller.conversationId,
    reason: 'mal au dos',
    flags: ['callback'],
    history: [{ atMs: world.clock.now(), act: 'booked', actorId: caller.holder }],
    createdAtMs: world.clock.now(),
    updatedAtMs: world.clock.now(),
    version: 1,
  });
  expect(world.standing(appointment.appointmentId)).toEqual(appointment);
});

test('a booking goes on record, with who asked and for whom, and no more', async () => {
  const world = schedulingWorld();
  const { appointment } = await booked(world, ten, caller, { reason: 'mal au dos' });
  expect(world.store.records).toEqual([
    {
      v: 1,
      clinicId: world.clinic.id,
      occurredAt: '2026-10-05T06:30:00.000Z',
      actorType: 'agent',
      actorId: caller.holder,
      requestId: 'req-a',
      act: 'appointment.book',
      outcome: 'success',
      resourceType: 'appointment',
      resourceId: appointment.appointmentId,
      patientId: patientId(1),
      conversationId: caller.conversationId,
    },
  ]);
});

test('a booking takes two readings at once and one write', async () => {
  const world = schedulingWorld();
  await booked(world);
  expect(world.calls).toEqual(['get', 'cells', 'book']);
});

test('whoever holds a time books it', async () => {
  const world = schedulingWorld();
  const query = { typeId: consultation.id, providerIds: [koffi] };
  const offer = await world.scheduling.offer(world.clinic, query, caller, []);
  const first = offer.code === 'OK' && offer.slots[0];
  const other = await world.book(first ? first.startMs : 0, agentOf('b'), { patient: { patientId: patientId(2) } });
  expect(other.code).toBe('SLOT_TAKEN');
  expect((await booked(world, first ? first.startMs : 0)).appointment.startMs).toBe(at('2026-10-05 09:30'));
});

test('what is held for a caller does not become too soon while it is held, for them alone', async () => {
  const world = schedulingWorld();
  const query = { typeId: consultation.id, providerIds: [koffi] };
  const offer = await world.scheduling.offer(world.clinic, query, caller, []);
  const first = offer.code === 'OK' ? offer.slots[0]!.startMs : 0;
  expect(world.wall(first)).toBe('2026-10-05 09:30');
  world.clock.pass(5 * minutes);
  expect((await world.book(first, agentOf('b'), { patient: { patientId: patientId(2) } })).code).toBe('TOO_SOON');
  expect((await world.book(first, caller, { providerId: awa })).code).toBe('TOO_SOON');
  expect((await booked(world, first, caller, { providerId: undefined })).appointment.providerId).toBe(koffi);
});

test('what was held and ran out is too soon like any other time', async () => {
  const world = schedulingWorld();
  const offer = await world.scheduling.offer(world.clinic, { typeId: consultation.id }, caller, []);
  world.clock.pass(5 * minutes + 1);
  expect((await world.book(offer.code === 'OK' ? offer.slots[0]!.startMs : 0, caller)).code).toBe('TOO_SOON');
});

test('a hold that ran out books normally while the time is free', async () => {
  const world = schedulingWorld();
  const wanted = { typeId: consultation.id, providerId: koffi, startMs: ten };
  await world.scheduling.hold(world.clinic, wanted, caller, []);
  world.clock.pass(6 * minutes);
  expect((await booked(world)).replayed).toBe(false);
});

test('a hold that ran out is told as such when somebody else has the time by now', async () => {
  const world = schedulingWorld();
  const wanted = { typeId: consultation.id, providerId: koffi, startMs: ten };
  await world.scheduling.hold(world.clinic, wanted, caller, []);
  world.clock.pass(6 * minutes);
  // Another room: of the caller's hold the cells of the first room are left.
  await booked(world, ten, staff, { operatoryId: room2.id, patient: { patientId: patientId(2) } });
  const answer = await world.book(ten, caller);
  expect(answer.code).toBe('HOLD_EXPIRED');
  expect(offersOf(world, answer)).toEqual(['2026-10-05 10:30', '2026-10-05 11:00', '2026-10-05 11:30']);
});

test('a hold of which nothing is left is a time that is taken', async () => {
  const world = schedulingWorld();
  await world.scheduling.hold(world.clinic, { typeId: consultation.id, providerId: koffi, startMs: ten }, caller, []);
  world.clock.pass(6 * minutes);
  await booked(world, ten, staff, { patient: { patientId: patientId(2) } });
  expect((await world.book(ten, caller)).code).toBe('SLOT_TAKEN');
});

test('a time that is taken comes with three fresh ones, held for the caller', async () => {
  const world = schedulingWorld();
  await booked(world, ten, staff, { patient: { patientId: patientId(2) } });
  world.calls.length = 0;
  const answer = await world.book(ten, caller);
  expect(answer).toMatchObject({ code: 'SLOT_TAKEN' });
  expect(offersOf(world, answer)).toEqual(['2026-10-05 09:30', '2026-10-05 10:30', '2026-10-05 11:00']);
  expect(answer.code === 'SLOT_TAKEN' && world.walls(answer.held)).toEqual(offersOf(world, answer));
  expect(world.calls).toEqual(['get', 'cells', 'get', 'cells', 'hold', 'hold', 'hold']);
});

test("fresh times are not held for the clinic's people", async () => {
  const world = schedulingWorld();
  await booked(world);
  const answer = await world.book(ten, staff, { patient: { patientId: patientId(2) } });
  expect(answer).toEqual({ code: 'SLOT_TAKEN', offers: expect.anything() });
  expect(offersOf(world, answer)).toHaveLength(3);
});

test('a wish that is repeated gets the same appointment, although it is in its own way', async () => {
  const world = schedulingWorld();
  const first = await booked(world);
  world.clock.pass(90_000);
  const second = await booked(world);
  expect(second).toEqual({ ...first, replayed: true });
  expect(world.store.allAppointments(world.clinic.id)).toHaveLength(1);
  expect(world.acts()).toEqual(['appointment.book']);
});

test('a booking whose answer was lost is answered by the repetition', async () => {
  const world = schedulingWorld();
  world.store.failNext('after-write');
  await expect(world.book(ten, caller)).rejects.toThrow('the store failed');
  expect((await booked(world)).replayed).toBe(true);
  expect(world.acts()).toEqual(['appointment.book']);
});

test('the same wish at the same moment is fulfilled once', async () => {
  const world = schedulingWorld();
  const answers = await Promise.all(Array.from({ length: 8 }, () => booked(world)));
  expect(new Set(answers.map(({ appointment }) => appointment.appointmentId)).size).toBe(1);
  expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
});

test('a wish fulfilled between two readings of its repetition is found all the same', async () => {
  const world = schedulingWorld();
  const { cells } = world.store;
  world.store.cells = async (...args) => {
    world.store.cells = cells;
    await booked(world);
    return cells(...args);
  };
  expect((await booked(world)).replayed).toBe(true);
});

test('a repetition is answered even after the time has passed or the type is no longer booked', async () => {
  const world = schedulingWorld();
  await booked(world);
  world.clock.pass(24 * 60 * minutes);
  world.clinic.appointmentTypes[0]!.active = false;
  expect((await booked(world)).replayed).toBe(true);
});

test('a wish whose appointment was cancelled is fulfilled anew, and then again', async () => {
  const world = schedulingWorld();
  const ids = new Set<string>();
  for (let round = 0; round < 3; round++) {
    const { appointment, replayed } = await booked(world, ten, staff);
    expect(replayed).toBe(false);
    ids.add(appointment.appointmentId);
    expect((await booked(world, ten, staff)).replayed).toBe(true);
    await world.scheduling.cancel(world.clinic, appointment.appointmentId, undefined, staff);
  }
  expect(ids.size).toBe(3);
});

test('a wish whose appointment was moved away is fulfilled anew', async () => {
  const world = schedulingWorld();
  const first = await booked(world);
  await world.scheduling.reschedule(
    world.clinic,
    first.appointment.appointmentId,
    { startMs: at('2026-10-06 08:00') },
    caller,
  );
  const second = await booked(world);
  expect(second.replayed).toBe(false);
  expect(second.appointment.appointmentId).not.toBe(first.appointment.appointmentId);
});

test('two attempts to fulfil a cancelled wish anew make one appointment', async () => {
  const world = schedulingWorld();
  const { appointment } = await booked(world, ten, staff);
  await world.scheduling.cancel(world.clinic, appointment.appointmentId, undefined, staff);
  const answers = await Promise.all([booked(world, ten, staff), booked(world, ten, staff)]);
  expect(new Set(answers.map((answer) => answer.appointment.appointmentId)).size).toBe(1);
});

test('a replay that turns out to be cancelled meanwhile is booked anew', async () => {
  const world = schedulingWorld();
  const { book } = world.store;
  world.store.book = async (booking) => {
    world.store.book = book;
    const first = await book(booking);
    if (first.outcome === 'booked') {
      await world.scheduling.cancel(world.clinic, first.appointment.appointmentId, undefined, staff);
    }
    return book(booking);
  };
  const { appointment, replayed } = await booked(world);
  expect(replayed).toBe(false);
  expect(appointment.status).toBe('booked');
});

test('without a provider the first in the clinic’s order is booked, then the next, then nobody is left', async () => {
  const world = schedulingWorld();
  const providers = [];
  for (const n of [1, 2]) {
    const { appointment } = await booked(world, ten, caller, {
      providerId: undefined,
      patient: { patientId: patientId(n) },
    });
    providers.push([appointment.providerId, appointment.operatoryId]);
  }
  expect(providers).toEqual([
    [koffi, room1.id],
    [awa, room2.id],
  ]);
  const third = await world.book(ten, caller, { providerId: undefined, patient: { patientId: patientId(3) } });
  expect(third.code).toBe('SLOT_TAKEN');
});

test('a provider or room that is taken under our hands is replaced by the next', async () => {
  const world = schedulingWorld();
  const requests = [1, 2].map((n) =>
    booked(world, ten, agentOf(`c${n}`), { providerId: undefined, patient: { patientId: patientId(n) } }),
  );
  const answers = await Promise.all(requests);
  expect(new Set(answers.map(({ appointment }) => appointment.providerId))).toEqual(new Set([koffi, awa]));
  expect(new Set(answers.map(({ appointment }) => appointment.operatoryId))).toEqual(new Set([room1.id, room2.id]));
});

test('of many who want the same provider at the same time, one is booked', async () => {
  const world = schedulingWorld();
  const answers = await Promise.all(
    Array.from({ length: 6 }, (_, n) => world.book(ten, agentOf(`c${n}`), { patient: { patientId: patientId(n) } })),
  );
  expect(answers.map(({ code }) => code).sort()).toEqual(['OK', ...Array<string>(5).fill('SLOT_TAKEN')]);
});

test('whoever loses every round hears that the time is taken', async () => {
  const world = schedulingWorld();
  world.store.book = async () => ({ outcome: 'operatory-taken' });
  expect((await world.book(ten, caller)).code).toBe('SLOT_TAKEN');
});

test.each([
  ['a time nobody would offer', { startMs: at('2026-10-05 10:10') }, 'SLOT_INVALID'],
  ['a time in the lunch break', { startMs: at('2026-10-05 13:00') }, 'CLOSED'],
  ['a time on Sunday', { startMs: at('2026-10-11 10:00') }, 'CLOSED'],
  ['a time within the lead time', { startMs: at('2026-10-05 08:30') }, 'TOO_SOON'],
  ['a time that is over', { startMs: at('2026-10-05 07:00') }, 'PAST'],
  ['a time beyond the horizon', { startMs: at('2026-12-07 10:00') }, 'OUTSIDE_HORIZON'],
  [
    'a provider of another clinic',
    { providerId: '0a0b0c0d-1111-4222-8333-444455556666' as typeof koffi },
    'PROVIDER_UNKNOWN',
  ],
  [
    'a type of another clinic',
    { typeId: '0a0b0c0d-1111-4222-8333-444455556666' as typeof consultation.id },
    'TYPE_NOT_BOOKABLE',
  ],
  [
    'a room of another clinic',
    { operatoryId: '0a0b0c0d-1111-4222-8333-444455556666' as typeof room1.id },
    'NO_OPERATORY',
  ],
])('%s is refused, whatever the model says', async (_, request, code) => {
  const world = schedulingWorld();
  expect((await world.book(ten, caller, request)).code).toBe(code);
  expect(world.store.allAppointments(world.clinic.id)).toEqual([]);
});

test("the clinic's people book without lead time", async () => {
  const world = schedulingWorld();
  expect((await booked(world, at('2026-10-05 08:00'), staff)).appointment.source).toBe('staff');
});

test('a patient is not in two places at once', async () => {
  const world = schedulingWorld();
  await booked(world);
  expect(await world.book(ten, caller, { providerId: awa })).toMatchObject({ code: 'OK', replayed: true });
  expect(await world.book(ten, agentOf('b'), { providerId: awa })).toEqual({ code: 'PATIENT_OVERLAP' });
});

test('a patient has no more appointments ahead than the clinic allows', async () => {
  const world = schedulingWorld({ scheduling: { maxFutureApptsPerPatient: 1 } });
  await booked(world);
  expect(await world.book(at('2026-10-05 11:00'), caller)).toEqual({ code: 'PATIENT_LIMIT' });
});

test('a conversation books no more than the clinic allows', async () => {
  const world = schedulingWorld({ scheduling: { maxBookingsPerConversation: 1 } });
  await booked(world);
  const another = { patient: { patientId: patientId(2) } };
  expect(await world.book(at('2026-10-05 11:00'), caller, another)).toEqual({ code: 'CONVERSATION_LIMIT' });
  expect((await world.book(at('2026-10-05 11:00'), staff, another)).code).toBe('OK');
});

test('a new patient is added by the booking, and both go on record', async () => {
  const world = schedulingWorld();
  const newPatient = stranger(world.clinic, world.clock.now());
  const request = { patient: { newPatient }, flags: ['provisional-patient' as const] };
  const { appointment } = await booked(world, ten, caller, request);
  expect(world.store.newPatients).toEqual([newPatient]);
  expect(appointment).toMatchObject({ patientId: newPatient.patientId, flags: ['provisional-patient'] });
  expect(world.store.records.map(({ act, resourceId }) => [act, resourceId])).toEqual([
    ['patient.create', newPatient.patientId],
    ['appointment.book', appointment.appointmentId],
  ]);
  expect((await booked(world, ten, caller, request)).replayed).toBe(true);
  expect(world.acts()).toHaveLength(2);
});

test('neither names nor reasons go on record', async () => {
  const world = schedulingWorld();
  const newPatient = stranger(world.clinic, world.clock.now());
  await booked(world, ten, caller, { patient: { newPatient }, reason: 'mal au dos' });
  expect(JSON.stringify(world.store.records)).not.toMatch(/Esther|Inconnue|mal au dos|1990|\+1202/);
});

test('a fault of the store is thrown, and nothing is booked', async () => {
  for (const fault of ['read', 'before-write'] as const) {
    const world = schedulingWorld();
    world.store.failNext(fault);
    await expect(world.book(ten, caller)).rejects.toThrow('the store failed');
    expect(world.store.allCells(world.clinic.id)).toEqual([]);
  }
});

describe('on the days the clock changes in Paris', () => {
  const paris = (hours: string[]) => ({
    zone: 'Europe/Paris',
    hours: { sunday: hours },
    scheduling: { leadTimeMin: 0, slotStepMin: 30 },
  });

  test('in spring two thirty in the morning does not exist, and three comes right after two', async () => {
    const world = schedulingWorld(paris(['01:00-04:00']), '2027-03-27T12:00:00.000Z');
    const query = { typeId: consultation.id, providerIds: [koffi], count: 10 };
    const found = await world.scheduling.find(world.clinic, query, staff);
    const walls = found.code === 'OK' ? world.walls(found.slots) : undefined;
    expect(walls?.slice(0, 4)).toEqual([
      '2027-03-28 01:00',
      '2027-03-28 01:30',
      '2027-03-28 03:00',
      '2027-03-28 03:30',
    ]);
    for (const slot of found.code === 'OK' ? found.slots.slice(0, 4) : []) {
      await booked(world, slot.startMs, staff, { patient: { patientId: patientId(2) } });
    }
    const cells = world.store.allCells(world.clinic.id).filter(({ resource }) => resource.id === koffi);
    expect(cells).toHaveLength(4 * 6);
    expect(cells.at(-1)!.startMs - cells[0]!.startMs).toBe((4 * 6 - 1) * 5 * minutes);
  });

  test('in autumn two o’clock comes twice and is booked once', async () => {
    const world = schedulingWorld(paris(['01:00-04:00']), '2026-10-24T12:00:00.000Z');
    const first = Date.parse('2026-10-25T00:00:00.000Z');
    const second = Date.parse('2026-10-25T01:00:00.000Z');
    expect([world.wall(first), world.wall(second)]).toEqual(['2026-10-25 02:00', '2026-10-25 02:00']);
    expect((await world.book(second, staff)).code).toBe('SLOT_INVALID');
    expect((await booked(world, first, staff)).appointment).toMatchObject({ startMs: first, zone: 'Europe/Paris' });
  });
});
