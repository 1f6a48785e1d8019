import { randomUUID } from 'node:crypto';
import { createAppointmentStore } from '#adapters/dynamodb/appointments.ts';
import { createCalendar } from '#adapters/dynamodb/calendar.ts';
import { AppointmentId, derivedUuid, PatientId } from '#domain/ids.ts';
import { ownsCells } from '#domain/scheduling/calendar/appointment.ts';
import type { Resource } from '#domain/scheduling/calendar/cell.ts';
import { occupiedCells } from '#domain/scheduling/calendar/occupied-cells.ts';
import { storm } from '../bench/booking-storm.ts';
import { isSound } from '../bench/booking-verdict.ts';
import {
  appointment,
  at,
  awa,
  booking,
  gridMinutes,
  held,
  koffi,
  minutes,
  move,
  now,
  room1,
  room2,
  statusChange,
} from '../fakes/booking.ts';
import { cotonou } from '../fakes/conversation.ts';
import { startDynamoDb, type TestDynamoDb } from '../fakes/dynamodb.ts';
import { answerLost, faultyDynamoDb } from '../fakes/faulty-dynamodb.ts';

let db: TestDynamoDb;
beforeAll(async () => {
  db = await startDynamoDb();
});
afterAll(() => db.stop());
beforeEach(() => db.clear());

/** The same numbers for the same seed. */
function seeded(seed: number): (count: number) => number {
  let state = seed;
  return (count) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * count);
  };
}

test('whatever dies or comes twice, every wanted time is sold exactly once', async () => {
  const report = await storm(db, {
    attempts: 700,
    starts: 8,
    providers: 3,
    rooms: 3,
    patients: 30,
    store: 'transactions',
    workers: 2,
    concurrency: 8,
    kills: 4,
    duplicates: 0.15,
    lostAnswers: 0.02,
    throughEngine: 0.03,
    seed: 1,
  });
  expect(report.verdict).toMatchObject({ wanted: 24, booked: 24 });
  expect({ ...report.verdict, sound: isSound(report.verdict) }).toMatchObject({ sound: true });
  expect(report.kills).toBeGreaterThan(0);
  expect(report.redelivered).toBeGreaterThan(0);
}, 60_000);

test('whatever is booked, moved, cancelled and blocked at once, nothing ever overlaps', async () => {
  const faulty = faultyDynamoDb(db);
  const calendar = createCalendar(faulty);
  const appointments = createAppointmentStore(faulty.core);
  const random = seeded(20261006);
  const one = <T>(items: readonly T[]): T => items[random(items.length)] as T;
  const patients = Array.from({ length: 8 }, (_, index) => PatientId.parse(derivedUuid('patient', String(index))));
  const somewhere = () => ({
    providerId: one([awa, koffi]),
    operatoryId: one([room1, room2, undefined]),
    startMs: at('06:00') + minutes(5 * random(100)),
  });
  const length = () => minutes(5 * (1 + random(10)));
  const range = { fromMs: at('00:00'), toMs: at('23:59') };

  /** What a person at a telephone does next; how it ends does not matter, what is left does. */
  async function act(holder: string): Promise<unknown> {
    const standing = (await appointments.list(cotonou, range)).appointments.filter(({ status }) => ownsCells(status));
    const known = standing.length ? one(standing) : undefined;
    const place = somewhere();
    const [duration, what] = [length(), random(10)];
    const afresh = appointment({
      appointmentId: AppointmentId.parse(randomUUID()),
      patientId: one(patients),
      ...place,
      endMs: place.startMs + duration,
      beforeMin: 5 * random(3),
      afterMin: 5 * random(3),
    });
    if (known && what < 3) return calendar.move(move(known, place, { holder }));
    if (known && what < 4) return calendar.changeStatus(statusChange(known, 'cancelled'));
    if (what < 5) {
      const time = held(afresh, holder);
      await calendar.hold(cotonou, time, gridMinutes, { conversationsPerCaller: 2 }, now);
      return calendar.release(cotonou, [time], gridMinutes);
    }
    if (what < 6) {
      const resource: Resource = { kind: 'provider', id: place.providerId };
      const block = { clinicId: cotonou, blockId: randomUUID(), resource, fromMs: place.startMs, createdAtMs: now };
      const wanted = { ...block, toMs: place.startMs + duration };
      await calendar.block(wanted, gridMinutes, [], now);
      return calendar.unblock(cotonou, wanted.blockId, gridMinutes, []);
    }
    return calendar.book(booking(afresh, { holder, maxFutureAppts: 20 }));
  }

  const lost: unknown[] = [];
  const callers = Array.from({ length: 6 }, async (_, caller) => {
    for (let turn = 0; turn < 40; turn++) {
      if (random(20) === 0) faulty.next(answerLost);
      await act(`caller-${caller}-${turn}`).catch((error: unknown) => lost.push(error));
    }
  });
  await Promise.all(callers);
  expect(new Set(lost.map(String))).toEqual(new Set(['Error: socket hang up']));

  const { appointments: all } = await appointments.list(cotonou, range);
  const standing = all.filter(({ status }) => ownsCells(status));
  // How many stand at the end is chance; that much was booked, and most of it changed since, is not.
  expect(all.length).toBeGreaterThan(15);
  expect(standing.length).toBeGreaterThan(0);
  const resources: Resource[] = [
    ...[awa, koffi].map((id) => ({ kind: 'provider' as const, id })),
    ...[room1, room2].map((id) => ({ kind: 'operatory' as const, id })),
  ];
  const cells = await calendar.cells(cotonou, resources, range.fromMs - minutes(60), range.toMs);
  const named = ({ resource, startMs }: { resource: Resource; startMs: number }, ref: string) =>
    `${resource.id} ${startMs} ${ref}`;
  const owned = cells.filter(({ kind }) => kind === 'booked').map((cell) => named(cell, cell.ref));
  const wanted = standing.flatMap((booked) =>
    occupiedCells(booked, gridMinutes).map((place) => named(place, booked.appointmentId)),
  );
  // A cell has one owner, so that owning all one claims is not to overlap anybody.
  expect(owned.sort()).toEqual(wanted.sort());
  for (const patientId of patients) {
    const plans = standing.filter((booked) => booked.patientId === patientId);
    expect(await appointments.upcoming(cotonou, patientId, now)).toEqual(plans);
    for (const [index, plan] of plans.entries()) {
      expect(plans[index + 1]?.startMs ?? Infinity).toBeGreaterThanOrEqual(plan.endMs);
    }
  }
}, 60_000);
