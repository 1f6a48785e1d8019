import fc from 'fast-check';
import type { Clinic } from '#domain/clinics/clinic.ts';
import type { Closure } from '#domain/clinics/hours/closure.ts';
import { type Interval, weekdays, type WeeklyHours } from '#domain/clinics/hours/weekly-hours.ts';
import type { AppointmentType } from '#domain/clinics/practice/appointment-type.ts';
import { AppointmentTypeId, OperatoryId, ProviderId } from '#domain/ids.ts';
import type { Cell, Resource } from '#domain/scheduling/calendar/cell.ts';
import { clinicProfile } from '#test/fakes/clinic.ts';
import type { SlowQuestion } from './slow-slots.ts';

/** A zone, with days on which or around which something about its clock may go wrong. */
export interface ZoneDays {
  zone: string;
  dates: readonly string[];
  /** Steps that divide its offsets. */
  grids: readonly (5 | 10 | 15)[];
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const base = clinicProfile();
const providerIds = [
  '6d2f1a90-3c4b-4e5f-8a6b-1c2d3e4f5a6b',
  '7e3a2b01-4d5c-4f60-9b7c-2d3e4f5a6b7c',
  '10000000-1111-4111-8111-111111111111',
].map((id) => ProviderId.parse(id));
const operatoryIds = [
  '1f0c9a52-7b64-4c1d-9e3a-5a6b7c8d9e01',
  '2a1d8b63-6c75-4d2e-8f4b-6b7c8d9e0f12',
  '00000001-2222-4222-8222-222222222222',
].map((id) => OperatoryId.parse(id));
const typeId = AppointmentTypeId.parse('3b2e7c74-5d86-4e3f-9a5c-7c8d9e0f1a23');

/** There `present` times of `of`. */
const maybe = <T>(arbitrary: fc.Arbitrary<T>, present = 1, of = 2): fc.Arbitrary<T | undefined> =>
  fc.oneof({ arbitrary, weight: present }, { arbitrary: fc.constant(undefined), weight: of - present });
const mostly = fc.integer({ min: 0, max: 9 }).map((n) => n < 9);
const some = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1 });
const times = (grid: number, min: number, max: number) =>
  fc.integer({ min: Math.ceil(min / grid), max: Math.floor(max / grid) }).map((n) => n * grid);

const written = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** Times of day, often where clocks change and at both ends. */
const anyMinutes = (grid: number) =>
  fc.oneof(
    { arbitrary: times(grid, 0, 24 * 60), weight: 4 },
    { arbitrary: times(grid, 0, 4 * 60), weight: 3 },
    { arbitrary: fc.constantFrom(0, 24 * 60), weight: 2 },
  );

const anyInterval = (grid: number): fc.Arbitrary<Interval> =>
  fc
    .tuple(anyMinutes(grid), anyMinutes(grid))
    .filter(([a, b]) => a !== b)
    .map(([a, b]) => ({ from: written(Math.min(a, b)), to: written(Math.max(a, b)) }));

/** Hours of one day: with breaks, without, meeting each other, or none. */
const anyDay = (grid: number): fc.Arbitrary<Interval[]> =>
  fc
    .tuple(fc.uniqueArray(anyMinutes(grid), { minLength: 2, maxLength: 6 }), fc.array(mostly, { maxLength: 6 }))
    .map(([cuts, open]) =>
      cuts
        .toSorted((a, b) => a - b)
        .flatMap((from, index, sorted) => {
          const to = sorted[index + 1];
          return to === undefined || open[index] === false ? [] : [{ from: written(from), to: written(to) }];
        }),
    );

const ordinaryDays: Interval[][] = [
  [{ from: '00:00', to: '24:00' }],
  [
    { from: '07:30', to: '12:30' },
    { from: '13:30', to: '19:00' },
  ],
];

const anyHours = (grid: number): fc.Arbitrary<WeeklyHours> =>
  fc
    .tuple(
      fc.oneof(anyDay(grid), fc.constantFrom(...ordinaryDays)),
      anyDay(grid),
      fc.array(mostly, { minLength: 7, maxLength: 7 }),
    )
    .map(([usual, other, which]) =>
      Object.fromEntries(weekdays.map((weekday, index) => [weekday, which[index] ? usual : other])),
    ) as fc.Arbitrary<WeeklyHours>;

