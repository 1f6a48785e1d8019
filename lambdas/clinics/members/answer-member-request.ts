import * as z from 'zod';
import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { type Clock, isoInstant } from '#domain/clock.ts';
import type { LinkStore } from '#domain/clinics/links/link.ts';
import type { Invitations, InvitationStore } from '#domain/clinics/members/invitation.ts';
import { type Member, type MemberChange, type MemberStore, Role } from '#domain/clinics/members/member.ts';
import { mayChangeRole, type Right } from '#domain/clinics/members/rights.ts';
import type { ClinicId } from '#domain/ids.ts';
import { UserId } from '#domain/ids.ts';
import { errorAnswer, type HttpAnswer, type HttpRequest } from '#lambdas/http.ts';
import { bodyOf } from '#lambdas/json-body.ts';
import { asMember, asSignedIn } from '#lambdas/signed-in.ts';
import { forOwners } from './for-owners.ts';
import { invitationRoutes, invitationWorks } from './invitation-routes.ts';

interface Deps {
  members: MemberStore;
  invitations: Invitations;
  store: InvitationStore;
  links: Pick<LinkStore, 'askedOf' | 'asked'>;
  clock: Clock;
}

type Work = (request: HttpRequest) => Promise<HttpAnswer>;

/** The routes of members and the right each asks for; `signed-in`: for anybody with a token. */
export const memberRoutes = {
  'GET /api/me': 'signed-in',
  'GET /api/members': 'members.read',
  'PUT /api/members/{userId}': 'members.manage',
  'DELETE /api/members/{userId}': 'members.manage',
  ...invitationRoutes,
} as const satisfies Record<string, Right | 'signed-in'>;

export const ChangedRole = z.strictObject({ role: Role });

const unknownMember = errorAnswer(404, 'member-unknown', 'There is no such member at this clinic.');

export const notChanged: Record<Exclude<MemberChange['outcome'], 'saved'>, HttpAnswer> = {
  'not-a-member': unknownMember,
  'last-owner': errorAnswer(409, 'last-owner', 'This is the only owner. Make somebody else an owner first.'),
  'changed-meanwhile': errorAnswer(409, 'changed-meanwhile', 'Somebody changed this member meanwhile. Read it again.'),
};

/** Who is a member of a clinic, and as what, and who is invited. Everything that changes is on record in the same write. */
export function answerMemberRequest(deps: Deps): Work {
  const { members, store, clock } = deps;
  const of = (right: Right, work: (request: HttpRequest, by: Member) => Promise<HttpAnswer>): Work =>
    asMember({ members }, right, work);

  const eventOf = (by: Member, requestId: string, userId: UserId, reason: string): PendingAuditEvent => ({
    v: 1,
    clinicId: by.clinicId,
    occurredAt: isoInstant(clock.now()),
    actorType: 'user',
    actorId: by.userId,
    act: 'member.role',
    outcome: 'success',
    resourceType: 'member',
    resourceId: userId,
    reason,
    requestId,
  });

  async function standing(clinicId: ClinicId, request: HttpRequest): Promise<Member | undefined> {
    const userId = UserId.safeParse(request.pathParameters.userId);
    if (!userId.success) return undefined;
    return (await members.list(clinicId)).find((member) => member.userId === userId.data);
  }

  async function change(request: HttpRequest, by: Member, to: Role | 'removed'): Promise<HttpAnswer> {
    const member = await standing(by.clinicId, request);
    if (!member) return unknownMember;
    if (!mayChangeRole(by, member.role, to)) return forOwners;
    const { clinicId, userId, role } = member;
    if (to === role) return { status: 200, body: { userId, role } };
    const event = eventOf(by, request.requestId, userId, `${role} to ${to}`);
    const { outcome } = await members.change({ clinicId, userId, role }, to, event);
    if (outcome !== 'saved') return notChanged[outcome];
    return to === 'removed' ? { status: 204 } : { status: 200, body: { userId, role: to } };
  }

  const invitationWork = invitationWorks(deps);
  const invited = (route: keyof typeof invitationRoutes): Work => of(invitationRoutes[route], invitationWork[route]);

  const works: Record<keyof typeof memberRoutes, Work> = {
    'GET /api/me': asSignedIn(async (_request, { userId, platformRole }) => ({
      status: 200,
      body: {
        userId,
        ...(platformRole && { platformRole }),
        clinics: (await members.of(userId)).map(({ clinicId, role }) => ({ clinicId, role })),
      },
    })),

    'GET /api/members': of(memberRoutes['GET /api/members'], async (_request, { clinicId }) => {
      const [team, accepted] = await Promise.all([members.list(clinicId), store.accepted(clinicId)]);
      const emails = new Map(accepted.map(({ userId, email }) => [userId, email]));
      const body = {
        members: team.map(({ userId, role, sinceMs }) => ({
          userId,
          role,
          since: isoInstant(sinceMs),
          // Whom the clinic knows by an address it wrote itself; who they are otherwise only the identity provider knows.
          ...(emails.has(userId) && { email: emails.get(userId) }),
        })),
      };
      return { status: 200, body };
    }),

    'PUT /api/members/{userId}': of(memberRoutes['PUT /api/members/{userId}'], async (request, by) => {
      const wanted = bodyOf(ChangedRole, request);
      return 'refused' in wanted ? wanted.refused : change(request, by, wanted.body.role);
    }),

    'DELETE /api/members/{userId}': of(memberRoutes['DELETE /api/members/{userId}'], (request, by) =>
      change(request, by, 'removed'),
    ),

    'GET /api/invitations': invited('GET /api/invitations'),
    'POST /api/invitations': invited('POST /api/invitations'),
    'DELETE /api/invitations/{invitationId}': invited('DELETE /api/invitations/{invitationId}'),
  };

  return async (request) => {
    const work = works[request.route as keyof typeof works];
    if (!work) throw new Error('a route was wired to members that they do not know');
    return work(request);
  };
}
