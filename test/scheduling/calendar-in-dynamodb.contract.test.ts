import { randomUUID } from 'node:crypto';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { createAppointmentStore } from '#adapters/dynamodb/appointments.ts';
import { createCalendar } from '#adapters/dynamodb/calendar.ts';
import { createConversationStore } from '#adapters/dynamodb/conversations.ts';
import { keys } from '#adapters/dynamodb/keys.ts';
import { fromItem, type Item, type Table } from '#adapters/dynamodb/table.ts';
import type { Appointment } from '#domain/scheduling/calendar/appointment.ts';
import type { Calendar } from '#domain/scheduling/calendar/calendar.ts';
import type { Cell, Resource } from '#domain/scheduling/calendar/cell.ts';
import {
  anotherPatient,
  appointment,
  at,
  awa,
  booking,
  gridMinutes,
  held,
  koffi,
  minutes,
  move,
  newPatient,
  now,
  room1,
  room2,
  statusChange,
} from '../fakes/booking.ts';
import { aConversationId, conversation, cotonou } from '../fakes/conversation.ts';
import { startDynamoDb, type TestDynamoDb } from '../fakes/dynamodb.ts';
import {
  answerLost,
  cancelled,
  conflict,
  type FaultyDynamoDb,
  faultyDynamoDb,
  notSent,
  passes,
} from '../fakes/faulty-dynamodb.ts';

let db: TestDynamoDb;
let faulty: FaultyDynamoDb;
let calendar: Calendar;
beforeAll(async () => {
  db = await startDynamoDb();
});
afterAll(() => db.stop());
beforeEach(async () => {
  await db.clear();
  faulty = faultyDynamoDb(db);
  calendar = createCalendar(faulty);
});

const everywhere: Resource[] = [
  { kind: 'provider', id: awa },
  { kind: 'provider', id: koffi },
  { kind: 'operatory', id: room1 },
  { kind: 'operatory', id: room2 },
];
const allCells = (): Promise<Cell[]> => calendar.cells(cotonou, everywhere, now - minutes(1440), now + minutes(14400));
const appointments = () => createAppointmentStore(db.tables.core);

async function allItems({ client, name }: Table): Promise<Item[]> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: name, ConsistentRead: true }));
  return Items.map((item) => fromItem(item));
}

/** 45 cells each of provider and room: as long as a clinic file allows. */
const longest = () => appointment({ startMs: at('06:00'), endMs: at('09:45') });
const toTheOtherSide = { startMs: at('14:00'), providerId: koffi, operatoryId: room2 };

async function booked(wanted: Appointment): Promise<Appointment> {
  expect(await calendar.book(booking(wanted))).toMatchObject({ outcome: 'booked' });
  return wanted;
}

describe('rows', () => {
  test('every item says what it is, whose, and since when', async () => {
    await createConversationStore(db.tables.core).change(cotonou, aConversationId, () => conversation());
    const before = longest();
    await calendar.book(
      booking(before, {
        conversation: { conversationId: aConversationId, act: 'booked', maxBookings: 3 },
        newPatient: newPatient(before.patientId),
      }),
    );
    const limits = { conversationsPerCaller: 2, callerNumber: '+12025550117' };
    await calendar.hold(cotonou, held(appointment({ startMs: at('11:00') }), 'first'), gridMinutes, limits, now);
    const resource: Resource = { kind: 'provider', id: awa };
    const block = { clinicId: cotonou, blockId: randomUUID(), resource, fromMs: at('20:00'), toMs: at('21:00') };
    await calendar.block({ ...block, createdAtMs: now }, gridMinutes, [], now);
    faulty.next(passes, notSent);
    await calendar.move(move(before, toTheOtherSide));

    const items = [...(await allItems(db.tables.core)), ...(await allItems(db.tables.audit))];
    const iso = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string;
    for (const item of items) {
      expect(item).toMatchObject({ clinicId: cotonou, schemaVersion: 1, createdAt: iso, updatedAt: iso });
      expect(item.entity).toEqual(expect.any(String));
      expect(String(item.PK).split('#').slice(0, 2)).toEqual(['CLINIC', cotonou]);
      for (const index of ['GSI1PK', 'GSI2PK'].filter((name) => item[name])) {
        expect(String(item[index])).toMatch(new RegExp(`^CLINIC#${cotonou}#`));
      }
    }
    const kinds = new Set(items.map(({ entity }) => entity));
    for (const entity of ['Cell', 'Appointment', 'Booking', 'PatientGuard', 'CallerHolds', 'Block', 'UnfinishedMove']) {
      expect(kinds).toContain(entity);
    }
  });

  test('an appointment counts the cells it owns, as an auditor would', async () => {
    const wanted = await booked(appointment({ beforeMin: 5, afterMin: 10 }));
    const owned = (await allItems(db.tables.core)).filter(({ apptRef }) => apptRef === wanted.appointmentId);
    const { PK, SK } = keys.appointment(cotonou, wanted.appointmentId);
    expect(await db.tables.core.get({ PK, SK })).toMatchObject({
      cells: owned.length,
      startUtc: '2026-10-06T09:00:00.000Z',
      endUtc: '2026-10-06T09:30:00.000Z',
      occFrom: '2026-10-06T08:55:00.000Z',
      occTo: '2026-10-06T09:40:00.000Z',
    });
    await calendar.changeStatus(statusChange(wanted, 'cancelled'));
    expect(await db.tables.core.get({ PK, SK })).toMatchObject({ cells: 0, status: 'cancelled' });
  });

  test('the appointments of a patient are found by their index', async () => {
    const wanted = await booked(appointment());
    const pk = keys.appointmentsOfPatient(cotonou, wanted.patientId);
    const found = await db.tables.core.query({ index: 'GSI2', pk });
    expect(found.map(({ GSI2SK }) => GSI2SK)).toEqual([`APT#2026-10-06T09:00:00.000Z#${wanted.appointmentId}`]);
  });

  test('a hold is cleaned away a day after its end, a booking never', async () => {
    const time = held(appointment(), 'retell_call_1');
    await calendar.hold(cotonou, time, gridMinutes, { conversationsPerCaller: 2 }, now);
    const key = keys.cell(cotonou, { kind: 'provider', id: awa }, at('09:00'));
    expect(key.SK).toBe('20261006T0900');
    expect(await db.tables.core.get(key)).toMatchObject({ ttl: time.expiresAtMs / 1000 + 86_400, holdId: time.holdId });
    await booked(appointment());
    expect(await db.tables.core.get(key)).not.toHaveProperty('ttl');
  });
});

