import { createAwaitingRecipients } from '#adapters/dynamodb/awaiting-recipients.ts';
import { createClinicRegistry } from '#adapters/dynamodb/clinic-registry.ts';
import { createInvitationStore } from '#adapters/dynamodb/invitations.ts';
import { keys } from '#adapters/dynamodb/keys.ts';
import { createLinkStore } from '#adapters/dynamodb/links.ts';
import { createMemberStore } from '#adapters/dynamodb/members.ts';
import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { tellOwedLinks } from '#domain/clinics/links/tell-owed-links.ts';
import { createInvitations } from '#domain/clinics/members/invitation.ts';
import type { Role } from '#domain/clinics/members/member.ts';
import { recipientIdOf } from '#domain/clinics/recipients/recipient-id.ts';
import { createRecipientVerification } from '#domain/clinics/recipients/recipient-verification.ts';
import { type ClinicId, derivedUuid, UserId } from '#domain/ids.ts';
import type { Notice } from '#domain/messages/notice.ts';
import type { OutgoingEmail } from '#domain/notifications/email-sender.ts';
import { summaryRecipients } from '#domain/notifications/recipients.ts';
import { answerLink } from '#lambdas/clinics/links/answer-link.ts';
import { sendLink } from '#lambdas/notifications/send-link.ts';
import { inMemoryAwaitingRecipients } from '#test/fakes/awaiting-recipients.ts';
import { clinicProfile } from '#test/fakes/clinic.ts';
import { inMemoryClinicsWith } from '#test/fakes/clinics.ts';
import { standingClock } from '#test/fakes/clock.ts';
import { cotonou, elsewhere } from '#test/fakes/conversation.ts';
import { startDynamoDb, type TestDynamoDb } from '#test/fakes/dynamodb.ts';
import { inMemoryInvitations } from '#test/fakes/invitations.ts';
import { inMemoryLinks } from '#test/fakes/links.ts';
import { rememberedLog } from '#test/fakes/log.ts';
import { inMemoryMembers } from '#test/fakes/members.ts';

let db: TestDynamoDb;
beforeAll(async () => {
  db = await startDynamoDb();
});
afterAll(() => db.stop());

const owner = UserId.parse(derivedUuid('person', 'the owner'));
const minute = 60_000;
const day = 24 * 60 * minute;
const byTest = (resourceId: string): PendingAuditEvent => ({
  v: 1,
  clinicId: cotonou,
  occurredAt: '2026-10-05T12:00:00.000Z',
  actorType: 'platform',
  actorId: 'test',
  act: 'member.role',
  outcome: 'success',
  resourceType: 'member',
  resourceId,
  requestId: 'r0',
});
const house = clinicProfile({ name: 'Clinique <b>Été</b> & Fils' });
const other = clinicProfile({
  id: elsewhere,
  slug: 'clinique-ailleurs',
  name: 'Elsewhere Clinic',
  languages: ['en'],
  defaultLanguage: 'en',
  greeting: {},
  appointmentTypes: [],
  numbers: [{ number: '+12025550199' }],
});

function inMemory() {
  const links = inMemoryLinks();
  const clinics = inMemoryClinicsWith(links, house, other);
  const members = inMemoryMembers();
  const store = inMemoryInvitations(links, members);
  return {
    links,
    clinics,
    members,
    store,
    awaiting: inMemoryAwaitingRecipients(clinics, links),
    records: async (clinicId: ClinicId) =>
      [...store.records, ...members.records, ...clinics.records].filter((record) => record.clinicId === clinicId),
    kept: async () => '',
  };
}

async function inDynamoDb() {
  await db.clear();
  const { tables } = db;
  const clinics = createClinicRegistry(tables);
  for (const after of [house, other]) await clinics.save([{ after, events: [] }], 0);
  return {
    links: createLinkStore(tables.routing),
    clinics,
    members: createMemberStore(tables),
    store: createInvitationStore(tables),
    awaiting: createAwaitingRecipients(tables),
    records: async (clinicId: ClinicId) =>
      (await tables.audit.query({ pk: keys.pendingAudit(clinicId, '', '').PK })) as unknown as PendingAuditEvent[],
    kept: async () => JSON.stringify(await tables.routing.query({ pk: keys.linksOfClinic(cotonou) })),
  };
}

