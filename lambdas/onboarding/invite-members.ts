import {
  type Invitation,
  invitationIdOf,
  type Invitations,
  type InvitationStore,
} from '#domain/clinics/members/invitation.ts';
import type { MemberStore } from '#domain/clinics/members/member.ts';
import { type Onboarding, OnboardingRefused, type OrderedMember } from '#domain/onboarding/onboarding.ts';

export interface InviteDeps {
  invitations: Invitations;
  store: Pick<InvitationStore, 'get'>;
  members: Pick<MemberStore, 'list'>;
}

/** Writes to the people of a clinic that joins. Whoever has accepted meanwhile, or waits to be written to again, is left. @throws OnboardingRefused */
export function inviteMembers({ invitations, store, members }: InviteDeps) {
  return async ({ clinicId, by, reservation }: Onboarding, people: readonly OrderedMember[]): Promise<void> => {
    const isHere = async (invitation: Invitation | undefined): Promise<boolean> =>
      invitation?.state === 'accepted' &&
      (await members.list(clinicId)).some(({ userId }) => userId === invitation.userId);
    for (const { email, role } of people) {
      const before = await store.get(clinicId, invitationIdOf(clinicId, email));
      if (await isHere(before)) continue;
      const asked = {
        email,
        role,
        invitedBy: { actorType: 'platform', actorId: by.actorId },
        requestId: reservation,
      } as const;
      const { outcome } = await invitations.invite(clinicId, asked);
      if (outcome === 'too-often' && before?.state !== 'awaiting') {
        throw new OnboardingRefused('a member was written to as often as may be in a day; begin again tomorrow');
      }
      if (outcome === 'too-many') throw new Error('more people await an answer than a clinic may have');
    }
  };
}
