import { createCallConsents } from '#adapters/dynamodb/call-consents.ts';
import { keys } from '#adapters/dynamodb/keys.ts';
import { createOutboundCalls } from '#adapters/dynamodb/outbound-calls.ts';
import { createReminders, createReminderSweeps } from '#adapters/dynamodb/reminders.ts';
import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import type { OutboundCall } from '#domain/conversations/outbound/outbound-call.ts';
import { type ClinicId, derivedUuid, OutboundCallId, twilioConversationId } from '#domain/ids.ts';
import type { Reminder } from '#domain/notifications/reminders/reminder.ts';
import { standingClock } from '#test/fakes/clock.ts';
import { cotonou, elsewhere } from '#test/fakes/conversation.ts';
import { startDynamoDb, type TestDynamoDb } from '#test/fakes/dynamodb.ts';
import { inMemoryConsents, inMemoryOutboundCalls, inMemoryReminders } from '#test/fakes/outbound.ts';
import { appointment, morningMs, theo } from './world.ts';

let db: TestDynamoDb;
beforeAll(async () => {
  db = await startDynamoDb();
});
afterAll(() => db.stop());

const by = { actorType: 'user', actorId: 'member', requestId: 'r1' } as const;
const act = (clinicId: ClinicId = cotonou): PendingAuditEvent => ({
  v: 1,
  clinicId,
  occurredAt: '2026-10-05T12:30:00.000Z',
  ...by,
  act: 'call.make',
  outcome: 'success',
  resourceType: 'outbound-call',
  resourceId: 'a call',
});
const call = (n: number, changes: Partial<OutboundCall> = {}) => ({
  clinicId: cotonou,
  callId: OutboundCallId.parse(derivedUuid('a call', String(n))),
  purpose: 'call-back' as const,
  via: 'twilio' as const,
  from: '+12025550142',
  to: '+12025550117',
  language: 'fr',
  patientId: theo.patientId,
  wishHash: 'a wish',
  day: '2026-10-05',
  createdAtMs: morningMs,
  ...changes,
});
const caps = { callsPerDay: 5, callsPerNumber: 3 };
const conversationId = twilioConversationId(`CA${'0'.repeat(32)}`);

