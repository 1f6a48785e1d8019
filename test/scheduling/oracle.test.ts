import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { AppointmentId, OperatoryId, ProviderId } from '#domain/ids.ts';
import { freeSlots, occupiedRange, type SlotSearch } from '#domain/scheduling/slots/free-slots.ts';
import { judgeStart, searchOfStart } from '#domain/scheduling/slots/judge-start.ts';
import { type Occupancy, occupancyOf } from '#domain/scheduling/slots/occupancy.ts';
import { anyQuestion, type ZoneDays } from './oracle/any-question.ts';
import { slowJudgement, slowSlots, startsOn, type SlowQuestion } from './oracle/slow-slots.ts';

/** Seconds, on a machine that does something else as well. */
const patienceMs = 60_000;

/** The engine against the rules told once more, minute by minute, by code that shares nothing with it. */
const zones: (ZoneDays & { lists: number; starts: number })[] = [
  {
    zone: 'Europe/Paris',
    dates: ['2027-03-27', '2027-03-28', '2027-03-29', '2027-10-30', '2027-10-31', '2027-11-01'],
    grids: [5, 10, 15],
    lists: 1_600,
    starts: 200,
  },
  {
    zone: 'America/New_York',
    dates: ['2027-03-13', '2027-03-14', '2027-03-15', '2027-11-06', '2027-11-07', '2027-11-08'],
    grids: [5, 10, 15],
    lists: 1_200,
    starts: 200,
  },
  {
    zone: 'Africa/Casablanca',
    dates: ['2027-02-06', '2027-02-07', '2027-02-08', '2027-03-13', '2027-03-14', '2027-03-15'],
    grids: [5, 10, 15],
    lists: 1_200,
    starts: 200,
  },
  { zone: 'Asia/Kathmandu', dates: ['2027-03-28', '2028-02-29'], grids: [5, 15], lists: 1_000, starts: 100 },
  { zone: 'Africa/Porto-Novo', dates: ['2027-03-28', '2026-12-31'], grids: [5, 10, 15], lists: 1_000, starts: 100 },
  // Days that begin at 01:00, repeat their last hour or their first, and a clock that changes by half an hour.
  {
    zone: 'Africa/Cairo',
    dates: ['2027-04-29', '2027-04-30', '2027-10-28', '2027-10-29'],
    grids: [5, 10, 15],
    lists: 300,
    starts: 60,
  },
  {
    zone: 'America/Havana',
    dates: ['2027-03-13', '2027-03-14', '2027-11-06', '2027-11-07'],
    grids: [5, 10, 15],
    lists: 300,
    starts: 60,
  },
  { zone: 'Australia/Lord_Howe', dates: ['2027-04-04', '2027-10-03'], grids: [5, 10, 15], lists: 300, starts: 60 },
];

const appointmentIds: Record<string, string> = {
  'appointment-1': '11111111-aaaa-4aaa-8aaa-aaaaaaaaaaa1',
  'appointment-2': '11111111-aaaa-4aaa-8aaa-aaaaaaaaaaa2',
};

const searchOf = ({ operatoryId, preferredProviderId, ...question }: SlowQuestion): SlotSearch => ({
  ...question,
  ...(operatoryId ? { operatoryId: OperatoryId.parse(operatoryId) } : {}),
  ...(preferredProviderId ? { preferredProviderId: ProviderId.parse(preferredProviderId) } : {}),
});

/** What the store would have given for this search, and no cell more. */
function loaded(search: SlotSearch, { clinic, nowMs, cells, holder, movingId }: SlowQuestion): Occupancy {
  const { resources, fromMs, toMs } = occupiedRange(search);
  const wanted = new Set(resources.map(({ id }) => id as string));
  const real = (ref: string) => appointmentIds[ref] ?? ref;
  return occupancyOf(
    cells
      .filter(({ resource, startMs }) => wanted.has(resource.id) && fromMs <= startMs && startMs < toMs)
      .map((cell) => ({ ...cell, ref: real(cell.ref) })),
    {
      gridMinutes: clinic.scheduling.gridMinutes,
      zone: clinic.zone,
      nowMs,
      holder,
      ...(movingId ? { moving: { appointmentId: AppointmentId.parse(real(movingId)) } } : {}),
    },
  );
}

test('at least five thousand clinics are looked at in the five zones', () => {
  expect(zones.slice(0, 5).reduce((sum, { lists }) => sum + lists, 0)).toBeGreaterThanOrEqual(5_000);
});

test.each(zones)(
  'in $zone every free time is offered, in order, and no other',
  ({ lists, ...zone }) => {
    let offering = 0;
    fc.assert(
      fc.property(anyQuestion(zone), (question) => {
        const search = searchOf(question);
        const found = [...freeSlots(search, loaded(search, question))];
        const expected = slowSlots(question);
        if (expected.length > 0) offering++;
        // Comparing this way first is what makes thousands of lists affordable; `expect` tells the difference.
        if (!isDeepStrictEqual(found, expected)) expect(found).toEqual(expected);
      }),
      { numRuns: lists },
    );
    expect(offering).toBeGreaterThan(lists / 4);
  },
  patienceMs,
);

/** A start the rules allow somebody, or any other; with that provider or with anybody; sometimes at this very moment. */
interface Wish {
  isAllowed: boolean;
  pick: number;
  minutes: number;
  isAlone: boolean;
  isNow: boolean;
}

const anyWish: fc.Arbitrary<Wish> = fc.record({
  isAllowed: fc.boolean(),
  pick: fc.nat(),
  minutes: fc.integer({ min: -300, max: 2_000 }),
  isAlone: fc.boolean(),
  isNow: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
});

function askedFor(drawn: SlowQuestion, { isAllowed, pick, minutes, isAlone, isNow }: Wish) {
  const { notBefore: _from, before: _to, ...question } = drawn;
  const provider = question.providers[pick % Math.max(1, question.providers.length)];
  const allowed = provider ? [...startsOn(question, provider, question.from)] : [];
  const gridMs = question.clinic.scheduling.gridMinutes * 60_000;
  const anyMs = Math.floor((Date.parse(`${question.from}T00:00:00Z`) + minutes * 60_000) / gridMs) * gridMs;
  const startMs = (isAllowed ? allowed[pick % Math.max(1, allowed.length)] : undefined) ?? anyMs;
  const only = isAlone ? provider?.id : undefined;
  return { question: isNow ? { ...question, nowMs: startMs, leadTimeMin: 0 } : question, startMs, only };
}

test.each(zones)(
  'in $zone a start can be booked when it is offered, and is refused for the right reason',
  (zone) => {
    const said = new Set<string>();
    fc.assert(
      fc.property(anyQuestion(zone), fc.array(anyWish, { minLength: 2, maxLength: 2 }), (drawn, wishes) => {
        for (const wish of wishes) {
          const { question, startMs, only } = askedFor(drawn, wish);
          const search = searchOf(question);
          const judged = judgeStart(search, startMs, only, loaded(searchOfStart(search, startMs), question));
          const providers = question.providers.filter(({ id }) => !only || id === only);
          const expected = slowJudgement({ ...question, providers }, startMs);
          said.add(expected.code);
          if (!isDeepStrictEqual(judged, expected)) expect(judged).toEqual(expected);
        }
      }),
      { numRuns: zone.starts },
    );
    expect(said.size).toBeGreaterThanOrEqual(6);
  },
  patienceMs,
);
