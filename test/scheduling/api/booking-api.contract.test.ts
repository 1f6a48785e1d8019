import { createAnsweredRequests } from '#adapters/dynamodb/answered-requests.ts';
import { keys } from '#adapters/dynamodb/keys.ts';
import type { Table } from '#adapters/dynamodb/table.ts';
import { createCalendarFeedStore } from '#adapters/dynamodb/calendar-feeds.ts';
import { keptMs, leaseMs } from '#domain/scheduling/answered-requests.ts';
import { issueCalendarFeed } from '#lambdas/clinics/issue-calendar-feed.ts';
import { serveCalendarFeed } from '#lambdas/scheduling/serve-calendar-feed.ts';
import { cotonou } from '#test/fakes/conversation.ts';
import { startDynamoDb, type TestDynamoDb } from '#test/fakes/dynamodb.ts';
import { inMemoryAnsweredRequests } from '#test/fakes/answered-requests.ts';
import { aPatient } from '#test/fakes/told.ts';
import { apiWorldOn, awa, consultation, koffi, paris } from './world.ts';

let db: TestDynamoDb;
beforeAll(async () => {
  db = await startDynamoDb();
});
beforeEach(() => db.clear());
afterAll(() => db.stop());

const tomorrow = '2026-10-06';
const ten = `${tomorrow}T10:00:00+01:00`;
const patientId = aPatient().patientId;
const key = { 'idempotency-key': 'one-wish' };

const recordsOf = async (audit: Table) =>
  (await audit.query({ pk: keys.pendingAudit(cotonou, '', '').PK })).map(({ act, count }) => [act, count]);