test('cells are read over as many pages as they take', async () => {
  await booked(longest());
  let asked = 0;
  // DynamoDB ends a page at 1 MB, which takes thousands of cells; or where it is told to.
  faulty.core.client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        if (commandName !== 'QueryCommand') return next(args);
        asked++;
        return next({ ...args, input: { ...args.input, Limit: 20 } });
      },
    { step: 'initialize' },
  );
  expect(await allCells()).toHaveLength(90);
  // Three pages of each of the two that are booked.
  expect(asked).toBe(3 + 3 + 1 + 1);
});

describe('conflicts with other transactions', () => {
  test('pass by themselves', async () => {
    faulty.next(conflict, conflict, conflict, conflict, conflict);
    await booked(appointment());
    expect(faulty.attempts()).toBe(6);
  });

  test('that do not pass are a fault, and nothing is booked', async () => {
    faulty.next(...Array.from({ length: 6 }, () => conflict));
    await expect(calendar.book(booking(appointment()))).rejects.toThrow('cancelled');
    expect(await allCells()).toEqual([]);
  });

  test('while the same wish is still being written, a taken cell is not yet the answer', async () => {
    const first = await booked(appointment());
    await db.tables.core.update(keys.patientGuard(cotonou, first.patientId), { times: [] });
    // The other delivery has written its cells and is about to write the wish: 12 cells, appointment, wish.
    const cellsFirst = [...Array<string>(12).fill('ConditionalCheckFailed'), 'None', 'TransactionConflict'];
    faulty.next(async () => {
      throw cancelled(...cellsFirst);
    });
    expect(await calendar.book(booking(appointment()))).toEqual({ outcome: 'replayed', appointment: first });
  });

  test('on a taken cell do not delay the answer', async () => {
    await booked(appointment());
    const before = faulty.attempts();
    faulty.next(async () => {
      throw cancelled('ConditionalCheckFailed', 'TransactionConflict');
    });
    const second = booking(appointment({ patientId: anotherPatient }), { holder: 'second' });
    expect(await calendar.book(second)).toEqual({ outcome: 'provider-taken' });
    expect(faulty.attempts()).toBe(before + 1);
  });
});

describe('an answer that is lost', () => {
  test('of a booking: asked again, it is the booking of before', async () => {
    const wanted = appointment();
    faulty.next(answerLost);
    await expect(calendar.book(booking(wanted))).rejects.toThrow('socket hang up');
    expect(await calendar.book(booking(appointment()))).toEqual({ outcome: 'replayed', appointment: wanted });
    expect(await allCells()).toHaveLength(12);
  });

  test('of a move, a cancellation, a hold or a block: asked again, it is done, and on record once', async () => {
    const before = await booked(appointment());
    const moving = move(before, { startMs: at('11:00') });
    const cancelling = statusChange(moving.after, 'cancelled');
    const resource: Resource = { kind: 'provider', id: koffi };
    const block = { clinicId: cotonou, blockId: 'block-1', resource, fromMs: at('12:00'), toMs: at('13:00') };
    const time = held(appointment({ startMs: at('15:00') }), 'first');
    const limits = { conversationsPerCaller: 1, callerNumber: '+12025550117' };
    const acts: [string, () => Promise<{ outcome: string }>][] = [
      ['moved', () => calendar.move(moving)],
      ['changed', () => calendar.changeStatus(cancelling)],
      ['held', () => calendar.hold(cotonou, time, gridMinutes, limits, now)],
      ['blocked', () => calendar.block({ ...block, createdAtMs: now }, gridMinutes, moving.audit, now)],
    ];
    for (const [outcome, act] of acts) {
      faulty.next(answerLost);
      await expect(act()).rejects.toThrow('socket hang up');
      expect(await act()).toMatchObject({ outcome });
    }
    expect(await allItems(db.tables.audit)).toHaveLength(4);
    expect(await allCells()).toHaveLength(12 + 12);
  });
});