async function world(where: 'memory' | 'DynamoDB') {
  const place = where === 'memory' ? inMemory() : await inDynamoDb();
  const { links, clinics, members, store, awaiting } = place;
  const clock = standingClock();
  const log = rememberedLog();
  const queue: Notice[] = [];
  const outbox: OutgoingEmail[] = [];
  const accounts: string[] = [];
  const notices = {
    tell: async (notice: Notice) => void queue.push(notice),
    tellAgain: async (notice: Notice) => void queue.push(notice),
  };
  const send = sendLink({
    clinics,
    invitations: store,
    links,
    email: { send: async (email) => ({ messageId: `message-${outbox.push(email)}` }) },
    clock,
    log,
    apiUrl: 'https://api.example',
  });
  const answer = answerLink({
    links,
    clinics,
    invitations: store,
    members,
    users: {
      ensure: async (email) => {
        accounts.push(email);
        return UserId.parse(derivedUuid('person', email));
      },
    },
    awaiting,
    clock,
    log,
    consoleUrl: 'https://console.example',
  });
  const invitations = createInvitations({ invitations: store, members, links, notices, clock });
  await members.add({ clinicId: cotonou, userId: owner, role: 'owner' }, byTest(owner));

  const click = async (method: 'GET' | 'POST', token: string) => {
    const { status, headers, text } = await answer({
      rawBody: Buffer.alloc(0),
      headers: {},
      pathParameters: { token },
      query: {},
      route: `${method} /api/links/{token}`,
      requestId: 'r2',
    });
    return { status, headers, page: text?.content ?? '' };
  };
  return {
    ...place,
    clock,
    log,
    queue,
    outbox,
    accounts,
    tellOwed: tellOwedLinks({ links, notices, clock }),
    verification: createRecipientVerification({ clinics, links, awaiting, notices, clock }),
    invite: (email: string, role: Role, clinicId = cotonou, by: UserId | 'platform' = owner) =>
      invitations.invite(clinicId, {
        email,
        role,
        invitedBy: by === 'platform' ? { actorType: 'platform', actorId: 'ops' } : { actorType: 'user', actorId: by },
        requestId: 'r1',
      }),
    /** Works the queue off; answers the token of the last link that was sent. */
    async deliver() {
      for (const notice of queue.splice(0)) if (notice.kind === 'link-due') await send(notice);
      return outbox.at(-1)?.document.button.href.split('/').at(-1) ?? '';
    },
    open: (token: string) => click('GET', token),
    press: (token: string) => click('POST', token),
    rolesOf: async (clinicId = cotonou) => (await members.list(clinicId)).map(({ role }) => role),
  };
}

const awa = 'awa@clinique.example';
const awaId = UserId.parse(derivedUuid('person', awa));
const nobody = 'A'.repeat(43);

