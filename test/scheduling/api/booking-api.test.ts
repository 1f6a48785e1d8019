import { Clinic } from '#domain/clinics/clinic.ts';
import { aPatient } from '#test/fakes/told.ts';
import {
  type ApiWorld,
  apiWorld,
  awa,
  consultation,
  consultationInParis,
  koffi,
  lou,
  paris,
  room1,
  room2,
} from './world.ts';

const patientId = aPatient().patientId;
const tomorrow = '2026-10-06';
/** Ten o'clock tomorrow at the clinic. */
const ten = `${tomorrow}T10:00:00+01:00`;
const someone = { givenName: 'Ada', familyName: 'Essai', dob: '1985-03-09', phone: '+1 202 555 0133' };

let world: ApiWorld;
let ask: ReturnType<ApiWorld['asker']>;
let askInParis: ReturnType<ApiWorld['asker']>;
beforeEach(async () => {
  world = apiWorld();
  ask = world.asker(await world.keyFor(world.cotonou.id));
  askInParis = world.asker(await world.keyFor(paris));
});

const bookTen = (more: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  ask({ action: 'book', typeId: consultation, start: ten, patientId, ...more }, headers);
const standing = () => world.calendar.allAppointments(world.cotonou.id);

describe('who may ask', () => {
  const body = Buffer.from(JSON.stringify({ action: 'clinic' }));
  const withHeader = async (authorization?: string) => {
    const {
      status,
      headers,
      body: answer,
    } = await world.send({
      rawBody: body,
      headers: authorization === undefined ? {} : { authorization },
    });
    return { status, challenge: headers?.['www-authenticate'], answer };
  };

  test('no key, a wrong secret, an unknown key and an expired one are refused in the same words', async () => {
    const key = await world.keyFor(world.cotonou.id);
    const expired = await world.keyFor(world.cotonou.id, { expiresAtMs: world.clock.now() });
    const [, prefix, id, secret] = /^(fdk)_([^_]+)_(.+)$/.exec(key) as unknown as [string, string, string, string];
    const refused = await Promise.all(
      [
        undefined,
        'Bearer',
        'Bearer rubbish',
        `Basic ${key}`,
        `Bearer ${prefix}_${id}_${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`,
        `Bearer ${prefix}_0000000000000000_${secret}`,
        `Bearer ${expired}`,
      ].map(withHeader),
    );
    for (const one of refused) {
      expect(one).toEqual({ status: 401, challenge: 'Bearer', answer: refused[0]?.answer });
    }
    expect(world.log.entries.map(({ code, fields }) => `${code} ${fields.reason}`)).toEqual([
      'booking.unauthorized missing',
      'booking.unauthorized malformed',
      'booking.unauthorized malformed',
      'booking.unauthorized malformed',
      'booking.unauthorized unknown',
      'booking.unauthorized unknown',
      'booking.unauthorized expired',
    ]);
  });

  test('a key that was rotated works for an hour, and the word Bearer in any case', async () => {
    const key = await world.keyFor(world.cotonou.id, { expiresAtMs: world.clock.now() + 60 * 60 * 1000 });
    world.clock.pass(60 * 60 * 1000 - 1);
    expect((await withHeader(`bearer ${key}`)).status).toBe(200);
    world.clock.pass(1);
    expect((await withHeader(`bearer ${key}`)).status).toBe(401);
  });

  test('the key of a clinic that is not active is known and refused', async () => {
    const before = await world.clinics.profile(world.cotonou.id);
    await world.clinics.save([{ before, after: { ...world.cotonou, status: 'suspended' }, events: [] }], 0);
    expect(await ask({ action: 'clinic' })).toMatchObject({ status: 403, error: { code: 'clinic-inactive' } });
  });

  test('the key of another clinic sees and changes nothing, in the words for what never was', async () => {
    const { body: booked } = await bookTen();
    const { body: blocked } = await ask({
      action: 'block',
      operatoryId: room2,
      start: `${tomorrow}T10:00:00Z`,
      end: `${tomorrow}T11:00:00Z`,
    });
    const unknown = '4c1e8d5f-3a6b-4d7c-8e9f-2b3c4d5e6f70';
    const appointmentId = booked.appointment.id;
    for (const [mine, nobodys] of [
      [
        { action: 'get', appointmentId },
        { action: 'get', appointmentId: unknown },
      ],
      [
        { action: 'cancel', appointmentId },
        { action: 'cancel', appointmentId: unknown },
      ],
      [
        { action: 'status', appointmentId, status: 'arrived' },
        { action: 'status', appointmentId: unknown, status: 'arrived' },
      ],
      [
        { action: 'reschedule', appointmentId, start: ten },
        { action: 'reschedule', appointmentId: unknown, start: ten },
      ],
      [
        { action: 'unblock', blockId: blocked.block.id },
        { action: 'unblock', blockId: unknown },
      ],
      [
        { action: 'availability', typeId: consultation },
        { action: 'availability', typeId: unknown },
      ],
      [
        { action: 'book', typeId: consultationInParis, start: ten, patientId },
        { action: 'book', typeId: consultationInParis, start: ten, patientId: unknown },
      ],
      [
        { action: 'book', typeId: consultationInParis, start: ten, patientId, providerId: awa },
        { action: 'book', typeId: consultationInParis, start: ten, patientId, providerId: unknown },
      ],
      [
        { action: 'list', providerId: awa },
        { action: 'list', providerId: unknown },
      ],
      [
        { action: 'waitlist', op: 'list', typeId: consultation },
        { action: 'waitlist', op: 'list', typeId: unknown },
      ],
    ] as const) {
      const answer = await askInParis(mine);
      expect(answer.status).toBe(404);
      expect(await askInParis(nobodys)).toEqual(answer);
    }
    // Told as unknown, not as a room in which nothing is free.
    const theirRoom = {
      action: 'book' as const,
      typeId: consultationInParis,
      start: ten,
      patientId,
      operatoryId: room2,
    };
    expect(await askInParis(theirRoom)).toMatchObject({ status: 404, error: { code: 'operatory-unknown' } });
    const nothing = { action: 'list', appointments: [], patients: [], blocks: [] };
    expect((await askInParis({ action: 'list', include: ['patients', 'blocks'] })).body).toEqual(nothing);
    expect((await askInParis({ action: 'list', patientId })).body.appointments).toEqual([]);
    expect(standing()).toMatchObject([{ status: 'booked', version: 1 }]);

    const { body: found } = await ask({ action: 'availability', typeId: consultation });
    const slotToken = found.offers[0]?.slotToken;
    expect(await askInParis({ action: 'book', slotToken, patientId })).toMatchObject({
      status: 422,
      error: { code: 'slot-token-invalid' },
    });
  });
});

describe('what is wrong with a request', () => {
  test('a body that is not JSON, or is too large, is answered as such', async () => {
    const authorization = `Bearer ${await world.keyFor(world.cotonou.id)}`;
    const send = (rawBody: Buffer) => world.send({ rawBody, headers: { authorization } });
    expect(await send(Buffer.from('{"action":'))).toMatchObject({ status: 400, body: { error: { code: 'bad-json' } } });
    expect(await send(Buffer.from(''))).toMatchObject({ status: 400 });
    expect(await send(Buffer.alloc(100_001, ' '))).toMatchObject({
      status: 413,
      body: { error: { code: 'body-too-large' } },
    });
    expect(world.log.codes()).toContain('body.too-large');
  });

  test('every field that is wrong is named at once, with what it must be', async () => {
    const { status, error } = await ask({
      action: 'book',
      typeId: 'cleaning',
      start: '2026-10-06 10:00',
      patient: { givenName: '', familyName: 'A\u0007B', dob: '1985-13-09', nickname: 'Ada' },
      clinicId: paris,
    });
    expect(status).toBe(422);
    expect(error.code).toBe('invalid-request');
    expect(error.fields?.map(({ path }) => path).toSorted()).toEqual([
      'clinicId',
      'patient.dob',
      'patient.familyName',
      'patient.givenName',
      'patient.nickname',
      'start',
      'typeId',
    ]);
    expect(error.fields).toContainEqual({
      path: 'start',
      message: 'must be an instant with its offset, such as 2026-10-05T09:00:00+01:00',
    });
    expect(error.fields).toContainEqual({ path: 'clinicId', message: 'is not a field of this action' });
    const messageFor = async (body: unknown) => (await ask(body as { action: 'clinic' })).error.fields?.[0]?.message;
    expect(await messageFor({ action: 'fly' })).toMatch(/^must be one of availability, hold, .*waitlist, clinic$/);
    expect(await messageFor({ action: 'waitlist', op: 'x' })).toBe('must be one of join, list, leave, accept');
    expect(await messageFor({ action: 'get' })).toBe('is missing');
    expect(await messageFor({ action: 'list', limit: 'all' })).toBe('must be a number');
    expect(await messageFor({ action: 'list', limit: 101 })).toBe('must be at most 100');
    expect(await messageFor({ action: 'list', include: ['secrets'] })).toBe(
      'must be one of patients, blocks, openings',
    );
  });

  test.each([
    [{ action: 'fly' }, ['action']],
    [[], ['']],
    [null, ['']],
    [{ action: 'book', patientId }, ['typeId', 'start']],
    [{ action: 'book', slotToken: 'x', start: ten, patientId }, ['start']],
    [{ action: 'book', typeId: consultation, start: ten }, ['patientId']],
    [{ action: 'book', typeId: consultation, start: ten, patientId, patient: someone }, ['patientId']],
    [{ action: 'block', start: ten, end: ten }, ['providerId', 'end']],
    [{ action: 'list', limit: 101 }, ['limit']],
    [{ action: 'list', include: ['secrets'] }, ['include.0']],
    [{ action: 'waitlist', op: 'join', typeId: consultation, patientId, contact: '1', consent: false }, ['consent']],
    [{ action: 'hold', slotToken: 'x', session: 'two words' }, ['session']],
  ])('%j', async (body, paths) => {
    const { status, error } = await ask(body as { action: 'clinic' });
    expect(status).toBe(422);
    expect(error.fields?.map(({ path }) => path)).toEqual(paths);
  });

  test('what only the clinic’s rules can judge is named like any other field', async () => {
    const problemOf = async (patient: Record<string, string>) =>
      (await ask({ action: 'book', typeId: consultation, start: ten, patient: { ...someone, ...patient } })).error
        .fields;
    expect(await problemOf({ phone: '12' })).toMatchObject([{ path: 'patient.phone' }]);
    expect(await problemOf({ phone: 'anonymous' })).toMatchObject([{ path: 'patient.phone' }]);
    expect(await problemOf({ dob: '2027-01-01' })).toMatchObject([{ path: 'patient.dob' }]);
    expect((await ask({ action: 'list', from: '2026-10-06', to: '2026-10-05' })).error.fields).toMatchObject([
      { path: 'to' },
    ]);
    expect((await ask({ action: 'list', from: '2026-10-06', to: '2028-10-05' })).error.fields).toMatchObject([
      { path: 'to' },
    ]);
    expect((await ask({ action: 'list', after: 'nonsense' })).error.code).toBe('cursor-invalid');
    expect((await ask({ action: 'hold', slotToken: 's1.x.y' })).error.code).toBe('slot-token-invalid');
    expect((await bookTen({}, { 'if-match': '3' })).error.fields).toMatchObject([{ path: 'If-Match' }]);
    expect((await bookTen({}, { 'idempotency-key': 'two words' })).error.fields).toMatchObject([
      { path: 'Idempotency-Key' },
    ]);
    expect(standing()).toEqual([]);
  });
});

describe('times', () => {
  test('are offered in UTC and on the clinic’s clock, each with a token to book it', async () => {
    const { body } = await ask({ action: 'availability', typeId: consultation, from: tomorrow, count: 2 });
    expect(body).toEqual({
      action: 'availability',
      offers: [
        {
          typeId: consultation,
          providerId: koffi,
          operatoryId: room1,
          start: '2026-10-06T07:00:00.000Z',
          end: '2026-10-06T07:30:00.000Z',
          localStart: '2026-10-06T08:00:00+01:00',
          slotToken: expect.any(String),
        },
        expect.objectContaining({ localStart: '2026-10-06T08:30:00+01:00' }),
      ],
    });
    const booked = await ask({ action: 'book', slotToken: body.offers[0]?.slotToken, patientId });
    expect(booked).toMatchObject({
      status: 201,
      headers: { etag: '"1"' },
      body: { replayed: false, appointment: { providerId: koffi, start: '2026-10-06T07:00:00.000Z', source: 'staff' } },
    });
  });

  test('a token books once, however often it is sent, and for another patient the time is gone', async () => {
    const { body } = await ask({ action: 'availability', typeId: consultation, from: tomorrow });
    const slotToken = body.offers[0]?.slotToken;
    const first = await ask({ action: 'book', slotToken, patientId });
    const second = await ask({ action: 'book', slotToken, patientId });
    expect(second).toMatchObject({ status: 200, body: { replayed: true, appointment: first.body.appointment } });
    const other = await ask({ action: 'book', slotToken, patient: someone });
    expect(other).toMatchObject({ status: 409, error: { code: 'slot-taken' } });
    expect(other.error.offers?.length).toBeGreaterThan(0);
    expect(standing()).toHaveLength(1);
  });

  test('a token made up, cut short or changed is none', async () => {
    const { body } = await ask({ action: 'availability', typeId: consultation, from: tomorrow });
    const token = body.offers[0]?.slotToken ?? '';
    const [version, content = '', mac] = token.split('.');
    const forged = Buffer.from(content, 'base64url').toString().replace('07:', '09:').replace(koffi, awa);
    for (const slotToken of [
      token.slice(0, -1),
      `${version}.${Buffer.from(forged).toString('base64url')}.${mac}`,
      `${version}.${content}.`,
      'x',
    ]) {
      expect((await ask({ action: 'book', slotToken, patientId })).error.code).toBe('slot-token-invalid');
    }
  });

  test('a held time is nobody else’s until the hold runs out', async () => {
    const held = await ask({ action: 'hold', typeId: consultation, start: ten, providerId: awa });
    expect(held.body.offer).toMatchObject({ providerId: awa, heldUntil: '2026-10-05T12:35:00.000Z' });
    const rival = world.asker(await world.keyFor(world.cotonou.id));
    const wanted = { action: 'book', typeId: consultation, start: ten, providerId: awa, patient: someone } as const;
    expect(await rival(wanted)).toMatchObject({ status: 409, error: { code: 'slot-taken' } });
    expect(await ask({ action: 'book', slotToken: held.body.offer.slotToken, patientId })).toMatchObject({
      status: 201,
    });
  });

  test('a hold outlives the key it was made with', async () => {
    const held = await ask({ action: 'hold', typeId: consultation, start: ten, providerId: awa });
    const rotated = world.asker(await world.keyFor(world.cotonou.id));
    const { slotToken } = held.body.offer;
    expect(await rotated({ action: 'book', slotToken, patientId })).toMatchObject({ status: 201 });
  });

  test('after the hold has run out the token still books while the time is free', async () => {
    const held = await ask({ action: 'hold', typeId: consultation, start: ten, providerId: awa });
    world.clock.pass(5 * 60_000 + 1);
    expect(await ask({ action: 'book', slotToken: held.body.offer.slotToken, patientId })).toMatchObject({
      status: 201,
    });
  });

  /** Starts of what is held with Awa, in UTC. */
  const heldWithAwa = () => [
    ...new Set(
      world.calendar
        .allCells(world.cotonou.id)
        .flatMap(({ kind, resource, ref }) => (kind === 'hold' && resource.id === awa ? [ref.slice(-13, -8)] : [])),
    ),
  ];
  const eleven = `${tomorrow}T11:00:00+01:00`;

  test('a hold that cannot be exchanged stays as it was promised', async () => {
    const held = await ask({ action: 'hold', typeId: consultation, start: ten, providerId: awa });
    await ask({ action: 'book', typeId: consultation, start: eleven, providerId: awa, patient: someone });
    const wanted = { action: 'hold', typeId: consultation, start: eleven, providerId: awa } as const;
    const refused = await ask({ ...wanted, insteadOf: [held.body.offer.slotToken] });
    expect(refused).toMatchObject({ status: 409, error: { code: 'slot-taken' } });
    expect(heldWithAwa()).toEqual(['09:00']);
  });

  test('of two who want one time the one who came too late keeps the hold they had', async () => {
    const held = await ask({ action: 'hold', typeId: consultation, start: ten, providerId: awa });
    const { hold } = world.calendar;
    world.calendar.hold = async () => ({ outcome: 'provider-taken' });
    const wanted = { action: 'hold', typeId: consultation, start: eleven, providerId: awa } as const;
    expect((await ask({ ...wanted, insteadOf: [held.body.offer.slotToken] })).status).toBe(409);
    world.calendar.hold = hold;
    expect(heldWithAwa()).toEqual(['09:00']);
  });

  test('every hold that is given back is given back, whichever request made it', async () => {
    const hold = async (start: string) =>
      (await ask({ action: 'hold', typeId: consultation, start, providerId: awa })).body.offer.slotToken;
    const insteadOf = [await hold(ten), await hold(eleven)];
    const start = `${tomorrow}T15:30:00+01:00`;
    const { status } = await ask({ action: 'hold', typeId: consultation, start, providerId: awa, insteadOf });
    expect(status).toBe(200);
    expect(heldWithAwa()).toEqual(['14:30']);
  });

  test('a session gives its own hold back for another', async () => {
    const first = await ask({ action: 'hold', typeId: consultation, start: ten, providerId: awa, session: 'desk-1' });
    const second = await ask({
      action: 'hold',
      typeId: consultation,
      start: `${tomorrow}T10:30:00+01:00`,
      providerId: awa,
      insteadOf: [first.body.offer.slotToken],
    });
    expect(second.status).toBe(200);
    const holds = world.calendar.allCells(world.cotonou.id).filter(({ resource }) => resource.id === awa);
    expect(holds).toHaveLength(6);
    expect(new Set(holds.map(({ startMs }) => new Date(startMs).toISOString().slice(11, 14)))).toEqual(
      new Set(['09:']),
    );
    const again = { action: 'book', typeId: consultation, providerId: awa, session: 'desk-1', patientId } as const;
    expect(await ask({ ...again, start: `${tomorrow}T10:30:00+01:00` })).toMatchObject({ status: 201 });
  });

  test('clinic software books without lead time, but nothing that the rules would never offer', async () => {
    const at = (start: string) => bookTen({ start });
    expect((await at('2026-10-05T14:29:00Z')).error.code).toBe('slot-invalid');
    expect((await at('2026-10-05T12:00:00Z')).error.code).toBe('past');
    expect((await at('2026-10-06T13:00:00+01:00')).error.code).toBe('closed');
    expect((await at('2027-10-05T12:00:00Z')).error.code).toBe('outside-horizon');
    expect((await at('2026-10-05T14:00:00Z')).status).toBe(201);
  });

  test('when the days asked for are full or closed, the answer says when there is time', async () => {
    const sunday = await ask({ action: 'availability', typeId: consultation, from: '2026-10-11', to: '2026-10-11' });
    expect(sunday).toMatchObject({ status: 409, error: { code: 'closed' } });
    expect(sunday.error.offers?.[0]).toMatchObject({ localStart: '2026-10-12T08:00:00+01:00' });
    const token = sunday.error.offers?.[0]?.slotToken;
    expect(await ask({ action: 'book', slotToken: token, patientId })).toMatchObject({ status: 201 });
  });

  test('on the day clocks go forward the hour that is missing is not offered', async () => {
    world.clock.pass(Date.parse('2027-03-20T12:00:00Z') - world.clock.now());
    const { body } = await askInParis({
      action: 'availability',
      typeId: consultationInParis,
      from: '2027-03-28',
      to: '2027-03-28',
      count: 30,
    });
    expect(body.offers).toHaveLength(23);
    expect(body.offers.slice(0, 4).map(({ start, localStart }) => [start, localStart])).toEqual([
      ['2027-03-27T23:00:00.000Z', '2027-03-28T00:00:00+01:00'],
      ['2027-03-28T00:00:00.000Z', '2027-03-28T01:00:00+01:00'],
      ['2027-03-28T01:00:00.000Z', '2027-03-28T03:00:00+02:00'],
      ['2027-03-28T02:00:00.000Z', '2027-03-28T04:00:00+02:00'],
    ]);
  });

  test('on the day clocks go back the hour that comes twice is offered once, and each instant is itself', async () => {
    const { body } = await askInParis({
      action: 'availability',
      typeId: consultationInParis,
      from: '2026-10-25',
      to: '2026-10-25',
      count: 30,
    });
    expect(body.offers).toHaveLength(24);
    expect(body.offers.slice(2, 4).map(({ start, localStart }) => [start, localStart])).toEqual([
      ['2026-10-25T00:00:00.000Z', '2026-10-25T02:00:00+02:00'],
      ['2026-10-25T02:00:00.000Z', '2026-10-25T03:00:00+01:00'],
    ]);
    const patient = { givenName: 'Ada', familyName: 'Essai', phone: '01 99 00 12 34' };
    const twice = { action: 'book', typeId: consultationInParis, patient } as const;
    const first = await askInParis({ ...twice, start: '2026-10-25T02:00:00+02:00' });
    expect(first.body.appointment).toMatchObject({ start: '2026-10-25T00:00:00.000Z' });
    const second = await askInParis({ ...twice, start: '2026-10-25T02:00:00+01:00', session: 'b' });
    expect(second).toMatchObject({ status: 409, error: { code: 'slot-invalid' } });
    const { body: day } = await askInParis({ action: 'list', from: '2026-10-25', to: '2026-10-25' });
    expect(day.appointments).toHaveLength(1);
  });
});

describe('booking', () => {
  test('a new patient is added in the same write, with the number as it is stored', async () => {
    const { body } = await ask({ action: 'book', typeId: consultation, start: ten, patient: someone, reason: 'toux' });
    expect(body.appointment).toMatchObject({ reason: 'toux', flags: [] });
    expect(world.patients.all(world.cotonou.id)).toContainEqual(
      expect.objectContaining({
        patientId: body.appointment.patientId,
        givenName: 'Ada',
        familyName: 'Essai',
        phones: ['+12025550133'],
        provisional: false,
      }),
    );
    expect(
      world.calendar.records.map(({ act, actorType, actorId, requestId }) => ({ act, actorType, actorId, requestId })),
    ).toEqual(
      ['patient.create', 'appointment.book'].map((act) => ({
        act,
        actorType: 'user',
        actorId: expect.stringMatching(/^api-key_[0-9a-z]{16}$/),
        requestId: 'request-1',
      })),
    );
  });

  test('two of the same name in one session are two patients, unless a date of birth or a number says they are one', async () => {
    const named = { givenName: 'Ada', familyName: 'Essai' };
    const patientOf = async (hour: number, patient: object, headers: Record<string, string> = {}) => {
      const start = `${tomorrow}T${hour}:00:00+01:00`;
      const { body } = await ask(
        { action: 'book', typeId: consultation, start, patient: patient as never, session: 'desk' },
        headers,
      );
      return body.appointment.patientId;
    };
    const alone = [
      await patientOf(10, named),
      await patientOf(11, named),
      await patientOf(10, named, { 'idempotency-key': 'a' }),
      await patientOf(11, named, { 'idempotency-key': 'b' }),
    ];
    expect(new Set(alone).size).toBe(4);
    const born = { ...named, dob: '1985-03-09' };
    expect(await patientOf(15, born)).toBe(await patientOf(16, born));
    const reached = { ...named, phone: '+12025550133' };
    expect(await patientOf(15, reached)).toBe(await patientOf(16, reached));
  });

  test('a patient of whom only the name is told is added once however often the request is sent', async () => {
    const patient = { givenName: 'Ada', familyName: 'Essai' };
    const key = { 'idempotency-key': 'a' };
    world.calendar.failNext('after-write');
    expect((await bookTen({ patientId: undefined, patient, session: 'desk' }, key)).status).toBe(503);
    expect((await bookTen({ patientId: undefined, patient, session: 'desk' }, key)).body.replayed).toBe(true);
    expect(standing()).toHaveLength(1);
    expect(world.patients.all(world.cotonou.id)).toHaveLength(2);
  });

  test('a patient is in one place at a time, and has no more ahead than the clinic allows', async () => {
    await bookTen({ providerId: awa });
    expect(await bookTen({ providerId: koffi })).toMatchObject({ status: 409, error: { code: 'patient-overlap' } });
    for (const day of [7, 8, 9, 12]) await bookTen({ start: `2026-10-${String(day).padStart(2, '0')}T10:00:00+01:00` });
    expect(await bookTen({ start: '2026-10-13T10:00:00+01:00' })).toMatchObject({
      status: 409,
      error: { code: 'patient-limit' },
    });
  });

  test('two who want the last place at once get one booking and one refusal with other times', async () => {
    const answers = await Promise.all(
      ['0131', '0132', '0133'].map((end) =>
        ask({
          action: 'book',
          typeId: consultation,
          start: ten,
          providerId: awa,
          patient: { ...someone, phone: `+1202555${end}` },
        }),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
    for (const { error } of answers.filter(({ status }) => status === 409)) {
      expect(error.code).toBe('slot-taken');
      expect(error.offers?.every(({ slotToken }) => slotToken.startsWith('s1.'))).toBe(true);
    }
  });

  test('an appointment is read with its patient, and who read it is on record', async () => {
    const { body: booked } = await bookTen();
    const { body, headers } = await ask({ action: 'get', appointmentId: booked.appointment.id });
    expect(headers.etag).toBe('"1"');
    expect(body).toMatchObject({
      appointment: booked.appointment,
      patient: { id: patientId, givenName: 'Jeanne', familyName: 'Fictive', phones: ['+12025550117'] },
    });
    expect(world.reads).toEqual([
      expect.objectContaining({
        act: 'patient.read',
        outcome: 'success',
        resourceType: 'appointment',
        resourceId: booked.appointment.id,
        patientId,
        actorType: 'user',
      }),
    ]);
    expect(JSON.stringify(world.reads)).not.toContain('Jeanne');
  });
});

describe('changing', () => {
  test('a move keeps the id, raises the ETag and tells those who wait of the time it gave up', async () => {
    const { body: booked } = await bookTen({ providerId: awa });
    const appointmentId = booked.appointment.id;
    const moved = await ask(
      { action: 'reschedule', appointmentId, start: `${tomorrow}T15:00:00+01:00`, providerId: koffi },
      { 'if-match': '"1"' },
    );
    expect(moved).toMatchObject({
      status: 200,
      headers: { etag: '"2"' },
      body: {
        appointment: {
          id: appointmentId,
          providerId: koffi,
          localStart: `${tomorrow}T15:00:00+01:00`,
          history: [
            { act: 'booked' },
            { act: 'rescheduled', fromStart: '2026-10-06T09:00:00.000Z', fromProviderId: awa },
          ],
        },
      },
    });
    expect(world.waitlistWorkflow.started).toEqual([
      {
        clinicId: world.cotonou.id,
        freedId: `${appointmentId}-2`,
        typeId: consultation,
        providerId: awa,
        startMs: Date.parse(ten),
      },
    ]);
  });

  test('by a token, to the time that was found as if its own were free', async () => {
    const { body: booked } = await bookTen({ providerId: awa });
    const appointmentId = booked.appointment.id;
    const { body } = await ask({
      action: 'availability',
      typeId: consultation,
      providerId: awa,
      appointmentId,
      from: tomorrow,
      notBefore: '10:00',
      count: 1,
    });
    expect(body.offers[0]?.localStart).toBe(`${tomorrow}T10:30:00+01:00`);
    const moved = await ask({ action: 'reschedule', appointmentId, slotToken: body.offers[0]?.slotToken });
    expect(moved.body.appointment).toMatchObject({ localStart: `${tomorrow}T10:30:00+01:00`, version: 2 });
  });

  test('a change that counts on another version is refused, unless it is done already', async () => {
    const { body: booked } = await bookTen();
    const appointmentId = booked.appointment.id;
    await ask({ action: 'status', appointmentId, status: 'confirmed' });
    const stale = { 'if-match': '"1"' };
    for (const request of [
      { action: 'cancel', appointmentId },
      { action: 'reschedule', appointmentId, start: `${tomorrow}T15:00:00+01:00` },
      { action: 'status', appointmentId, status: 'arrived' },
    ] as const) {
      expect(await ask(request, stale)).toMatchObject({ status: 412, error: { code: 'changed-meanwhile' } });
    }
    expect(standing()).toMatchObject([{ status: 'confirmed', version: 2 }]);
    expect((await ask({ action: 'cancel', appointmentId }, { 'if-match': '*' })).status).toBe(200);
    expect((await ask({ action: 'cancel', appointmentId }, { 'if-match': '"2"' })).headers.etag).toBe('"3"');
  });

  test('a cancelled time is free at once, and what is over cannot be changed', async () => {
    const { body: booked } = await bookTen({ providerId: awa });
    const appointmentId = booked.appointment.id;
    expect(await ask({ action: 'cancel', appointmentId, reason: 'a pris froid' })).toMatchObject({
      status: 200,
      body: { appointment: { status: 'cancelled', cancellationReason: 'a pris froid' } },
    });
    expect(world.waitlistWorkflow.started).toHaveLength(1);
    expect(world.calendar.allCells(world.cotonou.id)).toEqual([]);
    expect(await ask({ action: 'status', appointmentId, status: 'arrived' })).toMatchObject({
      status: 409,
      error: { code: 'appointment-closed' },
    });
    expect((await bookTen({ providerId: awa, patientId: undefined, patient: someone })).status).toBe(201);
  });

  test('a waitlist that cannot be told does not undo a change', async () => {
    world.waitlistWorkflow.start = async () => {
      throw new Error('the workflow is not there');
    };
    const { body: booked } = await bookTen();
    expect((await ask({ action: 'cancel', appointmentId: booked.appointment.id })).status).toBe(200);
    expect(world.log.codes()).toContain('waitlist.start-failed');
  });

  test('patients arrive and leave in order', async () => {
    const { body: booked } = await bookTen();
    const appointmentId = booked.appointment.id;
    const turn = (status: string) => ask({ action: 'status', appointmentId, status });
    expect((await turn('fulfilled')).error.code).toBe('appointment-closed');
    for (const status of ['confirmed', 'arrived', 'fulfilled']) {
      expect((await turn(status)).body.appointment.status).toBe(status);
    }
    expect((await turn('noshow')).error.code).toBe('appointment-closed');
  });
});

describe('blocking', () => {
  const range = { start: `${tomorrow}T10:00:00+01:00`, end: `${tomorrow}T11:00:00+01:00` };

  test('blocked time is offered to nobody until it is given back', async () => {
    const { status, body } = await ask({ action: 'block', providerId: awa, ...range, reason: 'réunion' });
    expect(status).toBe(201);
    expect(body.block).toEqual({
      id: expect.any(String),
      providerId: awa,
      start: '2026-10-06T09:00:00.000Z',
      end: '2026-10-06T10:00:00.000Z',
      localStart: range.start,
      reason: 'réunion',
      createdAt: '2026-10-05T12:30:00.000Z',
    });
    expect((await bookTen({ providerId: awa })).error.code).toBe('slot-taken');
    expect((await ask({ action: 'unblock', blockId: body.block.id })).status).toBe(200);
    expect(await ask({ action: 'unblock', blockId: body.block.id })).toMatchObject({
      status: 404,
      error: { code: 'block-unknown' },
    });
    expect((await bookTen({ providerId: awa })).status).toBe(201);
  });

  test('a room can be blocked; nothing is blocked where something stands', async () => {
    await bookTen({ providerId: awa });
    expect(await ask({ action: 'block', providerId: awa, ...range })).toMatchObject({
      status: 409,
      error: { code: 'range-taken' },
    });
    expect((await ask({ action: 'block', operatoryId: room2, ...range })).body.block).toMatchObject({
      operatoryId: room2,
    });
    expect(
      await ask({ action: 'block', providerId: koffi, start: range.start, end: `${tomorrow}T23:00:00+01:00` }),
    ).toMatchObject({
      status: 422,
      error: { code: 'range-too-long' },
    });
  });
});

describe('listing', () => {
  const book = (start: string, more: Record<string, unknown> = {}) => bookTen({ start, ...more });

  test('a page at a time, each appointment once, and one record for each page', async () => {
    for (const day of ['06', '07', '08', '09', '12']) await book(`2026-10-${day}T10:00:00+01:00`);
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const { body } = await ask({ action: 'list', to: '2026-10-31', limit: 2, ...(after && { after }) });
      seen.push(...body.appointments.map(({ localStart }) => localStart.slice(8, 10)));
      after = body.next;
    } while (after);
    expect(seen).toEqual(['06', '07', '08', '09', '12']);
    expect(world.reads.map(({ act, resourceType, count }) => [act, resourceType, count])).toEqual([
      ['patient.read', 'appointment-list', 2],
      ['patient.read', 'appointment-list', 2],
      ['patient.read', 'appointment-list', 1],
    ]);
  });

  test('what a patient has ahead begins now, or where it is asked to', async () => {
    await book('2026-10-05T15:00:00+01:00');
    await book('2026-10-05T18:00:00+01:00');
    world.clock.pass(3 * 60 * 60_000);
    const startsOf = async (more: Record<string, unknown> = {}) =>
      (await ask({ action: 'list', patientId, ...more })).body.appointments.map(({ localStart }) => localStart);
    expect(await startsOf()).toEqual(['2026-10-05T18:00:00+01:00']);
    expect(await startsOf({ from: '2026-10-05' })).toHaveLength(2);
  });

  test('days are the clinic’s, with who they are, what is blocked and when a provider works', async () => {
    await book(`${tomorrow}T08:00:00+01:00`, { providerId: awa });
    await book('2026-10-07T08:00:00+01:00', { providerId: koffi });
    await ask({ action: 'block', providerId: awa, start: `${tomorrow}T15:00:00Z`, end: `${tomorrow}T16:00:00Z` });
    const { body } = await ask({
      action: 'list',
      from: tomorrow,
      to: tomorrow,
      providerId: awa,
      include: ['patients', 'blocks', 'openings'],
    });
    expect(body).toMatchObject({
      appointments: [{ localStart: `${tomorrow}T08:00:00+01:00`, providerId: awa }],
      patients: [{ id: patientId, familyName: 'Fictive' }],
      blocks: [{ providerId: awa, localStart: `${tomorrow}T16:00:00+01:00` }],
      openings: [
        { localStart: `${tomorrow}T08:00:00+01:00`, end: '2026-10-06T11:30:00.000Z' },
        { localStart: `${tomorrow}T15:00:00+01:00`, end: '2026-10-06T17:30:00.000Z' },
      ],
    });
  });

  test('one room: who is in it, what is blocked of it, and when it is open', async () => {
    const before = await world.clinics.profile(world.cotonou.id);
    const closures = [{ date: tomorrow, open: false, interval: { from: '08:00', to: '10:00' }, operatory: room2 }];
    const after = Clinic.parse({ ...world.cotonou, closures });
    await world.clinics.save([{ before, after, events: [] }], 0);
    await book(`${tomorrow}T10:00:00+01:00`, { operatoryId: room2 });
    await bookTen({ operatoryId: room1, patientId: undefined, patient: someone });
    for (const operatoryId of [room1, room2]) {
      await ask({ action: 'block', operatoryId, start: `${tomorrow}T15:00:00Z`, end: `${tomorrow}T16:00:00Z` });
    }
    const { body } = await ask({
      action: 'list',
      from: tomorrow,
      to: tomorrow,
      operatoryId: room2,
      include: ['blocks', 'openings'],
    });
    expect(body.appointments).toMatchObject([{ operatoryId: room2, patientId }]);
    expect(body.blocks).toMatchObject([{ operatoryId: room2 }]);
    expect(body.openings?.map(({ localStart }) => localStart.slice(11, 16))).toEqual(['10:00', '15:00']);
  });

  test('what a patient has ahead', async () => {
    await book(`${tomorrow}T08:00:00+01:00`);
    await bookTen({ start: '2026-10-08T10:00:00+01:00', patientId: undefined, patient: someone });
    const { body } = await ask({ action: 'list', patientId });
    expect(body.appointments).toMatchObject([{ patientId, localStart: `${tomorrow}T08:00:00+01:00` }]);
    expect(world.reads).toMatchObject([{ patientId, count: 1 }]);
  });

  test('nothing is read that cannot be put on record', async () => {
    world.trail.record = async () => {
      throw new Error('the trail is not there');
    };
    expect(await ask({ action: 'list' })).toMatchObject({ status: 503, error: { code: 'retry-later' } });
  });

  test('the clinic describes itself, with names for ids and nothing of patients', async () => {
    const { body } = await ask({ action: 'clinic' });
    expect(body.clinic).toMatchObject({
      zone: 'Africa/Porto-Novo',
      gridMinutes: 5,
      providers: [
        { id: awa, name: 'Dr Awa Modèle' },
        { id: koffi, name: 'Dr Koffi Exemple' },
      ],
      operatories: [
        { id: room1, name: 'Salle 1' },
        { id: room2, name: 'Salle 2', capabilities: ['échographie'] },
      ],
      types: [
        { id: consultation, name: 'consultation', durationMin: 30 },
        { names: { fr: 'échographie', en: 'ultrasound' } },
      ],
    });
    expect(world.reads).toEqual([]);
    expect((await askInParis({ action: 'clinic' })).body.clinic).toMatchObject({
      zone: 'Europe/Paris',
      providers: [{ id: lou }],
    });
  });
});

describe('waitlist', () => {
  const wish = {
    action: 'waitlist',
    op: 'join',
    typeId: consultation,
    patientId,
    contact: '+12025550117',
    consent: true,
  } as const;
  const joined = async (more: Record<string, unknown> = {}, headers: Record<string, string> = {}) => {
    const { status, body } = await ask({ ...wish, ...more }, headers);
    if (body.op !== 'join') throw new Error(`joining was answered ${status}`);
    return { status, entry: body.entry };
  };

  test('a patient joins with consent, is listed, and leaves; each is on record', async () => {
    const { status, entry } = await joined({ session: 'desk', notBefore: '14:00' });
    expect(status).toBe(201);
    expect(entry).toMatchObject({
      patientId,
      contact: '+12025550117',
      status: 'waiting',
      language: 'fr',
      notBefore: '14:00',
    });
    expect(await joined({ session: 'desk', notBefore: '14:00' })).toEqual({ status: 200, entry });
    expect((await ask({ action: 'waitlist', op: 'list', typeId: consultation })).body).toMatchObject({
      entries: [entry],
    });
    const left = await ask({ action: 'waitlist', op: 'leave', entryId: entry.id });
    expect(left.body).toMatchObject({ entry: { id: entry.id, status: 'left' } });
    expect((await ask({ action: 'waitlist', op: 'leave', entryId: entry.id })).status).toBe(200);
    expect(world.waitlist.records.map(({ act, fields }) => [act, fields])).toEqual([
      ['patient.update', ['status', 'contact', 'consent']],
      ['patient.update', ['status']],
    ]);
    expect(world.reads).toMatchObject([{ resourceType: 'waitlist', count: 1 }]);
  });

  test('somebody new who waits is a patient from then on', async () => {
    const { entry } = await joined({ patientId: undefined, patient: someone }, { 'idempotency-key': 'a' });
    expect(world.patients.all(world.cotonou.id)).toContainEqual(
      expect.objectContaining({ patientId: entry.patientId }),
    );
    expect(world.patients.records.map(({ act }) => act)).toEqual(['patient.create']);
  });

  test('a number nobody can be reached on is refused', async () => {
    expect((await ask({ ...wish, contact: '12' })).error.fields).toMatchObject([{ path: 'contact' }]);
  });

  /** Ten o’clock came free, and the clinic was shown it for whoever waits. */
  async function tenMatches() {
    const kept = (await world.waitlist.ofType(world.cotonou.id, consultation as never))[0]!;
    const startMs = Date.parse(ten);
    const endMs = startMs + 1_800_000;
    const offer = { typeId: kept.typeId, providerId: awa, operatoryId: room1, startMs, endMs };
    const occupied = { occFromMs: startMs, occToMs: endMs };
    const matched = {
      ...kept,
      status: 'matched',
      offer: { ...offer, ...occupied },
      version: kept.version + 1,
    } as const;
    await world.waitlist.update(matched, []);
  }

  test.each([
    ['cancelled', { action: 'cancel' }],
    ['moved', { action: 'reschedule', start: `${tomorrow}T11:00:00+01:00` }],
  ] as const)('what was accepted and %s since is not booked once more', async (_, change) => {
    const { entry } = await joined();
    await tenMatches();
    const accepted = await ask({ action: 'waitlist', op: 'accept', entryId: entry.id });
    if (accepted.body.op !== 'accept') throw new Error('it was not accepted');
    await ask({ ...change, appointmentId: accepted.body.appointment.id });
    const before = standing();
    expect(await ask({ action: 'waitlist', op: 'accept', entryId: entry.id })).toMatchObject({
      status: 409,
      error: { code: 'waitlist-entry-closed' },
    });
    expect(standing()).toEqual(before);
  });

  test('what came free for an entry is booked when the patient accepts, once', async () => {
    const { entry } = await joined();
    expect((await ask({ action: 'waitlist', op: 'accept', entryId: entry.id })).error.code).toBe('nothing-offered');
    await tenMatches();
    const accepted = await ask({ action: 'waitlist', op: 'accept', entryId: entry.id });
    expect(accepted).toMatchObject({
      status: 201,
      body: { entry: { status: 'booked' }, appointment: { source: 'waitlist', providerId: awa, patientId } },
    });
    expect((await ask({ action: 'waitlist', op: 'accept', entryId: entry.id })).status).toBe(200);
    expect(standing()).toHaveLength(1);
    expect((await ask({ action: 'waitlist', op: 'leave', entryId: entry.id })).error.code).toBe(
      'waitlist-entry-closed',
    );
  });

  test.each(['left', 'booked', 'expired'] as const)(
    'who was on the list and is %s by now joins anew',
    async (status) => {
      const session = { session: 'desk' };
      const { entry } = await joined(session);
      const kept = (await world.waitlist.ofType(world.cotonou.id, consultation as never))[0]!;
      await world.waitlist.update({ ...kept, status, version: kept.version + 1 }, []);
      const anew = await joined(session);
      expect(anew).toMatchObject({ status: 201, entry: { status: 'waiting' } });
      expect(anew.entry.id).not.toBe(entry.id);
      expect(await joined(session)).toEqual({ status: 200, entry: anew.entry });
    },
  );

  test('an entry whose time was gone when the patient accepted waits for another', async () => {
    const { entry } = await joined();
    const kept = (await world.waitlist.ofType(world.cotonou.id, consultation as never))[0]!;
    const { body } = await ask({
      action: 'book',
      typeId: consultation,
      start: ten,
      providerId: awa,
      patient: someone,
    });
    const startMs = Date.parse(body.appointment.start);
    const endMs = startMs + 1_800_000;
    const offer = { typeId: kept.typeId, providerId: awa, startMs, endMs, occFromMs: startMs, occToMs: endMs };
    await world.waitlist.update({ ...kept, status: 'matched', offer: offer as never, version: kept.version + 1 }, []);
    const accepted = await ask({ action: 'waitlist', op: 'accept', entryId: entry.id });
    expect(accepted).toMatchObject({ status: 409, error: { code: 'slot-taken' } });
    const [after] = await world.waitlist.ofType(world.cotonou.id, consultation as never);
    expect(after).toMatchObject({ status: 'waiting', version: kept.version + 2 });
    expect(world.waitlist.records.at(-1)).toMatchObject({ resourceId: entry.id, fields: ['status'] });
  });
});

describe('sending again', () => {
  const key = { 'idempotency-key': '7f1f5b1e-9f0a-4f6e-8f5c-0c1b2a3d4e5f' };
  const withNew = (more: Record<string, unknown> = {}) => ({
    action: 'book' as const,
    typeId: consultation,
    start: ten,
    patient: someone,
    ...more,
  });

  test('the same key gives the same answer, to the byte, and does nothing again', async () => {
    const first = await ask(withNew(), key);
    const second = await ask(withNew(), key);
    expect(second).toEqual({ ...first, headers: { ...first.headers, 'idempotency-replayed': 'true' } });
    expect(standing()).toHaveLength(1);
    expect(world.calendar.records.filter(({ act }) => act === 'appointment.book')).toHaveLength(1);
    world.clock.pass(24 * 60 * 60 * 1000 - 1);
    expect((await ask(withNew(), key)).headers['idempotency-replayed']).toBe('true');
  });

  test('a refusal is answered again as well', async () => {
    await bookTen({ providerId: awa });
    const first = await ask(withNew({ providerId: awa }), key);
    expect(first).toMatchObject({ status: 409, error: { code: 'slot-taken' } });
    await ask({ action: 'cancel', appointmentId: standing()[0]?.appointmentId });
    expect(await ask(withNew({ providerId: awa }), key)).toMatchObject({ status: 409, error: first.error });
  });

  test('the same key with another request, or another If-Match, is refused', async () => {
    await ask(withNew(), key);
    const reused = { status: 422, error: { code: 'idempotency-key-reused' } };
    expect(await ask(withNew({ reason: 'x' }), key)).toMatchObject(reused);
    expect(await ask(withNew(), { ...key, 'if-match': '"1"' })).toMatchObject(reused);
    expect(standing()).toHaveLength(1);
  });

  test('another clinic’s requests are not found under the same key', async () => {
    await ask(withNew(), key);
    expect((await askInParis({ action: 'list' }, key)).status).toBe(200);
    expect(await askInParis(withNew(), key)).toMatchObject({ status: 404 });
  });

  test('while one is at it, another is told to wait; the answer then is one', async () => {
    const answers = await Promise.all([ask(withNew(), key), ask(withNew(), key), ask(withNew(), key)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
    for (const { error, headers } of answers.filter(({ status }) => status === 409)) {
      expect(error.code).toBe('in-progress');
      expect(headers['retry-after']).toBe('15');
    }
    expect((await ask(withNew(), key)).status).toBe(201);
    expect(standing()).toHaveLength(1);
  });

  test('a process that dies behind the booking books nothing twice', async () => {
    world.calendar.failNext('after-write');
    expect(await ask(withNew(), key)).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      error: { code: 'retry-later' },
    });
    const second = await ask(withNew(), key);
    expect(second).toMatchObject({ status: 200, body: { replayed: true } });
    expect(standing()).toHaveLength(1);
    expect(world.patients.all(world.cotonou.id)).toHaveLength(2);
  });

  test('an answer that could not be kept goes out all the same, and a later one finds what was done', async () => {
    world.answered.failNextSettle();
    const first = await ask(withNew(), key);
    expect(first.status).toBe(201);
    expect((await ask(withNew(), key)).error.code).toBe('in-progress');
    world.clock.pass(15_000);
    const later = await ask(withNew(), key);
    expect(later).toMatchObject({ status: 200, body: { replayed: true, appointment: first.body.appointment } });
    expect(standing()).toHaveLength(1);
  });

  test('every change survives a death behind its write', async () => {
    const { body: booked } = await bookTen();
    const appointmentId = booked.appointment.id;
    const range = { start: `${tomorrow}T16:00:00+01:00`, end: `${tomorrow}T17:00:00+01:00` };
    let count = 0;
    for (const [request, status] of [
      [{ action: 'block', providerId: koffi, ...range }, 201],
      [{ action: 'reschedule', appointmentId, start: `${tomorrow}T11:00:00+01:00` }, 200],
      [{ action: 'status', appointmentId, status: 'confirmed' }, 200],
      [{ action: 'cancel', appointmentId }, 200],
    ] as const) {
      const own = { 'idempotency-key': `k${++count}` };
      world.calendar.failNext('after-write');
      expect((await ask(request, own)).status).toBe(503);
      expect((await ask(request, own)).status).toBe(status);
    }
    const { body: list } = await ask({ action: 'list', include: ['blocks'] });
    expect(list.blocks).toHaveLength(1);
    const own = { 'idempotency-key': 'unblock' };
    world.calendar.failNext('after-write');
    expect((await ask({ action: 'unblock', blockId: list.blocks?.[0]?.id }, own)).status).toBe(503);
    expect((await ask({ action: 'unblock', blockId: list.blocks?.[0]?.id }, own)).status).toBe(200);
    expect(standing()).toMatchObject([{ status: 'cancelled', version: 4 }]);
  });
});

test('answers are kept nowhere on the way, and a log line tells the action, how it ended and nothing else', async () => {
  const { headers } = await bookTen();
  expect(headers['cache-control']).toBe('no-store');
  expect(world.log.entries).toEqual([
    {
      code: 'booking.answered',
      fields: { requestId: 'request-1', clinicId: world.cotonou.id, tool: 'book', outcome: 'ok', durationMs: 0 },
    },
  ]);
  world.calendar.failNext('read');
  await bookTen({ start: '2026-10-08T10:00:00+01:00' });
  expect(world.log.entries.at(-1)).toMatchObject({
    code: 'request.failed',
    fields: { tool: 'book', route: 'POST /api/booking', errorName: 'Error' },
  });
});
