import * as z from 'zod';
import { type Clock, isoInstant } from '#domain/clock.ts';
import type { LinkAsk, LinkStore } from '#domain/clinics/links/link.ts';
import {
  type Invitation,
  InvitationId,
  type Invitations,
  type InvitationStore,
  InvitedEmail,
} from '#domain/clinics/members/invitation.ts';
import { type Member, Role } from '#domain/clinics/members/member.ts';
import { mayChangeRole, type Right } from '#domain/clinics/members/rights.ts';
import { errorAnswer, type HttpAnswer, type HttpRequest } from '#lambdas/http.ts';
import { bodyOf } from '#lambdas/json-body.ts';
import { forOwners } from './for-owners.ts';

/** The routes of invitations and the right each asks for. */
export const invitationRoutes = {
  'GET /api/invitations': 'members.read',
  'POST /api/invitations': 'members.manage',
  'DELETE /api/invitations/{invitationId}': 'members.manage',
} as const satisfies Record<string, Right>;

interface Deps {
  invitations: Invitations;
  store: Pick<InvitationStore, 'get' | 'awaiting' | 'withdraw'>;
  links: Pick<LinkStore, 'askedOf' | 'asked'>;
  clock: Clock;
}

type Work = (request: HttpRequest, by: Member) => Promise<HttpAnswer>;

export const AskedInvitation = z.strictObject({ email: InvitedEmail, role: Role });

export const noInvitation = errorAnswer(
  404,
  'invitation-unknown',
  'There is no such invitation that awaits an answer.',
);
export const changedInvitation = errorAnswer(
  409,
  'changed-meanwhile',
  'Somebody changed this invitation meanwhile. Read it again.',
);
export const notInvited = {
  'owners-only': forOwners,
  'too-often': errorAnswer(
    429,
    'invited-too-often',
    'This person was written to five times within a day. Wait until tomorrow.',
  ),
  'too-many': errorAnswer(
    409,
    'too-many-invitations',
    'Fifty invitations await an answer. Take some back before you send others.',
  ),
};

/** Who is asked to become a member. Nobody is one before they clicked on the link that is sent to them. */
export function invitationWorks({
  invitations,
  store,
  links,
  clock,
}: Deps): Record<keyof typeof invitationRoutes, Work> {
  /** `sent`: handed to the mail service. `bounced`: the address does not take it. `ended`: invite them again. */
  const shown = ({ invitationId, email, role, invitedBy, invitedAtMs }: Invitation, ask: LinkAsk | undefined) => ({
    invitationId,
    email,
    role,
    invitedBy: invitedBy.actorType === 'user' ? invitedBy.actorId : invitedBy.actorType,
    invitedAt: isoInstant(invitedAtMs),
    ...(ask && { until: isoInstant(ask.untilMs) }),
    mail: mailOf(ask),
  });
  const mailOf = (ask: LinkAsk | undefined): 'on-its-way' | 'sent' | 'bounced' | 'ended' => {
    if (!ask || ask.untilMs <= clock.now()) return 'ended';
    if (ask.bouncedAtMs !== undefined) return 'bounced';
    return ask.sentAtMs === undefined ? 'on-its-way' : 'sent';
  };

  return {
    'GET /api/invitations': async (_request, { clinicId }) => {
      const [awaiting, asks] = await Promise.all([store.awaiting(clinicId), links.askedOf(clinicId, 'invitation')]);
      const askOf = new Map(asks.map((ask) => [ask.id, ask]));
      return { status: 200, body: { invitations: awaiting.map((one) => shown(one, askOf.get(one.invitationId))) } };
    },

    'POST /api/invitations': async (request, by) => {
      const wanted = bodyOf(AskedInvitation, request);
      if ('refused' in wanted) return wanted.refused;
      const { email, role } = wanted.body;
      if (!mayChangeRole(by, role, role)) return forOwners;
      const { clinicId, userId: actorId } = by;
      const invitedBy = { actorType: 'user', actorId } as const;
      const invited = await invitations.invite(clinicId, { email, role, invitedBy, requestId: request.requestId });
      if (!('invitation' in invited)) return notInvited[invited.outcome];
      const { outcome, invitation } = invited;
      const ask = await links.asked(clinicId, { purpose: 'invitation', id: invitation.invitationId });
      return { status: outcome === 'invited' ? 201 : 200, body: shown(invitation, ask) };
    },

    'DELETE /api/invitations/{invitationId}': async ({ pathParameters, requestId }, by) => {
      const { clinicId } = by;
      const invitationId = InvitationId.safeParse(pathParameters.invitationId);
      const invitation = invitationId.success ? await store.get(clinicId, invitationId.data) : undefined;
      if (invitation?.state !== 'awaiting') return noInvitation;
      if (!mayChangeRole(by, invitation.role, 'removed')) return forOwners;
      const { outcome } = await store.withdraw(invitation, {
        v: 1,
        clinicId,
        occurredAt: isoInstant(clock.now()),
        actorType: 'user',
        actorId: by.userId,
        act: 'member.invite',
        outcome: 'success',
        resourceType: 'invitation',
        resourceId: invitation.invitationId,
        reason: 'withdrawn',
        requestId,
      });
      return outcome === 'withdrawn' ? { status: 204 } : changedInvitation;
    },
  };
}
