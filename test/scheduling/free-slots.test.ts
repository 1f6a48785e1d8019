import type * as z from 'zod';
import type { Clinic } from '#domain/clinics/clinic.ts';
import type { AppointmentType } from '#domain/clinics/practice/appointment-type.ts';
import { OperatoryId, ProviderId } from '#domain/ids.ts';
import type { Cell, Resource } from '#domain/scheduling/calendar/cell.ts';
import {
  durationWith,
  eligibleOperatories,
  eligibleProviders,
  freeSlots,
  occupiedRange,
  type SlotSearch,
} from '#domain/scheduling/slots/free-slots.ts';
import { occupancyOf } from '#domain/scheduling/slots/occupancy.ts';
import type { Slot } from '#domain/scheduling/slots/slot.ts';
import { clinicProfile } from '#test/fakes/clinic.ts';

const monday = '2026-10-05';
const awa = ProviderId.parse('6d2f1a90-3c4b-4e5f-8a6b-1c2d3e4f5a6b');
const koffi = ProviderId.parse('7e3a2b01-4d5c-4f60-9b7c-2d3e4f5a6b7c');
const [room1, room2] = ['1f0c9a52-7b64-4c1d-9e3a-5a6b7c8d9e01', '2a1d8b63-6c75-4d2e-8f4b-6b7c8d9e0f12'].map((id) =>
  OperatoryId.parse(id),
) as [OperatoryId, OperatoryId];
const doctors = {
  awa: { id: awa as string, givenName: 'Awa', familyName: 'Modèle', displayOrder: 2 },
  koffi: { id: koffi as string, givenName: 'Koffi', familyName: 'Exemple', displayOrder: 1 },
};
const consultation = {
  id: '3b2e7c74-5d86-4e3f-9a5c-7c8d9e0f1a23',
  names: { fr: 'consultation', en: 'consultation' },
  durationMin: 30,
};

interface Situation {
  clinic?: Partial<z.input<typeof Clinic>>;
  type?: Partial<z.input<typeof AppointmentType>>;
  search?: Partial<SlotSearch>;
  cells?: Cell[];
  holder?: string;
  moving?: { appointmentId: never };
}

const parts = (clinic: Clinic) => ({ clinic, type: clinic.appointmentTypes[0] as AppointmentType });

function searching({ clinic: changes, type, search }: Situation): SlotSearch {
  const clinic = clinicProfile({ appointmentTypes: [{ ...consultation, ...type }], ...changes });
  return {
    ...parts(clinic),
    providers: clinic.providers,
    from: monday,
    to: monday,
    nowMs: Date.parse('2026-10-04T12:00:00Z'),
    leadTimeMin: 0,
    ...search,
  };
}

function slots(situation: Situation = {}): Slot[] {
  const search = searching(situation);
  const { gridMinutes } = search.clinic.scheduling;
  const { cells = [], holder } = situation;
  const asker = { gridMinutes, zone: search.clinic.zone, nowMs: search.nowMs, holder, moving: situation.moving };
  return [...freeSlots(search, occupancyOf(cells, asker))];
}

const clock = (ms: number, zone = 'Africa/Porto-Novo') =>
  new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' }).format(ms);
const times = (found: Slot[], zone?: string) => found.map(({ startMs }) => clock(startMs, zone));
const at = (time: string, date = monday) => Date.parse(`${date}T${time}:00+01:00`);

/** Cells of a resource between two times of that Monday. */
function occupied(resource: Resource, from: string, to: string, how: Partial<Cell> = {}): Cell[] {
  const cells: Cell[] = [];
  for (let startMs = at(from); startMs < at(to); startMs += 300_000) {
    cells.push({ resource, startMs, kind: 'booked', ref: `${from}-${to}`, ...how });
  }
  return cells;
}
const withAwa: Resource = { kind: 'provider', id: awa };
const withKoffi: Resource = { kind: 'provider', id: koffi };
const inRoom1: Resource = { kind: 'operatory', id: room1 };
const inRoom2: Resource = { kind: 'operatory', id: room2 };

const alone: Partial<z.input<typeof Clinic>> = { providers: [doctors.awa], hours: { monday: ['08:00-10:00'] } };

test('times follow each other by the duration, and anew after the break', () => {
  const hours = { monday: ['08:00-09:45', '15:10-16:15'] };
  expect(times(slots({ clinic: { ...alone, hours } }))).toEqual(['08:00', '08:30', '09:00', '15:10', '15:40']);
});