const anyClosure = (grid: number, dates: readonly string[]): fc.Arbitrary<Closure> =>
  fc
    .record({
      date: fc.constantFrom(...dates),
      open: fc.integer({ min: 0, max: 2 }).map((n) => n === 0),
      interval: anyInterval(grid),
      wholeDay: fc.integer({ min: 0, max: 11 }).map((n) => n === 0),
      scope: fc.oneof(
        fc.constant({}),
        fc.constantFrom(...providerIds).map((provider) => ({ provider })),
        fc.constantFrom(...operatoryIds).map((operatory) => ({ operatory })),
      ),
    })
    .map(({ date, open, interval, wholeDay, scope }) => {
      const opens = open && !('operatory' in scope);
      return { date, open: opens, ...scope, ...(wholeDay && !opens ? {} : { interval }) };
    });

const anyProviders = (grid: number) =>
  fc
    .tuple(
      fc.subarray(providerIds, { minLength: 1 }),
      fc.array(
        fc.record({
          active: mostly,
          displayOrder: fc.integer({ min: 0, max: 1 }),
          hours: maybe(anyHours(grid)),
          overridesClinicHours: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
        }),
        { minLength: 3, maxLength: 3 },
      ),
    )
    .map(([ids, drawn]) =>
      ids.map((id, index) => ({ ...(base.providers[0] as Clinic['providers'][number]), ...drawn[index], id })),
    );

const anyOperatories = fc
  .tuple(
    fc.shuffledSubarray(operatoryIds, { minLength: 1 }),
    fc.array(
      fc.record({
        active: mostly,
        displayOrder: fc.integer({ min: 0, max: 1 }),
        capabilities: fc.oneof(fc.constant<string[]>(['echo', 'laser']), fc.subarray(['echo', 'laser'])),
      }),
      { minLength: 3, maxLength: 3 },
    ),
  )
  .map(([ids, drawn]) =>
    ids.map((id, index) => ({ ...(base.operatories[0] as Clinic['operatories'][number]), ...drawn[index], id })),
  );

const anyType = (grid: number): fc.Arbitrary<AppointmentType> =>
  fc
    .record({
      durationMin: times(grid, grid, 150),
      bufferBeforeMin: fc.oneof(fc.constant(0), times(grid, 0, 45)),
      bufferAfterMin: fc.oneof(fc.constant(0), times(grid, 0, 90)),
      needsOperatory: fc.integer({ min: 0, max: 3 }).map((n) => n > 0),
      capabilities: fc.oneof(
        { arbitrary: fc.constant<string[]>([]), weight: 2 },
        { arbitrary: fc.subarray(['echo', 'laser']), weight: 1 },
      ),
      providers: maybe(
        some(providerIds).chain((ids) =>
          fc.tuple(...ids.map((id) => fc.record({ id: fc.constant(id), durationMin: maybe(times(grid, grid, 150)) }))),
        ),
      ),
      operatories: maybe(some(operatoryIds)),
    })
    .map((drawn) => ({ ...(base.appointmentTypes[0] as AppointmentType), ...drawn, id: typeId }));

/** What stands in the calendars, with at most one thing on each cell. */
const anyCells = (grid: number, aroundMs: number, nowMs: number): fc.Arbitrary<Cell[]> =>
  fc
    .array(
      fc.record({
        resource: fc.oneof(
          fc.constantFrom(...providerIds).map((id): Resource => ({ kind: 'provider', id })),
          fc.constantFrom(...operatoryIds).map((id): Resource => ({ kind: 'operatory', id })),
        ),
        from: times(grid, -14 * 60, 52 * 60),
        length: fc.integer({ min: 1, max: Math.floor(240 / grid) }),
        kind: fc.constantFrom('booked' as const, 'booked' as const, 'hold' as const, 'hold' as const, 'block' as const),
        ref: fc.constantFrom('appointment-1', 'appointment-2', 'appointment-3', 'appointment-4'),
        holder: fc.constantFrom('retell_call_mine', 'retell_call_other'),
        expiresIn: fc.constantFrom(-60_000, -1, 0, 1, 300_000),
      }),
      { maxLength: 18 },
    )
    .map((drawn) => {
      const cells = new Map<string, Cell>();
      for (const { resource, from, length, kind, ref, holder, expiresIn } of drawn) {
        for (let step = 0; step < length; step++) {
          const startMs = aroundMs + (from + step * grid) * minuteMs;
          const cell: Cell = { resource, startMs, kind, ref };
          const hold = kind === 'hold' ? { holder, expiresAtMs: nowMs + expiresIn } : {};
          const key = `${resource.id} ${startMs}`;
          if (!cells.has(key)) cells.set(key, { ...cell, ...hold });
        }
      }
      return [...cells.values()];
    });