describe.each(['memory', 'DynamoDB'] as const)('in %s', (where) => {
  beforeEach(async () => {
    if (where === 'DynamoDB') await db.clear();
  });
  const outbound = () => (where === 'memory' ? inMemoryOutboundCalls() : createOutboundCalls(db.tables));
  const outcomes = async (asked: Promise<{ outcome: string }>[]) =>
    (await Promise.all(asked)).map(({ outcome }) => outcome).sort();

  test('of many who would make the same call at one moment one does', async () => {
    const store = outbound();
    const asked = Array.from({ length: 6 }, () => store.reserve(call(1), caps, act()));
    expect(await outcomes(asked)).toEqual([...Array(5).fill('exists'), 'reserved']);
    expect(await store.get(cotonou, call(1).callId)).toEqual({ ...call(1), state: 'reserved' });
    expect(await store.get(elsewhere, call(1).callId)).toBeUndefined();
  });

  test('however many would call at one moment, no more do than the clinic’s day and the number’s allow', async () => {
    const store = outbound();
    const toOne = Array.from({ length: 5 }, (_, n) => store.reserve(call(n), caps, act()));
    expect(await outcomes(toOne)).toEqual(['number-cap', 'number-cap', ...Array(3).fill('reserved')]);
    const toMany = Array.from({ length: 4 }, (_, n) =>
      store.reserve(call(10 + n, { to: `+1202555012${n}` }), caps, act()),
    );
    expect(await outcomes(toMany)).toEqual(['clinic-cap', 'clinic-cap', 'reserved', 'reserved']);
    const other = store.reserve(call(20, { clinicId: elsewhere }), caps, act(elsewhere));
    expect(await outcomes([other])).toEqual(['reserved']);
  });

  test('a call that is free may be made again and counted for nothing; one that rang stays placed', async () => {
    const store = outbound();
    const { callId } = call(1);
    const one = { ...caps, callsPerNumber: 1 };
    await store.reserve(call(1), one, act());
    await store.settle(cotonou, callId, { state: 'free' });
    await store.settle(cotonou, callId, { state: 'free' });
    expect(await outcomes([store.reserve(call(1), one, act())])).toEqual(['reserved']);
    await store.settle(cotonou, callId, { state: 'placed', conversationId });
    await store.settle(cotonou, callId, { state: 'refused', reason: 'late' });
    await store.settle(cotonou, callId, { state: 'free' });
    expect(await store.get(cotonou, callId)).toEqual({ ...call(1), state: 'placed', conversationId });
    expect(await outcomes([store.reserve(call(2), one, act())])).toEqual(['number-cap']);
    await store.settle(cotonou, call(3).callId, { state: 'placed', conversationId });
    expect(await store.get(cotonou, call(3).callId)).toBeUndefined();
  });

  test('a consent is one clinic’s, counts until it is withdrawn, and both are on record', async () => {
    const store = where === 'memory' ? inMemoryConsents() : createCallConsents(db.tables, standingClock());
    const consent = { numbers: theo.phones, way: 'in-person' as const, givenAtMs: morningMs };
    expect(await store.of(cotonou, theo.patientId)).toBeUndefined();
    await store.give(cotonou, theo.patientId, consent, by);
    expect(await store.of(cotonou, theo.patientId)).toEqual(consent);
    expect(await store.of(elsewhere, theo.patientId)).toBeUndefined();
    await store.withdraw(cotonou, theo.patientId, by);
    await store.withdraw(cotonou, theo.patientId, by);
    expect(await store.of(cotonou, theo.patientId)).toBeUndefined();
    if (where === 'memory') return;
    const pending = await db.tables.audit.query({ pk: keys.pendingAudit(cotonou, '', '').PK });
    expect(pending.map(({ act: done, reason }) => `${String(done)} ${String(reason)}`).sort()).toEqual([
      'contact.consent given',
      'contact.consent withdrawn',
    ]);
  });

  test('what became of a reminder is kept by its start; those that wait are found when their time has come', async () => {
    const clock = standingClock();
    const store =
      where === 'memory'
        ? inMemoryReminders()
        : { ...createReminders(db.tables, clock), ...createReminderSweeps(db.tables.core, clock) };
    const { appointmentId, startMs } = appointment();
    const waiting: Reminder = {
      clinicId: cotonou,
      appointmentId,
      patientId: theo.patientId,
      startMs,
      state: 'waiting',
      channel: 'sms',
      reason: 'quiet-hours',
      nextAtMs: morningMs,
    };
    await store.settle(waiting, act());
    expect(await store.waiting(cotonou, morningMs - 1)).toEqual([]);
    expect(await store.waiting(cotonou, morningMs)).toEqual([waiting]);
    expect(await store.waiting(elsewhere, morningMs)).toEqual([]);
    const { nextAtMs: _, reason: __, ...rest } = waiting;
    await store.settle({ ...rest, state: 'sent' }, act());
    expect(await store.waiting(cotonou, morningMs)).toEqual([]);
    expect(await store.get(cotonou, appointmentId, startMs)).toEqual({ ...rest, state: 'sent' });
    expect(await store.get(cotonou, appointmentId, startMs + 1)).toBeUndefined();
    expect(await store.get(elsewhere, appointmentId, startMs)).toBeUndefined();
    await store.setMark(cotonou, morningMs);
    expect([await store.mark(cotonou), await store.mark(elsewhere)]).toEqual([morningMs, undefined]);
  });
});

test('only clinics that are active and want reminders are looked at', async () => {
  await db.clear();
  const store = createReminderSweeps(db.tables.core, standingClock());
  const put = (clinicId: ClinicId, meta: object) =>
    db.tables.core.put({ ...keys.clinicMeta(clinicId), clinicId, zone: 'Europe/Paris', status: 'active', ...meta });
  const ids = Array.from({ length: 103 }, (_, n) => derivedUuid('clinic', String(n)) as ClinicId);
  await put(ids[0]!, { outbound: { reminders: 'sms' } });
  await put(ids[1]!, { outbound: { reminders: 'off' } });
  await put(ids[2]!, {});
  await put(ids[3]!, { outbound: { reminders: 'call' }, status: 'suspended' });
  await put(ids[102]!, { outbound: { reminders: 'call' } });
  const found = (await store.reminding(ids)).map(({ clinicId }) => clinicId);
  expect(found.sort()).toEqual([ids[0]!, ids[102]!].sort());
});