test('a step of the clinic’s own goes before the duration', () => {
  const scheduling = { slotStepMin: 15 };
  expect(times(slots({ clinic: { ...alone, scheduling, hours: { monday: ['08:00-09:00'] } } }))).toEqual([
    '08:00',
    '08:15',
    '08:30',
  ]);
});

test('a doctor who takes longer has later times', () => {
  const type = { providers: [{ id: awa, durationMin: 45 }, koffi] };
  const found = slots({ clinic: { hours: { monday: ['08:00-09:30'] } }, type });
  expect(times(found.filter(({ providerId }) => providerId === awa))).toEqual(['08:00', '08:45']);
  expect(times(found.filter(({ providerId }) => providerId === koffi))).toEqual(['08:00', '08:30', '09:00']);
  expect(durationWith(searching({ type }).type, awa)).toBe(45);
});

test('nothing starts within the lead time, nor before now', () => {
  const nowMs = at('08:10');
  expect(times(slots({ clinic: alone, search: { nowMs } }))).toEqual(['08:30', '09:00', '09:30']);
  expect(times(slots({ clinic: alone, search: { nowMs, leadTimeMin: 50 } }))).toEqual(['09:00', '09:30']);
  expect(times(slots({ clinic: alone, search: { nowMs: nowMs + 1, leadTimeMin: 50 } }))).toEqual(['09:30']);
});

test('days before today and beyond the horizon have no times', () => {
  const clinic = { ...alone, hours: { monday: ['08:00-08:30'] }, scheduling: { horizonDays: 8 } };
  const found = slots({ clinic, search: { from: '2026-09-01', to: '2026-12-31' } });
  expect(found.map(({ startMs }) => new Date(startMs).toISOString().slice(0, 10))).toEqual([
    '2026-10-05',
    '2026-10-12',
  ]);
});

test('times of day can be asked for', () => {
  expect(times(slots({ clinic: alone, search: { notBefore: '08:30', before: '09:30' } }))).toEqual(['08:30', '09:00']);
});

test('what takes up to the end of the hours fits, a minute more does not', () => {
  const hours = { monday: ['08:00-08:30'] };
  expect(slots({ clinic: { ...alone, hours } })).toHaveLength(1);
  expect(slots({ clinic: { ...alone, hours }, type: { durationMin: 35 } })).toHaveLength(0);
});

describe('buffers', () => {
  const type = { bufferBeforeMin: 10, bufferAfterMin: 20 };
  const hours = { monday: ['08:00-09:30'] };

  test('reach past opening and closing, where the service may not', () => {
    const [first, ...others] = slots({ clinic: { ...alone, hours }, type });
    expect(first).toMatchObject({
      startMs: at('08:00'),
      endMs: at('08:30'),
      occFromMs: at('07:50'),
      occToMs: at('08:50'),
    });
    expect(times(others)).toEqual(['08:30', '09:00']);
  });

  test('must be free before and after', () => {
    const clinic = { ...alone, hours };
    expect(times(slots({ clinic, type, cells: occupied(withAwa, '07:40', '07:50') }))).toContain('08:00');
    expect(times(slots({ clinic, type, cells: occupied(withAwa, '07:45', '07:55') }))).not.toContain('08:00');
    expect(times(slots({ clinic, type, cells: occupied(withAwa, '09:50', '10:00') }))).toContain('09:00');
    expect(times(slots({ clinic, type, cells: occupied(withAwa, '09:45', '09:50') }))).not.toContain('09:00');
  });

  test('keep an operatory too', () => {
    const cells = [...occupied(inRoom1, '09:45', '09:50'), ...occupied(inRoom2, '09:45', '09:50')];
    expect(times(slots({ clinic: { ...alone, hours }, type, cells }))).toEqual(['08:00', '08:30']);
  });
});