describe.each(['memory', 'DynamoDB'] as const)('links by e-mail, kept in %s', (where) => {
  test('an invited person is a member by their click and not before, once, on record', async () => {
    const here = await world(where);
    expect((await here.invite('AWA@clinique.example', 'manager')).outcome).toBe('invited');
    expect(JSON.stringify(here.queue)).not.toMatch(/awa|token/i);
    const token = await here.deliver();
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(await here.kept()).not.toContain(token);
    expect(here.outbox).toMatchObject([{ to: awa, document: { language: 'fr' } }]);

    for (let look = 0; look < 3; look++) expect((await here.open(token)).status).toBe(200);
    expect([await here.rolesOf(), here.accounts]).toEqual([['owner'], []]);

    const done = await here.press(token);
    expect(done.page).toContain('Vous faites maintenant partie');
    expect(await here.members.of(awaId)).toEqual([{ clinicId: cotonou, userId: awaId, role: 'manager' }]);
    for (const again of [await here.press(token), await here.open(token)]) {
      expect([again.status, again.page.includes('déjà fait'), again.page.includes('Été')]).toEqual([200, true, false]);
    }
    expect(await here.store.awaiting(cotonou)).toEqual([]);
    expect(await here.store.accepted(cotonou)).toMatchObject([{ email: awa, userId: awaId }]);
    expect(await here.rolesOf()).toEqual(['owner', 'manager']);
    const record = (await here.records(cotonou)).filter(({ requestId }) => requestId !== 'r0');
    expect(record).toHaveLength(2);
    expect(record).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ act: 'member.invite', actorId: owner, reason: 'invited as manager' }),
        expect.objectContaining({ act: 'member.role', actorId: awaId, onBehalfOf: owner, resourceId: awaId }),
      ]),
    );
    expect(JSON.stringify([record, here.log.entries])).not.toContain('@');
  });

  test('two clicks at one moment make one member, and both are told kindly', async () => {
    const here = await world(where);
    await here.invite(awa, 'staff');
    const token = await here.deliver();
    const pages = await Promise.all([here.press(token), here.press(token)]);
    expect(pages.map(({ status }) => status)).toEqual([200, 200]);
    expect(await here.rolesOf()).toEqual(['owner', 'staff']);
    expect((await here.records(cotonou)).filter(({ resourceId }) => resourceId === awaId)).toHaveLength(1);
  });

  test('a link that is unknown, ended, replaced or taken back tells nothing, in the same words', async () => {
    const here = await world(where);
    await here.invite(awa, 'staff');
    const replaced = await here.deliver();
    here.clock.pass(11 * minute);
    expect((await here.invite(awa, 'staff')).outcome).toBe('invited');
    const withdrawn = await here.deliver();
    const { page } = await here.open(nobody);
    expect(await here.open(replaced)).toMatchObject({ status: 404, page });
    const [invitation] = await here.store.awaiting(cotonou);
    expect(await here.store.withdraw(invitation!, byTest(invitation!.invitationId))).toEqual({ outcome: 'withdrawn' });
    expect(await here.store.withdraw(invitation!, byTest(invitation!.invitationId))).toEqual({
      outcome: 'changed-meanwhile',
    });
    await here.invite('koffi@clinique.example', 'staff');
    const ended = await here.deliver();
    here.clock.pass(7 * day);
    for (const token of [replaced, withdrawn, ended, 'x', '', `${nobody}=`]) {
      for (const answered of [await here.open(token), await here.press(token)]) {
        expect(answered).toMatchObject({ status: 404, page });
      }
    }
    expect(page).toContain('Ce lien ne sert plus');
    expect(page).toContain('This link is of no use any more');
    expect([await here.rolesOf(), here.accounts]).toEqual([['owner'], []]);
  });

  test('asking at once for the same sends nothing more, asking often enough is refused', async () => {
    const here = await world(where);
    await here.invite(awa, 'staff');
    expect((await here.invite(awa, 'staff')).outcome).toBe('unchanged');
    await here.deliver();
    expect(here.outbox).toHaveLength(1);
    const roles: Role[] = ['manager', 'staff', 'auditor', 'manager'];
    for (const role of roles) expect((await here.invite(awa, role)).outcome).toBe('invited');
    expect((await here.invite(awa, 'staff')).outcome).toBe('too-often');
    await here.press(await here.deliver());
    expect(here.outbox).toHaveLength(2);
    expect(await here.rolesOf()).toEqual(['owner', 'manager']);
  });

  test('an invitation is worth no more than the right of who sent it', async () => {
    const here = await world(where);
    const manager = UserId.parse(derivedUuid('person', 'the manager'));
    await here.members.add({ clinicId: cotonou, userId: manager, role: 'manager' }, byTest(manager));
    await here.invite(awa, 'staff', cotonou, manager);
    const token = await here.deliver();
    await here.members.change({ clinicId: cotonou, userId: manager, role: 'manager' }, 'removed', byTest(manager));
    expect((await here.press(token)).status).toBe(404);
    expect(await here.members.of(awaId)).toEqual([]);
    // Invited again by somebody who may, they have a link that opens, however soon.
    expect((await here.invite(awa, 'staff')).outcome).toBe('invited');
    expect((await here.open(await here.deliver())).status).toBe(200);
    await here.invite('first@elsewhere.example', 'owner', elsewhere, 'platform');
    expect((await here.press(await here.deliver())).page).toContain('You are now on the team of Elsewhere Clinic');
    expect(await here.rolesOf(elsewhere)).toEqual(['owner']);
    expect(await here.rolesOf()).toEqual(['owner']);
  });

  test('who is a member already stays what they are', async () => {
    const here = await world(where);
    await here.members.add({ clinicId: cotonou, userId: awaId, role: 'manager' }, byTest(awaId));
    await here.invite(awa, 'auditor');
    expect((await here.press(await here.deliver())).status).toBe(200);
    expect(await here.members.of(awaId)).toEqual([{ clinicId: cotonou, userId: awaId, role: 'manager' }]);
    expect(await here.store.awaiting(cotonou)).toEqual([]);
  });

  test('a link whose writer died before it was queued is sent all the same, and one that was sent is not', async () => {
    const here = await world(where);
    await here.invite(awa, 'staff');
    here.queue.length = 0;
    expect(await here.tellOwed()).toBe(0);
    here.clock.pass(3 * minute);
    expect(await here.tellOwed()).toBe(1);
    await here.deliver();
    expect([here.outbox.length, await here.tellOwed()]).toEqual([1, 0]);
  });

  test('an address that a member adds hears of no call before its click; one from an operator’s file does at once', async () => {
    const here = await world(where);
    const before = (await here.clinics.profile(cotonou))!;
    const address = 'nouveau@clinique.example';
    const recipientId = recipientIdOf(address);
    const { version: _version, recipients: _recipients, ...clinic } = before;
    const recipients = [...clinic.email.recipients, { address, events: ['all' as const], alternative: false }];
    const after = { ...clinic, email: { ...clinic.email, recipients } };
    const change = { before, after, events: [], unverified: [recipientId] };
    expect(await here.clinics.save([change], here.clock.now())).toEqual({ outcome: 'saved' });
    const told = async () => {
      const profile = (await here.clinics.profile(cotonou))!;
      return summaryRecipients(profile.recipients, { acts: [], outcome: 'info', endKind: 'ended' }).map(
        (one) => one.address,
      );
    };
    expect(await told()).toEqual(['accueil@clinique.example']);

    // The writer dies before it asks; the link is owed by the write itself.
    here.clock.pass(3 * minute);
    expect(await here.tellOwed()).toBe(1);
    expect((await here.verification.ask(cotonou, recipientId)).outcome).toBe('unchanged');
    const token = await here.deliver();
    expect(here.outbox).toMatchObject([{ to: address, purpose: 'recipient' }]);
    expect((await here.open(token)).page).toContain('Confirmer cette adresse');
    expect(await told()).toHaveLength(1);

    // An operator's file that names it too proves nothing about the address.
    const now = (await here.clinics.profile(cotonou))!;
    const renamed = { ...after, name: 'Clinique Été' };
    await here.clinics.save([{ before: now, after: renamed, events: [] }], here.clock.now());
    expect(await told()).toHaveLength(1);

    expect((await here.press(token)).page).toContain('Votre adresse est confirmée');
    expect(await told()).toEqual(['accueil@clinique.example', address]);
    expect((await here.press(token)).page).toContain('déjà fait');
    expect(await here.records(cotonou)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ act: 'settings.update', resourceType: 'recipient', resourceId: recipientId }),
      ]),
    );
    expect((await here.verification.ask(cotonou, recipientId)).outcome).toBe('not-awaiting');
    expect((await here.verification.ask(elsewhere, recipientId)).outcome).toBe('no-such-recipient');
  });
});

test('the page runs nothing, loads nothing, tells nobody where it was, and says whatever a clinic is called', async () => {
  const here = await world('memory');
  await here.invite(awa, 'owner');
  const { headers, page } = await here.open(await here.deliver());
  const policy = headers?.['content-security-policy'] ?? '';
  expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]{44}'; form-action 'self';/);
  expect(headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' });
  expect(page).toContain('Rejoindre Clinique &#60;b&#62;Été&#60;/b&#62; &#38; Fils');
  expect(page).not.toMatch(/<script|<img|<b>|src=|https?:/);
  expect(page).toMatch(/^<!doctype html>\n<html lang="fr">/);
});

test('a fault on our side is said on a page and counted', async () => {
  const here = await world('memory');
  await here.invite(awa, 'staff');
  const token = await here.deliver();
  here.members.list = async () => {
    throw new Error('the table is away');
  };
  expect(await here.press(token)).toMatchObject({ status: 503 });
  expect(here.log.codes()).toContain('request.failed');
});
