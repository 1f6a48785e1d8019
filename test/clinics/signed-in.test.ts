import { PlatformRole, Role } from '#domain/clinics/members/member.ts';
import { createInvitations, invitationIdOf } from '#domain/clinics/members/invitation.ts';
import { allows, type Right, rights } from '#domain/clinics/members/rights.ts';
import { type ClinicId, UserId } from '#domain/ids.ts';
import type { Notice } from '#domain/messages/notice.ts';
import { answerMemberRequest } from '#lambdas/clinics/members/answer-member-request.ts';
import type { HttpRequest } from '#lambdas/http.ts';
import { asOperator } from '#lambdas/signed-in.ts';
import { standingClock } from '#test/fakes/clock.ts';
import { cotonou, elsewhere } from '#test/fakes/conversation.ts';
import { inMemoryInvitations } from '#test/fakes/invitations.ts';
import { inMemoryLinks } from '#test/fakes/links.ts';
import { inMemoryMembers } from '#test/fakes/members.ts';
import { asDescribed } from '#test/signed-in/as-described.ts';

const personOf = (n: number) => UserId.parse(`1f2e3d4c-5b6a-4789-8abc-${String(n).padStart(12, '0')}`);
const [owner, manager, staff, auditor, stranger, both, spare] = [1, 2, 3, 4, 5, 6, 7].map(personOf) as UserId[];
const people: Record<Role, UserId> = { owner: owner!, manager: manager!, staff: staff!, auditor: auditor! };

async function world() {
  const clock = standingClock();
  const members = inMemoryMembers({ 'clinique-exemple': cotonou, 'clinique-ailleurs': elsewhere });
  const add = (clinicId: ClinicId, userId: UserId, role: Role) =>
    members.add({ clinicId, userId, role }, { occurredAt: '2026-10-05T12:30:00.000Z' } as never);
  for (const role of Role.options) await add(cotonou, people[role], role);
  await add(cotonou, spare!, 'staff');
  await add(elsewhere, stranger!, 'owner');
  await add(cotonou, both!, 'auditor');
  await add(elsewhere, both!, 'owner');
  members.records.length = 0;
  const links = inMemoryLinks();
  const store = inMemoryInvitations(links, members);
  const queue: Notice[] = [];
  const notices = { tell: async (notice: Notice) => void queue.push(notice) };
  const invitations = createInvitations({ invitations: store, members, links, notices, clock });
  const invite = (email: string, role: Role) =>
    invitations.invite(cotonou, { email, role, invitedBy: { actorType: 'platform', actorId: 'ops' }, requestId: 'r0' });
  await invite('invited@clinique.example', 'staff');
  await invite('partner@clinique.example', 'owner');
  store.records.length = 0;
  const work = answerMemberRequest({ members, invitations, store, links, clock });
  const answer = async (asked: HttpRequest) => {
    const answered = await work(asked);
    asDescribed(asked.route!, answered);
    return answered;
  };
  return { members, store, queue, answer };
}

interface Asked {
  as?: UserId;
  clinic?: string;
  body?: unknown;
  user?: string;
  invitation?: string;
  claims?: Record<string, string>;
}

const request = (route: string, { as, clinic, body, user, invitation, claims }: Asked): HttpRequest => ({
  rawBody: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
  headers: clinic === undefined ? {} : { 'frontdesk-clinic': clinic },
  pathParameters: { ...(user !== undefined && { userId: user }), ...(invitation && { invitationId: invitation }) },
  query: {},
  route,
  claims: { ...(as && { sub: as }), token_use: 'access', ...claims },
  requestId: 'r1',
});

const codeOf = (answer: { body?: unknown }) => (answer.body as { error?: { code: string } } | undefined)?.error?.code;

test('who is of several clinics names one, and has there the role they have there', async () => {
  const { answer, store } = await world();
  const ask = (clinic?: string) => answer(request('GET /api/members', { as: both, clinic }));
  expect(codeOf(await ask())).toBe('clinic-needed');
  expect(JSON.stringify((await ask('clinique-exemple')).body)).toContain(spare);
  expect(JSON.stringify((await ask(elsewhere)).body)).not.toContain(spare);
  const add = { body: { email: 'new@clinique.example', role: 'staff' }, as: both };
  expect((await answer(request('POST /api/invitations', { ...add, clinic: cotonou }))).status).toBe(403);
  expect((await answer(request('POST /api/invitations', { ...add, clinic: elsewhere }))).status).toBe(201);
  expect((await store.awaiting(elsewhere)).map(({ email }) => email)).toEqual(['new@clinique.example']);
});

test('a list of members says by what address each was invited, if they were', async () => {
  const { answer, store } = await world();
  const [invitation] = await store.awaiting(cotonou);
  store.accepted = async () => [{ ...invitation!, state: 'accepted', userId: spare }];
  const listed = await answer(request('GET /api/members', { as: auditor }));
  const { members } = listed.body as { members: { userId: string; email?: string }[] };
  expect(members.filter(({ email }) => email)).toEqual([
    { userId: spare, role: 'staff', since: '2026-10-05T12:30:00.000Z', email: invitation!.email },
  ]);
});

test('a manager neither makes nor unmakes an owner, and the last owner stays', async () => {
  const { answer, members } = await world();
  const as = manager;
  const attempts = [
    await answer(request('POST /api/invitations', { as, body: { email: 'new@clinique.example', role: 'owner' } })),
    await answer(
      request('DELETE /api/invitations/{invitationId}', {
        as,
        invitation: invitationIdOf(cotonou, 'partner@clinique.example'),
      }),
    ),
    await answer(request('PUT /api/members/{userId}', { as, user: manager, body: { role: 'owner' } })),
    await answer(request('PUT /api/members/{userId}', { as, user: owner, body: { role: 'staff' } })),
    await answer(request('DELETE /api/members/{userId}', { as, user: owner })),
  ];
  expect(attempts.map(codeOf)).toEqual(Array(5).fill('owners-only'));
  expect(codeOf(await answer(request('DELETE /api/members/{userId}', { as: owner, user: owner })))).toBe('last-owner');
  expect(members.records).toEqual([]);
});