describe('what stands in the calendar', () => {
  const hours = { monday: ['08:00-08:30'] };
  const free = (cells: Cell[], changes: Situation = {}) =>
    slots({ clinic: { ...alone, hours }, cells, ...changes }).length === 1;
  const hold = (expiresAtMs: number, holder = 'retell_call_other') =>
    occupied(withAwa, '08:00', '08:05', { kind: 'hold', holder, expiresAtMs });
  const nowMs = Date.parse('2026-10-04T12:00:00Z');

  test('bookings and blocks take a time, also by their last five minutes', () => {
    expect(free(occupied(withAwa, '08:25', '08:30'))).toBe(false);
    expect(free(occupied(withAwa, '08:10', '08:15', { kind: 'block' }))).toBe(false);
    expect(free([...occupied(withAwa, '07:00', '08:00'), ...occupied(withAwa, '08:30', '10:00')])).toBe(true);
  });

  test('somebody’s hold takes it until it has run out', () => {
    expect(free(hold(nowMs + 1))).toBe(false);
    expect(free(hold(nowMs))).toBe(false);
    expect(free(hold(nowMs - 1))).toBe(true);
  });

  test('an own hold does not', () => {
    expect(free(hold(nowMs + 1, 'retell_call_mine'), { holder: 'retell_call_mine' })).toBe(true);
    expect(free(hold(nowMs + 1, 'retell_call_mine'))).toBe(false);
  });

  test('nor does the appointment that would be moved', () => {
    const moving = { appointmentId: 'appointment-1' as never };
    expect(free(occupied(withAwa, '08:00', '08:30', { ref: 'appointment-1' }), { moving })).toBe(true);
    expect(free(occupied(withAwa, '08:00', '08:30', { ref: 'appointment-2' }), { moving })).toBe(false);
  });
});

describe('the operatory', () => {
  const clinic = { ...alone, hours: { monday: ['08:00-08:30'] } };
  const rooms = (situation: Situation) => slots(situation).map(({ operatoryId }) => operatoryId);

  test('is the first that is free, by the clinic’s order', () => {
    expect(rooms({ clinic })).toEqual([room1]);
    expect(rooms({ clinic, cells: occupied(inRoom1, '08:25', '08:30') })).toEqual([room2]);
  });

  test('is missing when all are taken, and then there is no time', () => {
    const cells = [...occupied(inRoom1, '08:00', '08:30'), ...occupied(inRoom2, '08:00', '08:30')];
    expect(rooms({ clinic, cells })).toEqual([]);
    expect(rooms({ clinic, cells, type: { needsOperatory: false } })).toEqual([undefined]);
  });

  test('is able to do what the type needs, active, and one the type names', () => {
    expect(rooms({ clinic, type: { capabilities: ['échographie'] } })).toEqual([room2]);
    expect(rooms({ clinic, type: { operatories: [room2] } })).toEqual([room2]);
    const operatories = [
      { id: room1, name: 'Salle 1', active: false },
      { id: room2, name: 'Salle 2', displayOrder: 9 },
    ];
    expect(rooms({ clinic: { ...clinic, operatories } })).toEqual([room2]);
    expect(rooms({ clinic, search: { operatoryId: room2 } })).toEqual([room2]);
  });

  test('is not closed while the service goes on', () => {
    const closures = [{ date: monday, operatory: room1 as string, interval: '08:15-09:00' }];
    expect(rooms({ clinic: { ...clinic, closures } })).toEqual([room2]);
  });

  test('comes by id among equals', () => {
    const operatories = [
      { id: room2, name: 'Salle 2' },
      { id: room1, name: 'Salle 1' },
    ];
    const { clinic: equal, type } = searching({ clinic: { operatories } });
    expect(eligibleOperatories(equal, type).map(({ id }) => id)).toEqual([room1, room2]);
    expect(eligibleOperatories(equal, { ...type, needsOperatory: false })).toEqual([]);
  });
});

describe('at the same time', () => {
  const clinic = { hours: { monday: ['08:00-08:30'] } };
  const who = (situation: Situation) => slots({ clinic, ...situation }).map(({ providerId }) => providerId);

  test('doctors come in the clinic’s order', () => {
    expect(who({})).toEqual([koffi, awa]);
  });

  test('who has fewer appointments that day comes first, however long they are', () => {
    const two = [...occupied(withKoffi, '09:00', '09:10'), ...occupied(withKoffi, '10:00', '10:10')];
    expect(who({ cells: [...two, ...occupied(withAwa, '09:00', '12:00')] })).toEqual([awa, koffi]);
  });

  test('holds, blocks and other days do not count as appointments', () => {
    const cells = [
      ...occupied(withKoffi, '09:00', '09:10', { kind: 'block' }),
      ...occupied(withKoffi, '10:00', '10:10', { startMs: at('10:00', '2026-10-06') }),
    ];
    expect(who({ cells })).toEqual([koffi, awa]);
  });

  test('who is preferred comes first all the same', () => {
    const search = { preferredProviderId: awa };
    expect(who({ search, cells: occupied(withAwa, '09:00', '12:00') })).toEqual([awa, koffi]);
  });

  test('earlier times still come before the preferred doctor’s later ones', () => {
    const found = slots({
      clinic: { hours: { monday: ['08:00-09:00'] } },
      search: { preferredProviderId: awa },
      cells: occupied(withAwa, '08:00', '08:30'),
    });
    expect(found.map(({ providerId }) => providerId)).toEqual([koffi, awa, koffi]);
  });
});

