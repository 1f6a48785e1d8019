import { createInvitations, invitationIdOf } from '#domain/clinics/members/invitation.ts';
import { PlatformRole, Role } from '#domain/clinics/members/member.ts';
import { clinicOf } from '#domain/clinics/clinic-store.ts';
import { type ClinicId, UserId } from '#domain/ids.ts';
import type { Notice, Notices } from '#domain/messages/notice.ts';
import { clinicProfile } from '#test/fakes/clinic.ts';
import { type FakeClinics, inMemoryClinics } from '#test/fakes/clinics.ts';
import { standingClock } from '#test/fakes/clock.ts';
import { cotonou, elsewhere } from '#test/fakes/conversation.ts';
import { type FakeInvitations, inMemoryInvitations } from '#test/fakes/invitations.ts';
import { type FakeLinks, inMemoryLinks } from '#test/fakes/links.ts';
import { type FakeMembers, inMemoryMembers } from '#test/fakes/members.ts';
import { type FakeOnboardings, inMemoryOnboardings } from '#test/fakes/onboardings.ts';

const personOf = (n: number) => UserId.parse(`1f2e3d4c-5b6a-4789-8abc-${String(n).padStart(12, '0')}`);

/** A person of each role of the clinic, and of each of the platform. */
export const people = Object.fromEntries(
  [...Role.options, ...PlatformRole.options].map((role, index) => [role, personOf(index + 1)]),
) as Record<Role | PlatformRole, UserId>;

/** Things of the clinic that requests name. */
export const yours = {
  slug: 'clinique-exemple',
  provider: '7e3a2b01-4d5c-4f60-9b7c-2d3e4f5a6b7c',
  colleague: personOf(10),
  invitation: invitationIdOf(cotonou, 'invited@clinique.example'),
} as const;

/** The same of another clinic, none of which may be told, found or changed. */
export const strangers = {
  slug: 'clinique-ailleurs',
  provider: '9a8b7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d',
  member: personOf(20),
  invitation: invitationIdOf(elsewhere, 'invited@ailleurs.example'),
} as const;

export interface SignedInWorld {
  members: FakeMembers;
  invitations: FakeInvitations;
  links: FakeLinks;
  /** Takes in what is to be sent. */
  notices: Notices;
  clinics: FakeClinics;
  onboardings: FakeOnboardings;
  clock: ReturnType<typeof standingClock>;
  /** Recipients that were asked to say yes. */
  asked: string[];
  /** All that was done: everything on record, and every e-mail. */
  done(): unknown[];
}

/** Two clinics and their people, of which one is of both: an auditor here, an owner there. */
export const ofBoth = personOf(30);

const twoClinics = [
  clinicOf(clinicProfile({ appointmentTypes: [] })),
  clinicOf(
    clinicProfile({
      id: elsewhere,
      slug: strangers.slug,
      name: 'Clinique Ailleurs',
      numbers: [{ number: '+12025550143' }],
      appointmentTypes: [],
      providers: [{ id: strangers.provider as never, givenName: 'Ailleurs', familyName: 'Ailleurs' }],
    }),
  ),
];

export async function signedInWorld(): Promise<SignedInWorld> {
  const members = inMemoryMembers({ [yours.slug]: cotonou, [strangers.slug]: elsewhere });
  const add = (clinicId: ClinicId, userId: UserId, role: Role) =>
    members.add({ clinicId, userId, role }, { occurredAt: '2026-10-05T12:30:00.000Z' } as never);
  for (const role of Role.options) await add(cotonou, people[role], role);
  await add(cotonou, yours.colleague, 'staff');
  await add(elsewhere, strangers.member, 'owner');
  await add(cotonou, ofBoth, 'auditor');
  await add(elsewhere, ofBoth, 'owner');
  const clock = standingClock();
  const links = inMemoryLinks();
  const invitations = inMemoryInvitations(links, members);
  const told: Notice[] = [];
  const notices = { tell: async (notice: Notice) => void told.push(notice) };
  const { invite } = createInvitations({ invitations, members, links, notices, clock });
  const invited = { role: 'staff', invitedBy: { actorType: 'platform', actorId: 'ops' }, requestId: 'r0' } as const;
  await invite(cotonou, { ...invited, email: 'invited@clinique.example' });
  await invite(elsewhere, { ...invited, email: 'invited@ailleurs.example' });
  for (const list of [members.records, invitations.records, told]) list.length = 0;
  const clinics = inMemoryClinics(...twoClinics);
  const onboardings = inMemoryOnboardings();
  const asked: string[] = [];
  return {
    members,
    invitations,
    links,
    notices,
    clinics,
    onboardings,
    clock,
    asked,
    done: () => [
      ...members.records,
      ...invitations.records,
      ...told,
      ...clinics.records,
      ...onboardings.records,
      ...asked,
    ],
  };
}

/** What tells of the other clinic. */
export const marks = new RegExp([elsewhere, 'ailleurs', strangers.provider, strangers.member, '0143'].join('|'), 'i');
