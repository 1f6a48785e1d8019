import { KeyRefused } from '#domain/clinics/credentials/credential.ts';
import { Role } from '#domain/clinics/members/member.ts';
import { NotDialled } from '#domain/conversations/outbound/dialer.ts';
import { UserId } from '#domain/ids.ts';
import { answerCallRequest, type callRoutes } from '#lambdas/conversations/outbound/answer-call-request.ts';
import type { HttpRequest } from '#lambdas/http.ts';
import { cotonou, elsewhere } from '#test/fakes/conversation.ts';
import { inMemoryMembers } from '#test/fakes/members.ts';
import { asDescribed } from '#test/signed-in/as-described.ts';
import { appointment, callingWorld, theo } from './world.ts';

type Route = keyof typeof callRoutes;
const personOf = (n: number) => UserId.parse(`1f2e3d4c-5b6a-4789-8abc-${String(n).padStart(12, '0')}`);
const people = Object.fromEntries(Role.options.map((role, n) => [role, personOf(n)])) as Record<Role, UserId>;
const stranger = personOf(9);
const reminder = { kind: 'appointment-reminder', appointmentId: appointment().appointmentId };

async function world(...asked: Parameters<typeof callingWorld>) {
  const calling = await callingWorld(...asked);
  const members = inMemoryMembers({ 'clinique-exemple': cotonou, 'clinique-ailleurs': elsewhere });
  const at = { occurredAt: '2026-10-05T12:30:00.000Z' } as never;
  for (const role of Role.options) await members.add({ clinicId: cotonou, userId: people[role], role }, at);
  await members.add({ clinicId: elsewhere, userId: stranger, role: 'owner' }, at);
  const profiles = [calling.clinic, { ...calling.clinic, id: elsewhere }];
  const clinics = { profile: async (clinicId: string) => profiles.find(({ id }) => id === clinicId) };
  const answer = answerCallRequest({ ...calling, members, clinics });
  const ask = async (
    route: Route,
    { as = people.staff, body = undefined as unknown, key = 'k1' as string | null, path = {}, headers = {} } = {},
  ) => {
    const request: HttpRequest = {
      rawBody: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? {})),
      headers: { ...(key !== null && { 'idempotency-key': key }), ...headers },
      pathParameters: path,
      query: {},
      route,
      claims: { sub: as, token_use: 'access' },
      requestId: 'r1',
    };
    const { status, body: answered } = await answer(request);
    asDescribed(route, { status, body: answered });
    const { error, ...rest } = (answered ?? {}) as { error?: { code: string; callableFrom?: string } } & Record<
      string,
      unknown
    >;
    return { status, code: error?.code, error, body: rest };
  };
  return { ...calling, ask };
}

test('a call that cannot be made is asked for again with its key, once whoever can has seen to it', async () => {
  const { ask, dialer } = await world();
  const refused = new NotDialled('nobody is called', { cause: new KeyRefused({ cause: new Error('401') }) });
  dialer.answers.push(new NotDialled('busy'), refused);
  const told = async () => {
    const { status, code } = await ask('POST /api/calls', { body: reminder });
    return [status, code];
  };
  expect(await told()).toEqual([503, 'vendor-unavailable']);
  expect(await told()).toEqual([409, 'api-key-refused']);
  expect(await told()).toEqual([201, undefined]);
});

test('a call is made once for its key, followed by its id, and says nothing of who is called', async () => {
  const { ask, conversations, dialer } = await world();
  const made = await ask('POST /api/calls', { body: reminder });
  expect(made).toMatchObject({ status: 201, body: { kind: 'appointment-reminder', state: 'placed', via: 'twilio' } });
  expect((await ask('POST /api/calls', { body: reminder, key: '"k1"' })).status).toBe(200);
  const other = { ...reminder, via: 'retell' };
  expect((await ask('POST /api/calls', { body: other })).code).toBe('idempotency-key-reused');
  expect(dialer.dialled).toHaveLength(1);
  const { callId, conversationId } = made.body as { callId: string; conversationId: never };
  expect((await ask('GET /api/calls/{callId}', { path: { callId } })).body).toEqual(made.body);
  const told = { status: 'ended', reached: 'voicemail', outcome: 'unknown', durationMs: 9_000 };
  await conversations.change(cotonou, conversationId, (current) => current ?? (told as never));
  const { body } = await ask('GET /api/calls/{callId}', { path: { callId } });
  expect(body).toEqual({ ...made.body, conversation: told });
  expect(JSON.stringify(body)).not.toMatch(/555|Théo|Rivière/);
});

