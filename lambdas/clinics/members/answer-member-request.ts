import * as z from 'zod';
import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { type Clock, isoInstant } from '#domain/clock.ts';
import { type Member, type MemberChange, type MemberStore, Role } from '#domain/clinics/members/member.ts';
import { mayChangeRole, type Right } from '#domain/clinics/members/rights.ts';
import type { ClinicId } from '#domain/ids.ts';
import { UserId } from '#domain/ids.ts';
import { errorAnswer, type HttpAnswer, type HttpRequest } from '#lambdas/http.ts';
import { asMember, asSignedIn } from '#lambdas/signed-in.ts';

interface Deps {
  members: MemberStore;
  clock: Clock;
}

type Work = (request: HttpRequest) => Promise<HttpAnswer>;

/** The routes of members and the right each asks for; `signed-in`: for anybody with a token. */
export const memberRoutes = {
  'GET /api/me': 'signed-in',
  'GET /api/members': 'members.read',
  'POST /api/members': 'members.manage',
  'PUT /api/members/{userId}': 'members.manage',
  'DELETE /api/members/{userId}': 'members.manage',
} as const satisfies Record<string, Right | 'signed-in'>;

const Added = z.strictObject({ userId: UserId, role: Role });
const Changed = z.strictObject({ role: Role });

const unknownMember = errorAnswer(404, 'member-unknown', 'There is no such member at this clinic.');
const forOwners = errorAnswer(403, 'owners-only', 'Only an owner makes or unmakes an owner. Ask one of them.');

const refusals: Record<Exclude<MemberChange['outcome'], 'saved'>, HttpAnswer> = {
  'not-a-member': unknownMember,
  'last-owner': errorAnswer(409, 'last-owner', 'This is the only owner. Make somebody else an owner first.'),
  'changed-meanwhile': errorAnswer(409, 'changed-meanwhile', 'Somebody changed this member meanwhile. Read it again.'),
};

/** Who is a member of a clinic, and as what. Everything that changes is on record in the same write. */
export function answerMemberRequest({ members, clock }: Deps): Work {
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
    if (outcome !== 'saved') return refusals[outcome];
    return to === 'removed' ? { status: 204 } : { status: 200, body: { userId, role: to } };
  }

  const works: Record<keyof typeof memberRoutes, Work> = {
    'GET /api/me': asSignedIn(async (_request, { userId, platformRole }) => ({
      status: 200,
      body: {
        userId,
        ...(platformRole && { platformRole }),
        clinics: (await members.of(userId)).map(({ clinicId, role }) => ({ clinicId, role })),
      },
    })),

    'GET /api/members': of(memberRoutes['GET /api/members'], async (_request, { clinicId }) => ({
      status: 200,
      body: {
        members: (await members.list(clinicId)).map(({ userId, role, sinceMs }) => ({
          userId,
          role,
          since: isoInstant(sinceMs),
        })),
      },
    })),

    'POST /api/members': of(memberRoutes['POST /api/members'], async (request, by) => {
      const wanted = bodyOf(Added, request);
      if ('refused' in wanted) return wanted.refused;
      const { userId, role } = wanted.body;
      if (!mayChangeRole(by, role, role)) return forOwners;
      const event = eventOf(by, request.requestId, userId, `added as ${role}`);
      const { outcome } = await members.add({ clinicId: by.clinicId, userId, role }, event);
      return outcome === 'saved'
        ? { status: 201, body: { userId, role } }
        : errorAnswer(409, 'already-a-member', 'This person is a member already. Change their role with PUT.');
    }),

    'PUT /api/members/{userId}': of(memberRoutes['PUT /api/members/{userId}'], async (request, by) => {
      const wanted = bodyOf(Changed, request);
      return 'refused' in wanted ? wanted.refused : change(request, by, wanted.body.role);
    }),

    'DELETE /api/members/{userId}': of(memberRoutes['DELETE /api/members/{userId}'], (request, by) =>
      change(request, by, 'removed'),
    ),
  };

  return async (request) => {
    const work = works[request.route as keyof typeof works];
    if (!work) throw new Error('a route was wired to members that they do not know');
    return work(request);
  };
}

function bodyOf<Body>(schema: z.ZodType<Body>, { rawBody }: HttpRequest): { body: Body } | { refused: HttpAnswer } {
  let json: unknown;
  try {
    json = JSON.parse(rawBody.toString('utf8'));
  } catch {
    return { refused: errorAnswer(400, 'bad-json', 'The body is not JSON. Send one JSON object.') };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { body: parsed.data };
  const fields = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  const message = 'Correct the fields named and send the request again.';
  return { refused: { status: 422, body: { error: { code: 'invalid-request', message, fields } } } };
}