describe('a move too long for one transaction', () => {
  const theirs = ({ appointmentId }: Appointment, cells: Cell[]) => cells.filter(({ ref }) => ref === appointmentId);

  test('that is not begun changes nothing', async () => {
    const before = await booked(longest());
    faulty.next(notSent);
    await expect(calendar.move(move(before, toTheOtherSide))).rejects.toThrow('socket hang up');
    expect(await allCells()).toHaveLength(90);
    expect(await appointments().get(cotonou, before.appointmentId)).toEqual(before);
    expect(await calendar.sweep(cotonou)).toBe(0);
  });

  test('stands once the new time is taken; what its process left behind is swept', async () => {
    const before = await booked(longest());
    const moving = move(before, toTheOtherSide);
    faulty.next(passes, notSent);
    expect(await calendar.move(moving)).toMatchObject({ outcome: 'moved' });
    expect(await allCells()).toHaveLength(180);
    expect(await calendar.sweep(cotonou)).toBe(90);
    const left = await allCells();
    expect(left).toHaveLength(90);
    expect(theirs(moving.after, left).every(({ startMs }) => startMs >= at('14:00'))).toBe(true);
    expect(await calendar.sweep(cotonou)).toBe(0);
  });

  test('moved back before the sweep, the appointment keeps its cells', async () => {
    const before = await booked(longest());
    const there = move(before, toTheOtherSide);
    faulty.next(passes, notSent);
    await calendar.move(there);
    const back = move(there.after, { startMs: at('06:30'), providerId: awa, operatoryId: room1 });
    faulty.next(passes, notSent);
    expect(await calendar.move(back)).toMatchObject({ outcome: 'moved' });
    // Half an hour at the old place for provider and room, and all of the other side.
    expect(await calendar.sweep(cotonou)).toBe(12 + 90);
    const left = await allCells();
    expect(left).toHaveLength(90);
    expect(Math.min(...left.map(({ startMs }) => startMs))).toBe(at('06:30'));
  });

  test('cancelled before the sweep, the appointment leaves nothing', async () => {
    const there = move(await booked(longest()), toTheOtherSide);
    faulty.next(passes, notSent);
    await calendar.move(there);
    expect(await calendar.changeStatus(statusChange(there.after, 'cancelled'))).toEqual({ outcome: 'changed' });
    expect(await calendar.sweep(cotonou)).toBe(90);
    expect(await allCells()).toEqual([]);
  });

  test('that finds its new time taken changes nothing', async () => {
    const before = await booked(longest());
    await booked(appointment({ ...toTheOtherSide, patientId: anotherPatient }));
    expect(await calendar.move(move(before, toTheOtherSide))).toEqual({ outcome: 'provider-taken' });
    expect(await allCells()).toHaveLength(90 + 12);
    expect(await calendar.sweep(cotonou)).toBe(0);
  });
});

describe('cells that are not as they should be', () => {
  test('a missing one does not keep an appointment from being cancelled', async () => {
    const wanted = await booked(appointment());
    const { PK, SK } = keys.cell(cotonou, { kind: 'provider', id: awa }, at('09:05'));
    await db.tables.core.put(
      { PK, SK, kind: 'hold', holdId: 'x', holder: 'y', expiresAt: '2026-01-01T00:00:00.000Z' },
      {},
    );
    await calendar.release(cotonou, [held(wanted, 'y', { holdId: 'x' })], gridMinutes);
    expect(await allCells()).toHaveLength(11);
    expect(await calendar.changeStatus(statusChange(wanted, 'cancelled'))).toEqual({ outcome: 'changed' });
    expect(await allCells()).toEqual([]);
  });

  test('one of somebody else is left to them', async () => {
    const wanted = await booked(appointment());
    const key = keys.cell(cotonou, { kind: 'provider', id: awa }, at('09:05'));
    await db.tables.core.update(key, { apptRef: 'somebody-else' });
    expect(await calendar.changeStatus(statusChange(wanted, 'cancelled'))).toEqual({ outcome: 'changed' });
    expect(await allCells()).toMatchObject([{ ref: 'somebody-else', startMs: at('09:05') }]);
  });

  test('more than one transaction takes is refused before anything is sent', async () => {
    const tooLong = booking(appointment({ endMs: at('13:30') }));
    await expect(calendar.book(tooLong)).rejects.toThrow(/too many for one transaction/);
    expect(faulty.attempts()).toBe(0);
  });
});