/** Any clinic, asked for any of its times on one day of these or on two. */
export const anyQuestion = ({ zone, dates, grids }: ZoneDays): fc.Arbitrary<SlowQuestion> =>
  fc
    .record({
      grid: fc.constantFrom(...grids),
      from: fc.constantFrom(...dates),
      days: fc.integer({ min: 0, max: 2 }).map((n) => (n === 0 ? 1 : 0)),
      // Mostly the day before, sometimes in the middle of what is asked for or too early for the horizon.
      nowFromMidnight: fc.oneof(
        { arbitrary: fc.integer({ min: -36 * 60, max: -12 * 60 }), weight: 6 },
        { arbitrary: fc.integer({ min: -12 * 60, max: 36 * 60 }), weight: 1 },
        { arbitrary: fc.integer({ min: -4 * 24 * 60, max: -36 * 60 }), weight: 1 },
      ),
      nowMsOfMinute: fc.constantFrom(0, 0, 1, 30_000, 59_999),
    })
    .chain(({ grid, from, days, nowFromMidnight, nowMsOfMinute }) => {
      const midnightUtc = Date.parse(`${from}T00:00:00Z`);
      const to = new Date(midnightUtc + days * dayMs).toISOString().slice(0, 10);
      const nowMs = midnightUtc + nowFromMidnight * minuteMs + nowMsOfMinute;
      return fc
        .record({
          drawn: fc.record({
            providers: anyProviders(grid),
            operatories: anyOperatories,
            hours: maybe(anyHours(grid), 9, 10),
            closures: fc.oneof(fc.constant<Closure[]>([]), fc.array(anyClosure(grid, [from, to]), { maxLength: 4 })),
          }),
          slotStepMin: maybe(times(grid, grid, 90)),
          horizonDays: fc.constantFrom(1, 2, 3, 60, 60),
          type: anyType(grid),
          leadTimeMin: fc.oneof(
            { arbitrary: fc.constantFrom(0, 120), weight: 3 },
            { arbitrary: fc.integer({ min: 0, max: 36 * 60 }), weight: 1 },
          ),
          operatoryId: maybe(fc.constantFrom(...operatoryIds), 1, 10),
          preferredProviderId: maybe(fc.constantFrom(...providerIds)),
          bounds: fc.oneof(
            fc.constant<{ notBefore?: string; before?: string }>({}),
            fc.record({ notBefore: times(grid, 0, 20 * 60).map(written) }),
            fc.record({ before: times(grid, grid, 24 * 60).map(written) }),
          ),
          cells: anyCells(grid, midnightUtc, nowMs),
          holder: maybe(fc.constant('retell_call_mine'), 2, 3),
          movingId: maybe(fc.constantFrom('appointment-1', 'appointment-2')),
          ofAll: mostly,
        })
        .map(({ drawn, slotStepMin, horizonDays, bounds, ofAll, ...rest }): SlowQuestion => {
          const scheduling = { ...base.scheduling, gridMinutes: grid, slotStepMin, horizonDays };
          const clinic = { ...base, ...drawn, zone, scheduling, appointmentTypes: [rest.type] };
          const providers = ofAll ? drawn.providers : drawn.providers.slice(0, 2);
          return { ...rest, ...bounds, clinic, providers, from, to, nowMs };
        });
    });
