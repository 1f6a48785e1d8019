import { createAppointmentStore } from '#adapters/dynamodb/appointments.ts';
import { createCalendar } from '#adapters/dynamodb/calendar.ts';
import { createConversationStore } from '#adapters/dynamodb/conversations.ts';
import type { ConversationId } from '#domain/ids.ts';
import { createScheduling } from '#domain/scheduling/create-scheduling.ts';
import type { Requester } from '#domain/scheduling/requester.ts';
import { clinicProfile } from '../../fakes/clinic.ts';
import { standingClock } from '../../fakes/clock.ts';
import { conversation, cotonou } from '../../fakes/conversation.ts';
import { startDynamoDb, type TestDynamoDb } from '../../fakes/dynamodb.ts';
import { agentOf, awa, consultation, koffi, patientId, staff } from '../../fakes/scheduling.ts';

let db: TestDynamoDb;
/** What was asked of the database, by command, in order. */
const commands: string[] = [];
beforeAll(async () => {
  db = await startDynamoDb();
  db.client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        commands.push(String(commandName).replace('Command', ''));
        return next(args);
      },
    { step: 'initialize' },
  );
});
afterAll(() => db.stop());
beforeEach(() => db.clear());

const at = (wall: string) => Date.parse(`${wall.replace(' ', 'T')}:00.000+01:00`);
const ten = at('2026-10-05 10:00');
const query = { typeId: consultation.id, providerIds: [koffi] };

async function world(...callers: Requester[]) {
  const { core, audit } = db.tables;
  const clock = standingClock('2026-10-05T06:30:00.000Z');
  const conversations = createConversationStore(core);
  for (const { conversationId } of callers) {
    const id = conversationId as ConversationId;
    await conversations.change(cotonou, id, () => conversation({ conversationId: id }));
  }
  const appointments = createAppointmentStore(core);
  const scheduling = createScheduling({ calendar: createCalendar({ core, audit }), appointments, clock });
  const clinic = clinicProfile();
  const book = (startMs: number, requester: Requester, n = 1, providerId = koffi) => {
    const wanted = { typeId: consultation.id, providerId, startMs, patient: { patientId: patientId(n) } };
    return scheduling.book(clinic, { ...wanted, source: requester.kind }, requester);
  };
  commands.length = 0;
  return { clock, clinic, conversations, scheduling, book };
}

test('a call on the real tables: offered, booked, repeated, moved, cancelled and booked anew', async () => {
  const caller = agentOf('a', '+12025550117');
  const { scheduling, clinic, book, conversations } = await world(caller);
  const offer = await scheduling.offer(clinic, query, caller, []);
  if (offer.code !== 'OK') throw new Error(offer.code);
  expect(offer.held).toHaveLength(3);
  expect((await book(offer.slots[1]!.startMs, agentOf('b'), 2)).code).toBe('SLOT_TAKEN');

  const booked = await book(offer.slots[1]!.startMs, caller);
  if (booked.code !== 'OK') throw new Error(booked.code);
  const { appointment } = booked;
  expect(await book(appointment.startMs, caller)).toEqual({ ...booked, replayed: true });

  const moved = await scheduling.reschedule(
    clinic,
    appointment.appointmentId,
    { startMs: ten, providerId: awa },
    caller,
  );
  expect(moved.code === 'OK' && moved.appointment.version).toBe(2);
  const there = await scheduling.reschedule(clinic, appointment.appointmentId, { startMs: ten }, caller, 1);
  expect(there).toEqual(moved);

  const cancelled = await scheduling.cancel(clinic, appointment.appointmentId, 'en voyage', caller, 2);
  expect(cancelled.code === 'OK' && cancelled.appointment.status).toBe('cancelled');
  expect(await scheduling.cancel(clinic, appointment.appointmentId, undefined, caller, 2)).toEqual(cancelled);

  const anew = await book(appointment.startMs, caller);
  expect(anew).toMatchObject({ code: 'OK', replayed: false, appointment: { status: 'booked', version: 1 } });
  expect(await book(appointment.startMs, caller)).toMatchObject({ code: 'OK', replayed: true });

  const told = await conversations.get(cotonou, caller.conversationId as ConversationId);
  expect(told?.acts.toSorted()).toEqual(['booked', 'cancelled', 'rescheduled']);
  expect(told?.appointmentIds).toHaveLength(2);
});

test('an offer and a booking ask little of the database', async () => {
  const caller = agentOf('a', '+12025550117');
  const { scheduling, clinic, book } = await world(caller);
  await scheduling.offer(clinic, query, caller, []);
  // One calendar each for the provider and two rooms; for each hold the caller's other holds, then the cells.
  expect(commands).toEqual([
    ...Array<string>(3).fill('Query'),
    ...Array.from({ length: 3 }, () => ['GetItem', 'TransactWriteItems']).flat(),
  ]);
  commands.length = 0;
  expect((await book(ten, caller)).code).toBe('OK');
  // Two rounds of reading at once: the wish and the calendars, then patient and conversation.
  expect(commands.toSorted()).toEqual([
    ...Array<string>(3).fill('GetItem'),
    ...Array<string>(3).fill('Query'),
    'TransactWriteItems',
  ]);
});

test('of ten callers who want one time at the same moment, one gets it and the others hear of other times', async () => {
  const callers = Array.from({ length: 10 }, (_, n) => agentOf(`c${n}`));
  const { book } = await world(...callers);
  const answers = await Promise.all(callers.map((caller, n) => book(ten, caller, n)));
  expect(answers.filter(({ code }) => code === 'OK')).toHaveLength(1);
  for (const answer of answers) {
    if (answer.code === 'OK') continue;
    expect(answer.code).toBe('SLOT_TAKEN');
    expect(answer.offers?.length).toBeGreaterThan(0);
  }
});

test('time is blocked and given back on the real tables', async () => {
  const { scheduling, clinic, book } = await world();
  const wanted = { resource: { kind: 'provider', id: koffi } as const, fromMs: ten, toMs: ten + 97 * 5 * 60_000 };
  const blocked = await scheduling.block(clinic, wanted, staff);
  if (blocked.code !== 'OK') throw new Error(blocked.code);
  expect((await book(ten, staff)).code).toBe('SLOT_TAKEN');
  expect(await scheduling.unblock(clinic, blocked.block.blockId, staff)).toEqual({ code: 'OK' });
  expect((await book(ten, staff)).code).toBe('OK');
});