test.each([
  ['without a key', { key: null, body: reminder }, 400, 'idempotency-key-needed'],
  ['with a key of blanks', { key: 'a b', body: reminder }, 400, 'idempotency-key-needed'],
  ['that is no JSON', { body: '{' }, 400, 'bad-json'],
  ['for a number', { body: { kind: 'call-back', number: '+12025550117' } }, 422, 'invalid-request'],
  ['for nobody', { body: { kind: 'call-back' } }, 422, 'invalid-request'],
  [
    'about an appointment nobody has',
    { body: { ...reminder, appointmentId: theo.patientId } },
    404,
    'appointment-unknown',
  ],
  [
    'for a patient nobody knows',
    { body: { kind: 'call-back', patientId: reminder.appointmentId } },
    404,
    'patient-unknown',
  ],
])('a request %s is refused, and nobody called', async (_, asked, status, code) => {
  const { ask, dialer } = await world();
  expect(await ask('POST /api/calls', asked)).toMatchObject({ status, code });
  expect(dialer.dialled).toEqual([]);
});

test.each<[object, [string, string][]]>([
  [
    {},
    [
      ['kind', 'must be one of appointment-reminder, call-back'],
      ['appointmentId', 'is missing'],
    ],
  ],
  [
    { kind: 'reminder', appointmentId: reminder.appointmentId },
    [['kind', 'must be one of appointment-reminder, call-back']],
  ],
  [{ kind: 'appointment-reminder' }, [['appointmentId', 'is missing']]],
  [
    { kind: 'call-back', number: '+12025550117' },
    [
      ['patientId', 'is missing'],
      ['number', 'is not a field of this request'],
    ],
  ],
  [{ ...reminder, via: 'pigeon' }, [['via', 'must be one of retell, twilio']]],
  [[], [['', 'must be an object']]],
])('the wish %j is told which fields to correct', async (body, fields) => {
  const { ask } = await world();
  const { error } = await ask('POST /api/calls', { body });
  expect(error).toMatchObject({ fields: fields.map(([path, message]) => ({ path, message })) });
});

test('each rule says what to do about it', async () => {
  const { ask, clock, suppressions, by } = await world({ outbound: { callsPerNumber: 1 } });
  clock.pass(14 * 60 * 60 * 1000);
  const night = await ask('POST /api/calls', { body: reminder });
  expect(night).toMatchObject({
    status: 409,
    code: 'quiet-hours',
    error: { callableFrom: '2026-10-06T12:00:00.000Z' },
  });
  clock.pass(9.6 * 60 * 60 * 1000);
  expect((await ask('POST /api/calls', { body: reminder })).status).toBe(201);
  expect(await ask('POST /api/calls', { body: reminder, key: 'k2' })).toMatchObject({
    status: 429,
    code: 'number-cap',
  });
  await suppressions.refuse(cotonou, theo.phones[0]!, ['calls'], by);
  expect(await ask('POST /api/calls', { body: reminder, key: 'k2' })).toMatchObject({
    status: 409,
    code: 'calls-refused',
  });
});

test('without consent nobody is called; once it is recorded they are, until it is withdrawn', async () => {
  const { ask, consents, by } = await world();
  await consents.withdraw(cotonou, theo.patientId, by);
  const call = (key: string) => ask('POST /api/calls', { body: reminder, key });
  expect(await call('k1')).toMatchObject({ status: 409, code: 'no-consent' });
  const consent = (body: object) =>
    ask('PUT /api/patients/{patientId}/call-consent', { body, path: { patientId: theo.patientId } });
  const way = { path: 'way', message: 'must be one of in-person, in-writing, by-phone' };
  expect(await consent({ given: true })).toMatchObject({ status: 422, error: { fields: [way] } });
  const given = { path: 'given', message: 'must be one of true, false' };
  expect(await consent({})).toMatchObject({ status: 422, error: { fields: [given] } });
  expect(await consent({ given: true, way: 'in-person' })).toMatchObject({
    status: 200,
    body: { given: true, numbers: 1 },
  });
  expect((await call('k1')).status).toBe(201);
  expect(await consent({ given: false })).toMatchObject({ status: 200, body: { given: false } });
  expect(await call('k2')).toMatchObject({ status: 409, code: 'no-consent' });
});
