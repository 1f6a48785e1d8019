import { randomUUID } from 'node:crypto';
import { createAppointmentStore } from '#adapters/dynamodb/appointments.ts';
import { createCalendar } from '#adapters/dynamodb/calendar.ts';
import { createConversationStore } from '#adapters/dynamodb/conversations.ts';
import { keys } from '#adapters/dynamodb/keys.ts';
import { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import type { ConversationStore } from '#domain/conversations/conversation-store.ts';
import { type PatientId, PatientId as PatientIdSchema } from '#domain/ids.ts';
import { InvalidCursor } from '#domain/scheduling/calendar/appointment-cursor.ts';
import type { Appointment } from '#domain/scheduling/calendar/appointment.ts';
import type { ActingConversation, AppointmentStore, Block, Calendar } from '#domain/scheduling/calendar/calendar.ts';
import type { Cell, Resource } from '#domain/scheduling/calendar/cell.ts';
import { occupiedCells } from '#domain/scheduling/calendar/occupied-cells.ts';
import {
  anotherPatient,
  aPatient,
  appointment,
  at,
  awa,
  booking,
  consultation,
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
import { inMemoryCalendar } from '../fakes/calendar.ts';
import { aConversationId, conversation, cotonou, elsewhere } from '../fakes/conversation.ts';
import { inMemoryConversations } from '../fakes/conversations.ts';
import { startDynamoDb, type TestDynamoDb } from '../fakes/dynamodb.ts';

let db: TestDynamoDb;
beforeAll(async () => {
  db = await startDynamoDb();
});
afterAll(() => db.stop());

interface World {
  calendar: Calendar;
  appointments: AppointmentStore;
  conversations: ConversationStore;
  records(): Promise<PendingAuditEvent[]>;
  isKnown(patientId: PatientId): Promise<boolean>;
}

const worlds: [string, () => Promise<World>][] = [
  [
    'in memory',
    async () => {
      const conversations = inMemoryConversations();
      const calendar = inMemoryCalendar({ conversations });
      return {
        calendar,
        appointments: calendar,
        conversations,
        records: async () => calendar.records,
        isKnown: async (patientId) => calendar.newPatients.some((patient) => patient.patientId === patientId),
      };
    },
  ],
  [
    'in DynamoDB',
    async () => {
      await db.clear();
      const { core, audit } = db.tables;
      return {
        calendar: createCalendar({ core, audit }),
        appointments: createAppointmentStore(core),
        conversations: createConversationStore(core),
        async records() {
          const items = await audit.query({ pk: keys.pendingAudit(cotonou, '', '').PK });
          return items.map((item) => PendingAuditEvent.parse(item));
        },
        isKnown: async (patientId) => (await core.get(keys.patient(cotonou, patientId))) !== undefined,
      };
    },
  ],
];

const everywhere: Resource[] = [
  { kind: 'provider', id: awa },
  { kind: 'provider', id: koffi },
  { kind: 'operatory', id: room1 },
  { kind: 'operatory', id: room2 },
];
const anybody = () => PatientIdSchema.parse(randomUUID());
const byPlace = (a: Pick<Cell, 'resource' | 'startMs'>, b: typeof a) =>
  a.resource.id < b.resource.id ? -1 : a.resource.id > b.resource.id ? 1 : a.startMs - b.startMs;

describe.each(worlds)('a calendar %s', (_, open) => {
  let world: World;
  let calendar: Calendar;
  beforeEach(async () => {
    world = await open();
    ({ calendar } = world);
  });

  const allCells = async (clinicId = cotonou) =>
    (await calendar.cells(clinicId, everywhere, now - minutes(60 * 24), now + minutes(60 * 24 * 10))).sort(byPlace);
  /** The cells an appointment must own, and nothing else of the calendar. */
  const cellsOf = (...booked: Appointment[]): Cell[] =>
    booked
      .flatMap((one) =>
        occupiedCells(one, gridMinutes).map((place) => ({ ...place, kind: 'booked' as const, ref: one.appointmentId })),
      )
      .sort(byPlace);
  const books = async (wanted: Appointment, changes = {}) => {
    expect(await calendar.book(booking(wanted, changes))).toEqual({ outcome: 'booked', appointment: wanted });
    return wanted;
  };
  const limits = { conversationsPerCaller: 2 };
  const holds = (wanted: Appointment, holder: string, changes = {}) => {
    const time = held(wanted, holder, changes);
    return { time, done: calendar.hold(cotonou, time, gridMinutes, limits, now) };
  };

  describe('holding', () => {
    test('two callers cannot hold the same time', async () => {
      const wanted = appointment();
      expect(await holds(wanted, 'first').done).toEqual({ outcome: 'held' });
      expect(await holds(wanted, 'second').done).toEqual({ outcome: 'provider-taken' });
      expect((await allCells()).every(({ holder }) => holder === 'first')).toBe(true);
    });

    test('a held time occupies provider and room with its buffers, until its end', async () => {
      const wanted = appointment({ beforeMin: 5, afterMin: 10 });
      const { time, done } = holds(wanted, 'first');
      await done;
      const expected = cellsOf(wanted).map((cell) => {
        return { ...cell, kind: 'hold', ref: time.holdId, holder: 'first', expiresAtMs: time.expiresAtMs };
      });
      expect(expected).toHaveLength(18);
      expect(await allCells()).toEqual(expected);
    });

    test('whoever holds a time may hold it anew', async () => {
      await holds(appointment(), 'first').done;
      const { time, done } = holds(appointment({ startMs: at('09:15') }), 'first');
      expect(await done).toEqual({ outcome: 'held' });
      expect((await allCells()).filter(({ ref }) => ref === time.holdId)).toHaveLength(12);
    });

    test('a hold stands to its last millisecond and not longer', async () => {
      await holds(appointment(), 'first', { expiresAtMs: now }).done;
      expect(await holds(appointment(), 'second').done).toEqual({ outcome: 'provider-taken' });
      const later = held(appointment(), 'second');
      expect(await calendar.hold(cotonou, later, gridMinutes, limits, now + 1)).toEqual({ outcome: 'held' });
    });

    test('with the room taken nothing is held at all', async () => {
      await books(appointment({ providerId: koffi, startMs: at('09:20') }));
      const before = await allCells();
      expect(await holds(appointment(), 'first').done).toEqual({ outcome: 'operatory-taken' });
      expect(await allCells()).toEqual(before);
    });

    test('the provider counts before the room when both are taken', async () => {
      await books(appointment());
      expect(await holds(appointment(), 'first').done).toEqual({ outcome: 'provider-taken' });
    });

    test('a time without a room occupies the provider alone', async () => {
      await holds(appointment({ operatoryId: undefined }), 'first').done;
      expect((await allCells()).map(({ resource }) => resource.kind)).toEqual(Array(6).fill('provider'));
    });

    test('of many callers at once exactly one holds', async () => {
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, index) => holds(appointment(), `caller-${index}`).done),
      );
      expect(answers.filter(({ outcome }) => outcome === 'held')).toHaveLength(1);
      expect(new Set((await allCells()).map(({ holder }) => holder)).size).toBe(1);
    });

    test('what is released is free, however often it is released', async () => {
      const { time, done } = holds(appointment(), 'first');
      await done;
      await calendar.release(cotonou, [time], gridMinutes);
      await calendar.release(cotonou, [time], gridMinutes);
      expect(await allCells()).toEqual([]);
    });

    test('releasing leaves alone what has become somebody else’s, and frees the rest', async () => {
      const { time, done } = holds(appointment(), 'first', { expiresAtMs: now - 1 });
      await done;
      const booked = await books(appointment({ startMs: at('09:15') }), { holder: 'second' });
      await calendar.release(cotonou, [time], gridMinutes);
      expect(await allCells()).toEqual(cellsOf(booked));
    });

    test('several long holds are released at one go', async () => {
      const long = [8, 12, 16].map((hour) =>
        held(appointment({ startMs: at(`${String(hour).padStart(2, '0')}:00`), afterMin: 180 }), 'first'),
      );
      for (const time of long) await calendar.hold(cotonou, time, gridMinutes, limits, now);
      expect(await allCells()).toHaveLength(3 * 2 * 42);
      await calendar.release(cotonou, long, gridMinutes);
      expect(await allCells()).toEqual([]);
    });

    test('times of one caller that overlap are released at one go', async () => {
      const overlapping = ['09:00', '09:15', '09:30'].map((time) => held(appointment({ startMs: at(time) }), 'first'));
      for (const time of overlapping) {
        expect(await calendar.hold(cotonou, time, gridMinutes, limits, now)).toEqual({ outcome: 'held' });
      }
      await calendar.release(cotonou, overlapping, gridMinutes);
      expect(await allCells()).toEqual([]);
    });

    describe('by one number', () => {
      const callerNumber = '+12025550117';
      const holdsOnPhone = async (time: string, holder: string, changes = {}) => {
        const wanted = held(appointment({ startMs: at(time) }), holder, changes);
        const { outcome } = await calendar.hold(cotonou, wanted, gridMinutes, { ...limits, callerNumber }, now);
        return { wanted, outcome };
      };

      test('at most two conversations hold at once, each as much as it likes', async () => {
        expect(await holdsOnPhone('08:00', 'first')).toMatchObject({ outcome: 'held' });
        expect(await holdsOnPhone('09:00', 'second')).toMatchObject({ outcome: 'held' });
        expect(await holdsOnPhone('10:00', 'third')).toMatchObject({ outcome: 'caller-limit' });
        expect(await holdsOnPhone('11:00', 'second')).toMatchObject({ outcome: 'held' });
        expect(await allCells()).toHaveLength(3 * 12);
      });

      test('a conversation that gave back all it held does not count', async () => {
        const first = await holdsOnPhone('08:00', 'first');
        const again = await holdsOnPhone('09:00', 'first');
        await holdsOnPhone('10:00', 'second');
        await calendar.release(cotonou, [first.wanted], gridMinutes, callerNumber);
        expect(await holdsOnPhone('11:00', 'third')).toMatchObject({ outcome: 'caller-limit' });
        await calendar.release(cotonou, [again.wanted], gridMinutes, callerNumber);
        expect(await holdsOnPhone('11:00', 'third')).toMatchObject({ outcome: 'held' });
      });

      test('a hold that has run out does not count', async () => {
        await holdsOnPhone('08:00', 'first', { expiresAtMs: now - 1 });
        await holdsOnPhone('09:00', 'second');
        expect(await holdsOnPhone('10:00', 'third')).toMatchObject({ outcome: 'held' });
      });

      test('callers who hold at the same moment are all counted', async () => {
        const answers = await Promise.all(
          ['08:00', '09:00', '10:00', '11:00'].map((time, index) => holdsOnPhone(time, `holder-${index}`)),
        );
        expect(answers.filter(({ outcome }) => outcome === 'held')).toHaveLength(2);
      });

      test('a number that never held releases nothing', async () => {
        await calendar.release(cotonou, [held(appointment(), 'first')], gridMinutes, '+12025550118');
      });
    });
  });

  describe('booking', () => {
    test('a booking is written whole: appointment, cells, record', async () => {
      const wanted = appointment({ beforeMin: 5, afterMin: 10, reason: 'toux', conversationId: aConversationId });
      await books(wanted);
      expect(await world.appointments.get(cotonou, wanted.appointmentId)).toEqual(wanted);
      expect(await allCells()).toEqual(cellsOf(wanted));
      expect(await world.records()).toEqual([expect.objectContaining({ resourceId: wanted.appointmentId })]);
    });

    test('two patients cannot have one doctor at one time, even for a few minutes', async () => {
      const first = await books(appointment());
      const second = appointment({ patientId: anotherPatient, startMs: at('09:25'), operatoryId: room2 });
      expect(await calendar.book(booking(second))).toEqual({ outcome: 'provider-taken' });
      expect(await allCells()).toEqual(cellsOf(first));
      expect(await world.appointments.get(cotonou, second.appointmentId)).toBeUndefined();
      expect(await world.records()).toHaveLength(1);
    });

    test('two doctors cannot have one room', async () => {
      await books(appointment());
      const second = appointment({ patientId: anotherPatient, providerId: koffi });
      expect(await calendar.book(booking(second))).toEqual({ outcome: 'operatory-taken' });
      await books({ ...second, operatoryId: room2 });
    });

    test('buffers keep patients apart', async () => {
      await books(appointment({ afterMin: 10 }));
      const next = { patientId: anotherPatient, startMs: at('09:40'), beforeMin: 5 };
      expect(await calendar.book(booking(appointment(next)))).toEqual({ outcome: 'provider-taken' });
      await books(appointment({ ...next, startMs: at('09:45') }));
    });

    test('one’s own hold becomes one’s booking', async () => {
      await holds(appointment(), 'retell_call_1').done;
      const wanted = await books(appointment());
      expect(await allCells()).toEqual(cellsOf(wanted));
    });

    test('somebody else’s hold stands in the way until it has run out', async () => {
      const { time, done } = holds(appointment(), 'somebody');
      await done;
      const wanted = appointment();
      expect(await calendar.book(booking(wanted))).toEqual({ outcome: 'provider-taken' });
      await books(wanted, { nowMs: time.expiresAtMs + 1 });
    });

    test('of twenty callers who want one time exactly one gets it', async () => {
      const wishes = Array.from({ length: 20 }, (_, index) =>
        booking(appointment({ patientId: anybody() }), { holder: `caller-${index}` }),
      );
      const answers = await Promise.all(wishes.map((wish) => calendar.book(wish)));
      const winners = answers.filter(({ outcome }) => outcome === 'booked');
      expect(winners).toHaveLength(1);
      expect(answers.filter(({ outcome }) => outcome === 'provider-taken')).toHaveLength(19);
      expect(await allCells()).toHaveLength(12);
      expect(await world.records()).toHaveLength(1);
    });

    describe('the same wish', () => {
      test('told twice makes one appointment', async () => {
        const wanted = await books(appointment());
        const again = appointment();
        expect(await calendar.book(booking(again))).toEqual({ outcome: 'replayed', appointment: wanted });
        expect(await allCells()).toEqual(cellsOf(wanted));
        expect(await world.records()).toHaveLength(1);
      });

      test('told ten times at once makes one appointment', async () => {
        const answers = await Promise.all(Array.from({ length: 10 }, () => calendar.book(booking(appointment()))));
        const told = answers.map((answer) => ('appointment' in answer ? answer.appointment.appointmentId : answer));
        expect(new Set(told).size).toBe(1);
        expect(answers.filter(({ outcome }) => outcome === 'booked')).toHaveLength(1);
        expect(await allCells()).toHaveLength(12);
      });

      test('is answered with the appointment as it stands now', async () => {
        const wanted = await books(appointment());
        const change = statusChange(wanted, 'cancelled');
        await calendar.changeStatus(change);
        expect(await calendar.book(booking(appointment()))).toEqual({ outcome: 'replayed', appointment: change.after });
        expect(await allCells()).toEqual([]);
      });

      test('after a cancellation books again when it says which one it replaces, once', async () => {
        const wanted = await books(appointment());
        await calendar.changeStatus(statusChange(wanted, 'cancelled'));
        const anew = await books(appointment(), { replaces: wanted.appointmentId });
        const replay = { outcome: 'replayed', appointment: anew };
        expect(await calendar.book(booking(appointment(), { replaces: wanted.appointmentId }))).toEqual(replay);
        expect(await calendar.book(booking(appointment()))).toEqual(replay);
        expect(await allCells()).toEqual(cellsOf(anew));
      });

      test('of another asker is another wish', async () => {
        await books(appointment());
        const answer = await calendar.book(booking(appointment({ patientId: anotherPatient }), { holder: 'other' }));
        expect(answer).toEqual({ outcome: 'provider-taken' });
      });
    });

    describe('for one patient', () => {
      const elsewhereThen = { providerId: koffi, operatoryId: room2 };

      test('a second appointment at the same time is refused, with another doctor too', async () => {
        await books(appointment());
        const second = appointment({ ...elsewhereThen, startMs: at('09:15') });
        expect(await calendar.book(booking(second))).toEqual({ outcome: 'patient-overlap' });
        expect(await world.appointments.get(cotonou, second.appointmentId)).toBeUndefined();
      });

      test('appointments may touch, because buffers are the doctor’s', async () => {
        await books(appointment({ beforeMin: 10, afterMin: 10 }));
        await books(appointment({ ...elsewhereThen, startMs: at('09:30'), beforeMin: 10 }));
      });

      test('two wishes at the same moment do not both come true', async () => {
        const answers = await Promise.all([
          calendar.book(booking(appointment())),
          calendar.book(booking(appointment(elsewhereThen), { holder: 'other' })),
        ]);
        expect(answers.map(({ outcome }) => outcome).sort()).toEqual(['booked', 'patient-overlap']);
        expect(await allCells()).toHaveLength(12);
      });

      test('wishes for different times at the same moment all come true', async () => {
        const times = ['08:00', '09:00', '10:00', '11:00'];
        const answers = await Promise.all(
          times.map((time) => calendar.book(booking(appointment({ startMs: at(time) })))),
        );
        expect(answers.map(({ outcome }) => outcome)).toEqual(Array(4).fill('booked'));
        const upcoming = await world.appointments.upcoming(cotonou, aPatient, now);
        expect(upcoming.map(({ startMs }) => startMs)).toEqual(times.map(at));
      });

      test('no more future appointments are made than the clinic allows', async () => {
        await books(appointment({ startMs: at('08:00') }), { maxFutureAppts: 2 });
        await books(appointment({ startMs: at('09:00') }), { maxFutureAppts: 2 });
        const third = appointment({ startMs: at('10:00') });
        expect(await calendar.book(booking(third, { maxFutureAppts: 2 }))).toEqual({ outcome: 'patient-limit' });
        await books(appointment({ startMs: at('11:00'), patientId: anotherPatient }), { maxFutureAppts: 2 });
        await books(third, { maxFutureAppts: 2, nowMs: at('08:30') });
      });

      test('a repetition is answered even when the limit is reached', async () => {
        const wanted = await books(appointment(), { maxFutureAppts: 1 });
        const answer = await calendar.book(booking(appointment(), { maxFutureAppts: 1 }));
        expect(answer).toEqual({ outcome: 'replayed', appointment: wanted });
      });
    });

    describe('in a conversation', () => {
      const acting: ActingConversation = { conversationId: aConversationId, act: 'booked', maxBookings: 2 };
      beforeEach(async () => {
        await world.conversations.change(cotonou, aConversationId, () => conversation());
      });
      const told = () => world.conversations.get(cotonou, aConversationId);

      test('the conversation knows of it, once', async () => {
        const wanted = await books(appointment(), { conversation: acting });
        await calendar.book(booking(appointment(), { conversation: acting }));
        expect(await told()).toMatchObject({
          acts: ['booked'],
          appointmentIds: [wanted.appointmentId],
          outcome: 'info',
          version: 2,
        });
      });

      test('it books as often as one may, and what it moves or cancels does not count', async () => {
        const first = await books(appointment({ startMs: at('08:00') }), { conversation: acting });
        const moved = move(first, { startMs: at('08:30') }, { conversation: { ...acting, act: 'rescheduled' } });
        await calendar.move(moved);
        await calendar.changeStatus(
          statusChange(moved.after, 'cancelled', { conversation: { ...acting, act: 'cancelled' } }),
        );
        const second = await books(appointment({ startMs: at('10:00') }), { conversation: acting });
        const third = booking(appointment({ startMs: at('11:00') }), { conversation: acting });
        expect(await calendar.book(third)).toEqual({ outcome: 'conversation-limit' });
        expect(await told()).toMatchObject({
          acts: ['booked', 'rescheduled', 'cancelled'],
          appointmentIds: [first.appointmentId, second.appointmentId],
        });
      });

      test('bookings at the same moment are all counted', async () => {
        const answers = await Promise.all(
          ['08:00', '09:00', '10:00', '11:00'].map((time) =>
            calendar.book(booking(appointment({ startMs: at(time), patientId: anybody() }), { conversation: acting })),
          ),
        );
        expect(answers.map(({ outcome }) => outcome).sort()).toEqual([
          'booked',
          'booked',
          'conversation-limit',
          'conversation-limit',
        ]);
        expect((await told())?.appointmentIds).toHaveLength(2);
      });

      test('an act of a conversation nobody has on record is a fault, and nothing is booked', async () => {
        const unknown = { ...acting, conversationId: 'retell_unknown' as typeof aConversationId };
        await expect(calendar.book(booking(appointment(), { conversation: unknown }))).rejects.toThrow('not on record');
        expect(await allCells()).toEqual([]);
      });
    });

    test('a new patient is added with the booking, or not at all', async () => {
      const patientId = anybody();
      await books(appointment());
      const refused = booking(appointment({ patientId, startMs: at('09:00') }), { newPatient: newPatient(patientId) });
      expect(await calendar.book(refused)).toEqual({ outcome: 'provider-taken' });
      expect(await world.isKnown(patientId)).toBe(false);
      const wanted = appointment({ patientId, startMs: at('10:00') });
      await books(wanted, { newPatient: newPatient(patientId) });
      expect(await world.isKnown(patientId)).toBe(true);
    });

    test('somebody who was added a moment ago is booked all the same, and put on record once', async () => {
      const patientId = anybody();
      const creates = (wanted: Appointment) => {
        const [event, ...rest] = booking(wanted).audit;
        return event ? [event, { ...event, act: 'patient.create' as const, resourceType: 'patient' }, ...rest] : [];
      };
      for (const time of ['10:00', '11:00']) {
        const wanted = appointment({ patientId, startMs: at(time) });
        await books(wanted, { newPatient: newPatient(patientId), audit: creates(wanted) });
      }
      const acts = (await world.records()).map(({ act }) => act).sort();
      expect(acts).toEqual(['appointment.book', 'appointment.book', 'patient.create']);
    });
  });

  describe('moving', () => {
    test('a move takes the new cells, keeps the common ones and gives the others back', async () => {
      const before = await books(appointment({ afterMin: 10 }));
      const moving = move(before, { startMs: at('09:15') });
      expect(await calendar.move(moving)).toEqual({ outcome: 'moved', appointment: moving.after });
      expect(await allCells()).toEqual(cellsOf(moving.after));
      expect(await world.appointments.get(cotonou, before.appointmentId)).toEqual(moving.after);
      expect(await world.appointments.upcoming(cotonou, aPatient, now)).toEqual([moving.after]);
      expect((await world.records()).map(({ act }) => act).sort()).toEqual([
        'appointment.book',
        'appointment.reschedule',
      ]);
    });

    test.each([
      ['another doctor', { providerId: koffi }],
      ['another room', { operatoryId: room2 }],
      ['no room', { operatoryId: undefined }],
      ['another doctor, room and day', { providerId: koffi, operatoryId: room2, startMs: at('15:00') + minutes(1440) }],
    ])('it may go to %s', async (_, to) => {
      const moving = move(await books(appointment()), to);
      expect(await calendar.move(moving)).toMatchObject({ outcome: 'moved' });
      expect(await allCells()).toEqual(cellsOf(moving.after));
    });

    test('into a taken time it changes nothing', async () => {
      const before = await books(appointment());
      const other = await books(appointment({ startMs: at('10:00'), patientId: anotherPatient }));
      expect(await calendar.move(move(before, { startMs: at('09:45') }))).toEqual({ outcome: 'provider-taken' });
      const sideways = move(before, { startMs: at('10:00'), providerId: koffi });
      expect(await calendar.move(sideways)).toEqual({ outcome: 'operatory-taken' });
      expect(await allCells()).toEqual(cellsOf(before, other));
      expect(await world.appointments.get(cotonou, before.appointmentId)).toEqual(before);
    });

    test('a time held by the asker is free to move to', async () => {
      const before = await books(appointment());
      await holds(appointment({ startMs: at('11:00') }), 'retell_call_1').done;
      const moving = move(before, { startMs: at('11:00') });
      expect(await calendar.move(moving)).toMatchObject({ outcome: 'moved' });
      expect(await allCells()).toEqual(cellsOf(moving.after));
    });

    test('of two who move one appointment the second must look again', async () => {
      const before = await books(appointment());
      const answers = await Promise.all(
        ['11:00', '12:00', '13:00'].map((time) => calendar.move(move(before, { startMs: at(time) }))),
      );
      expect(answers.map(({ outcome }) => outcome).sort()).toEqual(['changed-meanwhile', 'changed-meanwhile', 'moved']);
      expect(await allCells()).toHaveLength(12);
    });

    test('the same move told twice is done once', async () => {
      const moving = move(await books(appointment()), { startMs: at('11:00') });
      await calendar.move(moving);
      expect(await calendar.move(moving)).toEqual({ outcome: 'moved', appointment: moving.after });
      expect(await world.records()).toHaveLength(2);
    });

    test('a patient is not moved into another of their appointments', async () => {
      const before = await books(appointment());
      await books(appointment({ startMs: at('11:00'), providerId: koffi, operatoryId: room2 }));
      const moving = move(before, { startMs: at('11:10') });
      expect(await calendar.move(moving)).toEqual({ outcome: 'patient-overlap' });
      expect(await allCells()).toHaveLength(24);
    });

    test('one with as many plans as allowed may still move one', async () => {
      const before = await books(appointment(), { maxFutureAppts: 2 });
      await books(appointment({ startMs: at('11:00') }), { maxFutureAppts: 2 });
      expect(await calendar.move(move(before, { startMs: at('14:00') }))).toMatchObject({ outcome: 'moved' });
    });

    test('two doctors who exchange a room collide, and the rooms stay in order', async () => {
      const first = await books(appointment());
      const second = await books(appointment({ providerId: koffi, operatoryId: room2, patientId: anotherPatient }));
      const answers = await Promise.all([
        calendar.move(move(first, { operatoryId: room2 })),
        calendar.move(move(second, { operatoryId: room1 })),
      ]);
      expect(answers).toEqual([{ outcome: 'operatory-taken' }, { outcome: 'operatory-taken' }]);
      expect(await allCells()).toEqual(cellsOf(first, second));
    });

    test('the longest appointments move too, and leave nothing behind', async () => {
      const before = await books(appointment({ startMs: at('06:00'), endMs: at('09:45') }));
      const moving = move(before, { startMs: at('14:00'), providerId: koffi, operatoryId: room2 });
      expect(await calendar.move(moving)).toEqual({ outcome: 'moved', appointment: moving.after });
      expect(await allCells()).toEqual(cellsOf(moving.after));
      expect(await allCells()).toHaveLength(90);
      expect(await calendar.sweep(cotonou)).toBe(0);
    });
  });

  describe('a change of status', () => {
    test('a cancelled appointment gives its time back and stays on record', async () => {
      const booked = await books(appointment({ afterMin: 10 }));
      const change = statusChange(booked, 'cancelled');
      expect(await calendar.changeStatus(change)).toEqual({ outcome: 'changed' });
      expect(await allCells()).toEqual([]);
      expect(await world.appointments.get(cotonou, booked.appointmentId)).toEqual(change.after);
      expect(await world.appointments.upcoming(cotonou, aPatient, now)).toEqual([]);
      expect((await world.records()).map(({ act }) => act).sort()).toEqual(['appointment.book', 'appointment.cancel']);
      await books(appointment({ patientId: anotherPatient }));
      await books(appointment({ providerId: koffi, operatoryId: room2 }), { holder: 'another-call' });
    });

    test.each(['confirmed', 'arrived'] as const)('one that is %s keeps its time', async (status) => {
      const booked = await books(appointment());
      const change = statusChange(booked, status);
      expect(await calendar.changeStatus(change)).toEqual({ outcome: 'changed' });
      expect(await allCells()).toEqual(cellsOf(booked));
      expect(await world.appointments.upcoming(cotonou, aPatient, now)).toEqual([change.after]);
    });

    test('of two who change it the second must look again', async () => {
      const booked = await books(appointment());
      const answers = await Promise.all([
        calendar.changeStatus(statusChange(booked, 'cancelled')),
        calendar.changeStatus(statusChange(booked, 'noshow')),
        calendar.changeStatus(statusChange(booked, 'confirmed')),
      ]);
      expect(answers.filter(({ outcome }) => outcome === 'changed')).toHaveLength(1);
    });

    test('the same change told twice is done once', async () => {
      const change = statusChange(await books(appointment()), 'cancelled');
      await calendar.changeStatus(change);
      expect(await calendar.changeStatus(change)).toEqual({ outcome: 'changed' });
      expect(await world.records()).toHaveLength(2);
    });

    test('of a move and a cancellation at the same moment one happens, and no cell is left over', async () => {
      const booked = await books(appointment());
      const moving = move(booked, { startMs: at('11:00') });
      const [moved, cancelled] = await Promise.all([
        calendar.move(moving),
        calendar.changeStatus(statusChange(booked, 'cancelled')),
      ]);
      expect([moved.outcome === 'moved', cancelled.outcome === 'changed'].filter(Boolean)).toHaveLength(1);
      expect(await allCells()).toEqual(moved.outcome === 'moved' ? cellsOf(moving.after) : []);
    });
  });

  describe('blocked time', () => {
    const block = (changes: Partial<Block> = {}): Block => ({
      clinicId: cotonou,
      blockId: randomUUID(),
      resource: { kind: 'provider', id: awa },
      fromMs: at('12:00'),
      toMs: at('13:00'),
      reason: 'réunion',
      createdAtMs: now,
      ...changes,
    });
    const blocking = (wanted: Block) => calendar.block(wanted, gridMinutes, booking(appointment()).audit, now);

    test('nobody books into it, until it is given back', async () => {
      const wanted = block();
      expect(await blocking(wanted)).toEqual({ outcome: 'blocked' });
      const lunch = appointment({ startMs: at('12:30') });
      expect(await calendar.book(booking(lunch))).toEqual({ outcome: 'provider-taken' });
      expect(await calendar.unblock(cotonou, wanted.blockId, gridMinutes, booking(lunch).audit)).toEqual({
        outcome: 'unblocked',
      });
      expect(await allCells()).toEqual([]);
      expect(await calendar.blocks(cotonou, now, at('23:00'))).toEqual([]);
      expect(await world.records()).toHaveLength(2);
      await books(lunch);
    });

    test('a room is blocked for whoever would treat in it', async () => {
      await blocking(block({ resource: { kind: 'operatory', id: room1 } }));
      const wanted = booking(appointment({ startMs: at('12:00') }));
      expect(await calendar.book(wanted)).toEqual({ outcome: 'operatory-taken' });
    });

    test('what stands in the range is not swept aside', async () => {
      const booked = await books(appointment({ startMs: at('12:45') }));
      expect(await blocking(block())).toEqual({ outcome: 'taken' });
      expect(await allCells()).toEqual(cellsOf(booked));
      expect(await calendar.blocks(cotonou, now, at('23:00'))).toEqual([]);
    });

    test('holds stand in the way until they run out', async () => {
      await holds(appointment({ startMs: at('12:00') }), 'caller').done;
      expect(await blocking(block())).toEqual({ outcome: 'taken' });
      await holds(appointment({ startMs: at('14:00') }), 'caller', { expiresAtMs: now - 1 }).done;
      expect(await blocking(block({ fromMs: at('14:00'), toMs: at('15:00') }))).toEqual({ outcome: 'blocked' });
    });

    test('the same block told twice is one', async () => {
      const wanted = block();
      await blocking(wanted);
      expect(await blocking(wanted)).toEqual({ outcome: 'blocked' });
      expect(await world.records()).toHaveLength(1);
    });

    test('blocks are listed by time wherever they touch the range, for their clinic alone', async () => {
      const [noon, morning] = [block(), block({ fromMs: at('08:00'), toMs: at('11:00') })];
      const { reason: _reason, ...room } = block({ resource: { kind: 'operatory', id: room1 }, fromMs: at('12:30') });
      for (const one of [noon, morning, room]) await blocking(one);
      expect(await calendar.blocks(cotonou, now, at('23:00'))).toEqual([morning, noon, room]);
      expect(await calendar.blocks(cotonou, at('10:00'), at('12:00'))).toEqual([morning]);
      expect(await calendar.blocks(cotonou, at('11:00'), at('12:00'))).toEqual([]);
      expect(await calendar.blocks(elsewhere, now, at('23:00'))).toEqual([]);
    });

    test('a block nobody made cannot be given back', async () => {
      const answer = await calendar.unblock(cotonou, randomUUID(), gridMinutes, booking(appointment()).audit);
      expect(answer).toEqual({ outcome: 'no-such-block' });
      expect(await world.records()).toEqual([]);
    });
  });

  describe('cells', () => {
    test('are read for the range and the resources asked for', async () => {
      await books(appointment());
      await books(
        appointment({ startMs: at('10:00'), providerId: koffi, operatoryId: room2, patientId: anotherPatient }),
      );
      const one: Resource[] = [{ kind: 'provider', id: awa }];
      expect(await calendar.cells(cotonou, one, at('09:00'), at('09:30'))).toHaveLength(6);
      expect(await calendar.cells(cotonou, one, at('09:05'), at('09:10'))).toHaveLength(1);
      expect(await calendar.cells(cotonou, one, at('09:30'), at('23:00'))).toEqual([]);
      expect(await calendar.cells(cotonou, one, at('09:30'), at('09:00'))).toEqual([]);
      expect(await calendar.cells(cotonou, [], now, at('23:00'))).toEqual([]);
    });

    test('go over midnight without a gap', async () => {
      const night = appointment({ startMs: at('23:45') });
      await books(night);
      expect(await allCells()).toEqual(cellsOf(night));
    });
  });

  describe('appointments', () => {
    const atHours = async (hours: number[], changes: Partial<Appointment> = {}) => {
      const booked: Appointment[] = [];
      for (const hour of hours) {
        const startMs = at(`${String(hour).padStart(2, '0')}:00`);
        booked.push(await books(appointment({ startMs, patientId: anybody(), ...changes })));
      }
      return booked;
    };
    const day = { fromMs: at('00:00'), toMs: at('23:59') };

    test('are listed by start, from the first instant to before the last', async () => {
      const [ten, eight, nine] = await atHours([10, 8, 9]);
      const { appointments } = await world.appointments.list(cotonou, day);
      expect(appointments).toEqual([eight, nine, ten]);
      const some = await world.appointments.list(cotonou, { fromMs: at('08:00'), toMs: at('10:00') });
      expect(some).toEqual({ appointments: [eight, nine] });
      expect(await world.appointments.list(cotonou, { fromMs: at('10:00'), toMs: at('08:00') })).toEqual({
        appointments: [],
      });
    });

    test('come in full pages, each where the last ended', async () => {
      const booked = await atHours([6, 7, 8, 9, 10, 11, 12]);
      const seen: Appointment[] = [];
      const sizes: number[] = [];
      let after: string | undefined;
      do {
        const page = await world.appointments.list(cotonou, day, { limit: 3, after });
        seen.push(...page.appointments);
        sizes.push(page.appointments.length);
        after = page.next;
      } while (after);
      expect(seen).toEqual(booked);
      expect(sizes).toEqual([3, 3, 1]);
    });

    test('a page that ends with the list has no next', async () => {
      await atHours([8, 9]);
      expect(await world.appointments.list(cotonou, day, { limit: 2 })).not.toHaveProperty('next');
    });

    test('of one doctor come in full pages, however many others lie between', async () => {
      const hours = [6, 7, 8, 9, 10];
      await atHours(hours);
      const wanted = await atHours(hours, { providerId: koffi, operatoryId: room2 });
      const first = await world.appointments.list(cotonou, day, { providerId: koffi, limit: 3 });
      expect(first.appointments).toEqual(wanted.slice(0, 3));
      const second = await world.appointments.list(cotonou, day, { providerId: koffi, limit: 3, after: first.next });
      expect(second).toEqual({ appointments: wanted.slice(3) });
    });

    test('of one doctor are found behind many of another', async () => {
      const many = Array.from({ length: 120 }, (_, index) => at('00:00') + index * minutes(5));
      for (const startMs of many) {
        await books(appointment({ startMs, endMs: startMs + minutes(5), patientId: anybody() }));
      }
      const [wanted] = await atHours([22], { providerId: koffi });
      const found = await world.appointments.list(cotonou, day, { providerId: koffi, limit: 1 });
      expect(found).toEqual({ appointments: [wanted] });
      const all = await world.appointments.list(cotonou, day, { providerId: koffi });
      expect(all).toEqual({ appointments: [wanted] });
    });

    test('a cursor that is none of ours is refused, and one behind the range ends the list', async () => {
      await atHours([8, 9, 10]);
      for (const after of ['', 'abc', Buffer.from('CLINIC#x').toString('base64url')]) {
        await expect(world.appointments.list(cotonou, day, { after })).rejects.toThrow(InvalidCursor);
      }
      const { next } = await world.appointments.list(cotonou, day, { limit: 2 });
      const early = { fromMs: at('06:00'), toMs: at('08:30') };
      expect(await world.appointments.list(cotonou, early, { after: next })).toEqual({ appointments: [] });
    });

    test('of a patient are those to come, in order, that still stand', async () => {
      const [eight, nine, ten] = await atHours([8, 9, 10], { patientId: aPatient });
      await atHours([11], { patientId: anotherPatient });
      await calendar.changeStatus(statusChange(nine!, 'cancelled'));
      expect(await world.appointments.upcoming(cotonou, aPatient, now)).toEqual([eight, ten]);
      expect(await world.appointments.upcoming(cotonou, aPatient, at('08:01'))).toEqual([ten]);
      expect(await world.appointments.upcoming(cotonou, anybody(), now)).toEqual([]);
    });
  });

  test('another clinic sees nothing of it and is not in the way', async () => {
    const wanted = await books(appointment());
    expect(await allCells(elsewhere)).toEqual([]);
    expect(await world.appointments.get(elsewhere, wanted.appointmentId)).toBeUndefined();
    expect(await world.appointments.list(elsewhere, { fromMs: now, toMs: at('23:00') })).toEqual({ appointments: [] });
    expect(await world.appointments.upcoming(elsewhere, aPatient, now)).toEqual([]);
    await books({ ...appointment(), clinicId: elsewhere, typeId: consultation });
  });
});