describe('the booking API on DynamoDB', () => {
  test('from the first question to the cancelled appointment, each act on record', async () => {
    const world = await apiWorldOn(db.tables);
    const ask = world.asker(await world.keyFor(cotonou));
    const { body: found } = await ask({ action: 'availability', typeId: consultation, from: tomorrow });
    const { body: held } = await ask({ action: 'hold', slotToken: found.offers[0]?.slotToken });
    const patient = { givenName: 'Ada', familyName: 'Essai', phone: '+12025550133' };
    const booked = await ask({ action: 'book', slotToken: held.offer.slotToken, patient }, key);
    expect(booked).toMatchObject({ status: 201, headers: { etag: '"1"' } });
    const { id: appointmentId, patientId: newPatientId } = booked.body.appointment;
    expect(await world.patients.get(cotonou, newPatientId as typeof patientId)).toMatchObject({ familyName: 'Essai' });
    const moved = await ask({ action: 'reschedule', appointmentId, start: ten }, { 'if-match': '"1"' });
    expect(moved.headers.etag).toBe('"2"');
    const { body: list } = await ask({ action: 'list', include: ['patients'] });
    expect(list).toMatchObject({
      appointments: [{ id: appointmentId, localStart: ten }],
      patients: [{ id: newPatientId }],
    });
    expect((await ask({ action: 'get', appointmentId })).body.patient).toMatchObject({ givenName: 'Ada' });
    await ask({ action: 'status', appointmentId, status: 'confirmed' });
    expect((await ask({ action: 'cancel', appointmentId }, { 'if-match': '"2"' })).status).toBe(412);
    expect((await ask({ action: 'cancel', appointmentId }, { 'if-match': '"3"' })).status).toBe(200);
    const { body: blocked } = await ask({
      action: 'block',
      providerId: awa,
      start: ten,
      end: `${tomorrow}T11:00:00+01:00`,
    });
    await ask({ action: 'unblock', blockId: blocked.block.id });
    const joined = await ask({
      action: 'waitlist',
      op: 'join',
      typeId: consultation,
      patientId: newPatientId,
      contact: '+12025550133',
      consent: true,
    });
    expect(joined.status).toBe(201);
    expect((await recordsOf(db.tables.audit)).map(([act]) => act).toSorted()).toEqual([
      'appointment.book',
      'appointment.cancel',
      'appointment.override',
      'appointment.override',
      'appointment.override',
      'appointment.reschedule',
      'credential.rotate',
      'patient.create',
      'patient.read',
      'patient.read',
      'patient.update',
    ]);
    expect(await recordsOf(db.tables.audit)).toContainEqual(['patient.read', 1]);
    expect(world.log.codes().filter((code) => code !== 'booking.answered')).toEqual([
      'waitlist.started',
      'waitlist.started',
    ]);
  });

  test('another clinic’s key finds nothing', async () => {
    const world = await apiWorldOn(db.tables);
    const ask = world.asker(await world.keyFor(cotonou));
    const { body } = await ask({ action: 'book', typeId: consultation, start: ten, patientId });
    const elsewhere = world.asker(await world.keyFor(paris));
    const appointmentId = body.appointment.id;
    for (const request of [
      { action: 'get', appointmentId },
      { action: 'cancel', appointmentId },
    ] as const) {
      expect(await elsewhere(request)).toMatchObject({ status: 404, error: { code: 'appointment-unknown' } });
    }
    expect((await elsewhere({ action: 'list' })).body.appointments).toEqual([]);
  });

  test('thirty at once want one time: one has it, the others hear so', async () => {
    const world = await apiWorldOn(db.tables);
    const ask = world.asker(await world.keyFor(cotonou));
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        ask({
          action: 'book',
          typeId: consultation,
          start: ten,
          providerId: koffi,
          patient: { givenName: 'Ada', familyName: 'Essai', phone: `+12025550${100 + index}` },
        }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(new Set(answers.filter(({ status }) => status !== 201).map(({ error }) => error.code))).toEqual(
      new Set(['slot-taken']),
    );
    expect((await ask({ action: 'list', providerId: koffi })).body.appointments).toHaveLength(1);
  });

  test('one request sent twenty times at once is done once', async () => {
    const world = await apiWorldOn(db.tables);
    const ask = world.asker(await world.keyFor(cotonou));
    const wish = {
      action: 'book' as const,
      typeId: consultation,
      start: ten,
      patient: { givenName: 'Ada', familyName: 'Essai' },
    };
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(wish, key)));
    const made = answers.filter(({ status }) => status === 201);
    expect(made.length).toBeGreaterThan(0);
    expect(new Set(made.map(({ body }) => body.appointment.id)).size).toBe(1);
    for (const { status, error } of answers.filter(({ status }) => status !== 201)) {
      expect([status, error.code]).toEqual([409, 'in-progress']);
    }
    const replayed = await ask(wish, key);
    expect(replayed).toMatchObject({ status: 201, headers: { 'idempotency-replayed': 'true' } });
    expect((await ask({ action: 'list' })).body.appointments).toHaveLength(1);
  });

  test('a store that does not answer is told as such, and nothing of it', async () => {
    const world = await apiWorldOn(db.tables);
    const ask = world.asker(await world.keyFor(cotonou));
    world.patients.get = async () => {
      throw Object.assign(new Error('table frontdesk-core'), { name: 'ProvisionedThroughputExceededException' });
    };
    const answer = await ask({ action: 'book', typeId: consultation, start: ten, patientId }, key);
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' }, error: { code: 'retry-later' } });
    expect(JSON.stringify(answer)).not.toContain('frontdesk-core');
  });

  test('a provider’s calendar reads what was booked', async () => {
    const world = await apiWorldOn(db.tables);
    const ask = world.asker(await world.keyFor(cotonou));
    await ask({ action: 'book', typeId: consultation, start: ten, patientId, providerId: awa });
    await ask({
      action: 'block',
      providerId: awa,
      start: `${tomorrow}T15:00:00+01:00`,
      end: `${tomorrow}T16:00:00+01:00`,
    });
    const feeds = createCalendarFeedStore(db.tables);
    const { path } = await issueCalendarFeed({ feeds, clock: world.clock })(cotonou, awa);
    const { text } = await serveCalendarFeed({ ...world, feeds })({
      rawBody: Buffer.from(''),
      headers: {},
      pathParameters: {},
      query: { token: path.split('token=')[1] },
      requestId: 'r',
    });
    expect(text?.content.match(/DTSTART:\S+/g)).toEqual(['DTSTART:20261006T090000Z', 'DTSTART:20261006T140000Z']);
  });
});

