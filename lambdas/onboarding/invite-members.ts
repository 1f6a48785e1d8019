import {
  type Invitation,
  invitationIdOf,
  type Invitations,
  type InvitationStore,
} from '#domain/clinics/members/invitation.ts';
import type { MemberStore } from '#domain/clinics/members/member.ts';
import type { Onboarding, OrderedMember } from '#domain/onboarding/onboarding.ts';

export interface InviteDeps {
  invitations: Invitations;
  store: Pick<InvitationStore, 'get'>;
  members: Pick<MemberStore, 'list'>;
}

/** Writes to the people of a clinic that joins. Whoever has accepted meanwhile, or waits to be written to again, is left. */
export function inviteMembers({ invitations, store, members }: InviteDeps) {
  return async ({ clinicId, by, reservation }: Onboarding, people: readonly OrderedMember[]): Promise<void> => {
    const isHere = async (invitation: Invitation | undefined): Promise<boolean> =>
      invitation?.state === 'accepted' &&
      (await members.list(clinicId)).some(({ userId }) => userId === invitation.userId);
    for (const { email, role } of people) {
      if (await isHere(await store.get(clinicId, invitationIdOf(clinicId, email)))) continue;
      const asked = {
        email,
        role,
        invitedBy: { actorType: 'platform', actorId: by.actorId },
        requestId: reservation,
      } as const;
      const { outcome } = await invitations.invite(clinicId, asked);
      if (outcome === 'too-many') throw new Error('more people await an answer than a clinic may have');
    }
  };
}
