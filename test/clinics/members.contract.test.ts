import { keys } from '#adapters/dynamodb/keys.ts';
import { createMemberStore } from '#adapters/dynamodb/members.ts';
import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { isoInstant } from '#domain/clock.ts';
import type { MemberStore, Role } from '#domain/clinics/members/member.ts';
import { type ClinicId, UserId } from '#domain/ids.ts';
import { standingClock } from '#test/fakes/clock.ts';
import { cotonou, elsewhere } from '#test/fakes/conversation.ts';
import { startDynamoDb, type TestDynamoDb } from '#test/fakes/dynamodb.ts';
import { inMemoryMembers } from '#test/fakes/members.ts';

const [awa, ben, chloe, dora] = ['a', 'b', 'c', 'd'].map((digit) =>
  UserId.parse(`1f2e3d4c-5b6a-4789-8abc-${digit.repeat(12)}`),
) as [UserId, UserId, UserId, UserId];

let db: TestDynamoDb;
beforeAll(async () => {
  db = await startDynamoDb();
});
afterAll(() => db.stop());

const clock = standingClock();
const event = (clinicId: ClinicId, userId: UserId, actorId = awa): PendingAuditEvent => ({
  v: 1,
  clinicId,
  occurredAt: isoInstant(clock.now()),
  actorType: 'user',
  actorId,
  act: 'member.role',
  outcome: 'success',
  resourceType: 'member',
  resourceId: userId,
  requestId: 'r1',
});

describe.each(['memory', 'DynamoDB'] as const)('members in %s', (where) => {
  async function world() {
    if (where === 'memory') return inMemoryMembers();
    await db.clear();
    return createMemberStore(db.tables);
  }
  const add = (members: MemberStore, clinicId: ClinicId, userId: UserId, role: Role) => {
    clock.pass(1);
    return members.add({ clinicId, userId, role }, event(clinicId, userId));
  };

  test('a person is of several clinics, in each what that clinic says', async () => {
    const members = await world();
    await add(members, cotonou, awa, 'owner');
    await add(members, elsewhere, awa, 'staff');
    await add(members, cotonou, ben, 'auditor');
    const of = await members.of(awa);
    expect(of.toSorted((a, b) => a.role.localeCompare(b.role))).toEqual([
      { clinicId: cotonou, userId: awa, role: 'owner' },
      { clinicId: elsewhere, userId: awa, role: 'staff' },
    ]);
    expect(await members.of(chloe)).toEqual([]);
    expect((await members.list(cotonou)).map(({ userId, role }) => [userId, role])).toEqual([
      [awa, 'owner'],
      [ben, 'auditor'],
    ]);
  });

  test('nobody is added twice; who was removed is out at once and can come back', async () => {
    const members = await world();
    await add(members, cotonou, awa, 'owner');
    expect(await add(members, cotonou, ben, 'staff')).toEqual({ outcome: 'saved' });
    expect(await add(members, cotonou, ben, 'manager')).toEqual({ outcome: 'already-a-member' });
    const member = { clinicId: cotonou, userId: ben, role: 'staff' } as const;
    expect(await members.change(member, 'removed', event(cotonou, ben))).toEqual({ outcome: 'saved' });
    expect(await members.of(ben)).toEqual([]);
    expect(await members.change(member, 'removed', event(cotonou, ben))).toEqual({ outcome: 'not-a-member' });
    expect(await add(members, cotonou, ben, 'auditor')).toEqual({ outcome: 'saved' });
    expect(await members.of(ben)).toEqual([{ ...member, role: 'auditor' }]);
  });

  test('a role is changed from what it was read as; the last owner stays', async () => {
    const members = await world();
    await add(members, cotonou, awa, 'owner');
    await add(members, cotonou, ben, 'staff');
    const owner = { clinicId: cotonou, userId: awa, role: 'owner' } as const;
    const other = { clinicId: cotonou, userId: ben, role: 'manager' } as const;
    expect(await members.change(owner, 'staff', event(cotonou, awa))).toEqual({ outcome: 'last-owner' });
    expect(await members.change(other, 'owner', event(cotonou, ben))).toEqual({ outcome: 'changed-meanwhile' });
    expect(await members.change({ ...other, role: 'staff' }, 'owner', event(cotonou, ben))).toEqual({
      outcome: 'saved',
    });
    expect(await members.change(owner, 'removed', event(cotonou, awa))).toEqual({ outcome: 'saved' });
    expect((await members.list(cotonou)).map(({ userId }) => userId)).toEqual([ben]);
  });

  test('two owners who unmake each other at one moment leave one', async () => {
    const members = await world();
    await add(members, cotonou, awa, 'owner');
    await add(members, cotonou, ben, 'owner');
    const outcomes = await Promise.all(
      [awa, ben].map((userId) =>
        members.change({ clinicId: cotonou, userId, role: 'owner' }, 'removed', event(cotonou, userId)),
      ),
    );
    expect(outcomes.filter(({ outcome }) => outcome === 'saved')).toHaveLength(1);
    expect(await members.list(cotonou)).toHaveLength(1);
  });

  test('who is an owner no more makes and unmakes none, though another owner is there', async () => {
    const members = await world();
    for (const userId of [chloe, awa, ben]) await add(members, cotonou, userId, 'owner');
    const unmake = (userId: UserId, by: UserId) =>
      members.change({ clinicId: cotonou, userId, role: 'owner' }, 'staff', event(cotonou, userId, by));
    const outcomes = await Promise.all([unmake(ben, awa), unmake(awa, ben)]);
    expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual(['changed-meanwhile', 'saved']);
    const [former] = (await members.list(cotonou)).filter(({ role }) => role === 'staff');
    await members.add({ clinicId: cotonou, userId: dora, role: 'staff' }, event(cotonou, dora));
    const made = members.change(
      { clinicId: cotonou, userId: dora, role: 'staff' },
      'owner',
      event(cotonou, dora, former!.userId),
    );
    expect(await made).toEqual({ outcome: 'changed-meanwhile' });
  });
});

test('members lie apart from what a ring reads, and every change of them is on record', async () => {
  await db.clear();
  const members = createMemberStore(db.tables);
  await members.add({ clinicId: cotonou, userId: awa, role: 'owner' }, event(cotonou, awa));
  expect(await db.tables.core.query({ pk: keys.clinic(cotonou) })).toEqual([]);
  const records = await db.tables.audit.query({ pk: keys.pendingAudit(cotonou, '', '').PK });
  expect(records).toMatchObject([{ act: 'member.role', actorId: awa, resourceId: awa }]);
});