describe.each(['memory', 'DynamoDB'] as const)('answered requests in %s', (where) => {
  const requests = () => (where === 'memory' ? inMemoryAnsweredRequests() : createAnsweredRequests(db.tables.core));
  const name = { clinicId: cotonou, apiKeyId: '0123456789abcdef', keyHash: 'a'.repeat(64) };
  const now = Date.parse('2026-10-05T12:30:00.000Z');
  const answer = { status: 201, headers: { etag: '"1"' }, body: { action: 'unblock', note: 'été “”' } };

  test('the first may, the second waits, and after the answer all get it for a day', async () => {
    const store = requests();
    const first = await store.claim(name, 'h', now);
    expect(first).toMatchObject({ outcome: 'claimed', claim: { ...name, begunAtMs: now, again: false } });
    expect(await store.claim(name, 'h', now + 1_000)).toEqual({
      outcome: 'in-progress',
      retryAfterMs: leaseMs - 1_000,
    });
    expect(await store.claim({ ...name, clinicId: paris }, 'h', now)).toMatchObject({ outcome: 'claimed' });
    expect(await store.claim({ ...name, apiKeyId: 'other' }, 'h', now)).toMatchObject({ outcome: 'claimed' });
    if (first.outcome !== 'claimed') throw new Error(first.outcome);
    await store.settle(first.claim, answer, now + 2_000);
    expect(await store.claim(name, 'h', now + keptMs)).toEqual({ outcome: 'answered', answer });
    expect(await store.claim(name, 'other', now + 3_000)).toEqual({ outcome: 'other-request' });
    expect(await store.claim(name, 'other', now + keptMs + 1)).toMatchObject({
      outcome: 'claimed',
      claim: { again: false },
    });
  });

  test('when the lease has run out, or was given back, another takes over and is told; the first then keeps nothing', async () => {
    const store = requests();
    const first = await store.claim(name, 'h', now);
    const second = await store.claim(name, 'h', now + leaseMs);
    expect(second).toMatchObject({ outcome: 'claimed', claim: { begunAtMs: now, again: true } });
    if (first.outcome !== 'claimed' || second.outcome !== 'claimed') throw new Error('not claimed');
    await store.settle(first.claim, answer, now + leaseMs);
    expect(await store.claim(name, 'h', now + leaseMs)).toMatchObject({ outcome: 'in-progress' });
    await store.release(first.claim, now + leaseMs);
    expect(await store.claim(name, 'h', now + leaseMs)).toMatchObject({ outcome: 'in-progress' });
    await store.release(second.claim, now + leaseMs);
    expect(await store.claim(name, 'h', now + leaseMs)).toMatchObject({ outcome: 'claimed', claim: { again: true } });
  });

  test('of many at once one may', async () => {
    const store = requests();
    const outcomes = await Promise.all(Array.from({ length: 12 }, () => store.claim(name, 'h', now)));
    expect(outcomes.filter(({ outcome }) => outcome === 'claimed')).toHaveLength(1);
    const later = await Promise.all(Array.from({ length: 12 }, () => store.claim(name, 'h', now + leaseMs)));
    expect(later.filter(({ outcome }) => outcome === 'claimed')).toHaveLength(1);
  });
});

test('who claims a request and loses the answer of the table finds the claim to be its own', async () => {
  const { core } = db.tables;
  const store = createAnsweredRequests({
    ...core,
    async put(...write) {
      await core.put(...write);
      return core.put(...write);
    },
  });
  const name = { clinicId: cotonou, apiKeyId: '0123456789abcdef', keyHash: 'b'.repeat(64) };
  const begunAtMs = Date.parse('2026-10-05T12:30:00.000Z');
  const claimed = await store.claim(name, 'h', begunAtMs);
  expect(claimed).toMatchObject({ outcome: 'claimed', claim: { ...name, begunAtMs, again: false } });
  expect(await store.claim(name, 'h', begunAtMs)).toMatchObject({ outcome: 'in-progress' });
});