test('only active doctors who perform the type are eligible', () => {
  const providers = [doctors.awa, { ...doctors.koffi, active: false }];
  const { clinic, type } = searching({ clinic: { providers } });
  expect(eligibleProviders(clinic, type).map(({ id }) => id)).toEqual([awa]);
  expect(slots({ clinic: { providers } }).every(({ providerId }) => providerId === awa)).toBe(true);
  const named = searching({ type: { providers: [koffi] } });
  expect(eligibleProviders(named.clinic, named.type).map(({ id }) => id)).toEqual([koffi]);
});

test('the cells to load are those of whole days, of all who may be chosen, with what buffers reach', () => {
  const situation = {
    type: { bufferBeforeMin: 10, bufferAfterMin: 15, capabilities: ['échographie'] },
    search: { from: '2026-01-01', to: '2026-10-06' },
  };
  expect(occupiedRange(searching(situation))).toEqual({
    resources: [withKoffi, withAwa, inRoom2],
    fromMs: Date.parse('2026-10-03T22:50:00Z'),
    toMs: Date.parse('2026-10-06T23:15:00Z'),
  });
  expect(occupiedRange(searching({ search: { from: '2026-01-01', to: '2026-01-02' } })).resources).toEqual([]);
});

test('times are looked for day by day, as far as they are asked for', () => {
  const search = searching({ search: { to: '2026-11-30' } });
  const asked: string[] = [];
  const free = { isFree: () => true, appointmentsOn: (_: string, date: string) => asked.push(date) };
  const first = freeSlots(search, free).next();
  expect(first.value).toMatchObject({ startMs: at('08:00') });
  expect(new Set(asked)).toEqual(new Set([monday]));
});

describe('a clinic that never closes', () => {
  const week = Object.fromEntries(
    'monday tuesday wednesday thursday friday saturday sunday'.split(' ').map((day) => [day, ['00:00-24:00']]),
  );
  const onDay = (date: string, zone: string) =>
    slots({
      clinic: { ...alone, zone, hours: week, scheduling: { horizonDays: 365, gridMinutes: 5 } },
      type: { durationMin: 60 },
      search: { from: date, to: date, nowMs: Date.parse('2026-12-01T00:00:00Z') },
    });

  test('has 23 hours to offer in Paris on the day that lacks one', () => {
    const found = onDay('2027-03-28', 'Europe/Paris');
    expect(found).toHaveLength(23);
    expect(times(found, 'Europe/Paris')).not.toContain('02:00');
  });

  test('has 24 on the day that repeats one, which is offered once', () => {
    const found = onDay('2027-10-31', 'Europe/Paris');
    expect(found).toHaveLength(24);
    expect(times(found, 'Europe/Paris').filter((time) => time === '02:00')).toHaveLength(1);
    expect(found[2]?.startMs).toBe(Date.parse('2027-10-31T00:00:00Z'));
  });

  test('begins at one in Cairo on the day that has no midnight', () => {
    const found = onDay('2027-04-30', 'Africa/Cairo');
    expect(found).toHaveLength(23);
    expect(times(found, 'Africa/Cairo')[0]).toBe('01:00');
  });

  test('has the usual 24 in Porto-Novo and Kathmandu', () => {
    expect(onDay('2027-03-28', 'Africa/Porto-Novo')).toHaveLength(24);
    expect(onDay('2027-03-28', 'Asia/Kathmandu')[0]?.startMs).toBe(Date.parse('2027-03-27T18:15:00Z'));
  });

  test('follows Ramadan in Casablanca', () => {
    expect(onDay('2027-02-07', 'Africa/Casablanca')).toHaveLength(24);
    expect(onDay('2027-03-14', 'Africa/Casablanca')).toHaveLength(23);
  });

  test('offers nothing that lies between the steps of its calendar', () => {
    const clinic = clinicProfile({ ...alone, hours: { monday: ['08:00-10:00'] } });
    // As if the zone's rules had changed after bookings were made on steps of fifteen minutes.
    const shifted = { ...clinic, scheduling: { ...clinic.scheduling, gridMinutes: 15 as const, slotStepMin: 5 } };
    const search = { ...searching({}), ...parts(shifted), providers: shifted.providers };
    const found = [...freeSlots(search, { isFree: () => true, appointmentsOn: () => 0 })];
    expect(new Set(found.map(({ startMs }) => startMs % 900_000))).toEqual(new Set([0]));
    expect(found.length).toBeGreaterThan(0);
  });
});