test('a manager does not unmake the owner who is invited by inviting them as something else', async () => {
  const { answer, store, queue } = await world();
  const invitedAs = async (role: Role) => (await store.awaiting(cotonou)).filter((one) => one.role === role).length;
  const told = queue.length;
  const post = (as: UserId | undefined, role: Role) =>
    answer(request('POST /api/invitations', { as, body: { email: 'Partner@clinique.example', role } }));
  expect(codeOf(await post(manager, 'staff'))).toBe('owners-only');
  expect([await invitedAs('owner'), store.records, queue.length]).toEqual([1, [], told]);
  expect((await post(owner, 'staff')).status).toBe(201);
  expect(await invitedAs('owner')).toBe(0);
  expect((await post(manager, 'auditor')).status).toBe(201);
});

test('a change is on record under the name of who made it', async () => {
  const { answer, members } = await world();
  const changed = await answer(
    request('PUT /api/members/{userId}', { as: owner, user: staff, body: { role: 'manager' } }),
  );
  expect(changed).toEqual({ status: 200, body: { userId: staff, role: 'manager' } });
  expect(members.records).toMatchObject([
    {
      clinicId: cotonou,
      actorType: 'user',
      actorId: owner,
      act: 'member.role',
      resourceId: staff,
      reason: 'staff to manager',
    },
  ]);
});

test('who is invited awaits the click; taken back, they are invited no more', async () => {
  const { answer, members, queue, store } = await world();
  const before = await members.list(cotonou);
  const post = (role: Role) =>
    answer(request('POST /api/invitations', { as: manager, body: { email: 'New@Clinique.example', role } }));
  const made = await post('auditor');
  const shown = { email: 'new@clinique.example', role: 'auditor', invitedBy: manager, mail: 'on-its-way' };
  expect(made).toMatchObject({ status: 201, body: shown });
  expect((await post('auditor')).status).toBe(200);
  expect(await members.list(cotonou)).toEqual(before);
  expect(queue.at(-1)).toMatchObject({ kind: 'link-due', clinicId: cotonou, purpose: 'invitation' });
  const { invitationId: invitation } = made.body as { invitationId: string };
  const list = async () =>
    ((await answer(request('GET /api/invitations', { as: staff }))).body as { invitations: object[] }).invitations;
  expect(await list()).toContainEqual(expect.objectContaining({ ...shown, invitationId: invitation }));
  const remove = () => answer(request('DELETE /api/invitations/{invitationId}', { as: manager, invitation }));
  expect((await remove()).status).toBe(204);
  expect(codeOf(await remove())).toBe('invitation-unknown');
  expect(await list()).toHaveLength(2);
  expect(store.records.map(({ act, actorId, reason }) => [act, actorId, reason])).toEqual([
    ['member.invite', manager, 'invited as auditor'],
    ['member.invite', manager, 'withdrawn'],
  ]);
  for (const role of ['staff', 'auditor', 'staff', 'auditor'] as const) await post(role);
  expect(await post('staff')).toMatchObject({ status: 429, body: { error: { code: 'invited-too-often' } } });
});

test('what is not understood is refused with what to correct', async () => {
  const { answer } = await world();
  const posted = await answer(request('POST /api/invitations', { as: owner, body: { email: 'awa', role: 'staff' } }));
  expect(posted).toMatchObject({ status: 422, body: { error: { fields: [{ path: 'email' }] } } });
  const put = (body: unknown, user: string = staff!) =>
    answer(request('PUT /api/members/{userId}', { as: owner, user, body }));
  expect(codeOf(await put(undefined))).toBe('bad-json');
  expect((await put({ role: 'king' })).body).toMatchObject({
    error: { code: 'invalid-request', fields: [{ path: 'role' }] },
  });
  expect(codeOf(await put({ role: 'staff' }, 'nobody'))).toBe('member-unknown');
  expect(codeOf(await put({ role: 'staff' }, stranger!))).toBe('member-unknown');
});

test('rights of the platform are for its people alone, told by their group', async () => {
  const seen: unknown[] = [];
  const as = (right: Right, groups: string) =>
    asOperator(right, async (_request, operator) => {
      seen.push(operator);
      return { status: 200 };
    })(request('GET /x', { as: owner, claims: { 'cognito:groups': groups } }));
  expect((await as('platform.clinics.write', '[platform_ops]')).status).toBe(200);
  expect((await as('platform.clinics.read', '[somebody platform_auditor]')).status).toBe(200);
  expect((await as('platform.clinics.write', '[platform_auditor]')).status).toBe(403);
  expect((await as('platform.clinics.read', '[owner]')).status).toBe(403);
  expect((await as('platform.clinics.read', '')).status).toBe(403);
  expect(seen).toEqual([
    { userId: owner, role: 'platform_ops' },
    { userId: owner, role: 'platform_auditor' },
  ]);
});

test('no role of a clinic has a right of the platform, no role of the platform one of a clinic, and each right has somebody', () => {
  for (const right of rights) {
    const isOfPlatform = right.startsWith('platform.');
    const having = [...Role.options, ...PlatformRole.options].filter((role) => allows(role, right));
    expect(having).not.toEqual([]);
    expect(having.every((role) => role.startsWith('platform_') === isOfPlatform)).toBe(true);
  }
});
