import { type Member, type MemberStore, PlatformRole } from '#domain/clinics/members/member.ts';
import { allows, type Right } from '#domain/clinics/members/rights.ts';
import { Slug } from '#domain/clinics/slug.ts';
import { ClinicId, UserId } from '#domain/ids.ts';
import { errorAnswer, type HttpAnswer, type HttpRequest } from './http.ts';

/** Names the clinic, by id or slug, in requests of people who are members of several. */
export const clinicHeader = 'frontdesk-clinic';

/** Somebody whose token the gateway has checked. */
export interface SignedIn {
  userId: UserId;
  platformRole?: PlatformRole;
}

type Work<Who> = (request: HttpRequest, who: Who) => Promise<HttpAnswer>;
type Route = (request: HttpRequest) => Promise<HttpAnswer>;

export interface Operator {
  userId: UserId;
  role: PlatformRole;
}

const notAMember = errorAnswer(
  403,
  'not-a-member',
  'You are not a member of this clinic. Ask one of its owners to add you, or name another clinic.',
);
const notAllowed = errorAnswer(403, 'not-allowed', 'Your role does not allow this. Ask an owner of the clinic.');

/** API Gateway writes a claim that is a list as `[one two]`. */
const listed = (claim: string | string[] | undefined): string[] =>
  Array.isArray(claim)
    ? claim
    : (claim ?? '')
        .replace(/^\[|\]$/g, '')
        .split(/[\s,]+/)
        .filter(Boolean);

/** Who a request comes from. An identity token proves who signed in to the console, not that they asked us for this. */
function whoIs({ claims }: HttpRequest): SignedIn | undefined {
  const userId = UserId.safeParse(claims?.sub);
  if (!claims || !userId.success || claims.token_use !== 'access') return undefined;
  const groups = listed(claims['cognito:groups']);
  // Whoever is in both may do what the wider one may.
  const platformRole = PlatformRole.options.find((role) => groups.includes(role));
  return { userId: userId.data, ...(platformRole && { platformRole }) };
}

/** For whoever is signed in, member of a clinic or not. */
export const asSignedIn =
  (work: Work<SignedIn>): Route =>
  async (request) => {
    const who = whoIs(request);
    return who
      ? work(request, who)
      : errorAnswer(401, 'access-token-needed', 'Sign in and send the access token as Authorization: Bearer ….');
  };

/**
 * For members of a clinic whose role allows `right`. The clinic is found in their memberships; a header may only choose
 * among them, so that a clinic that does not exist and another's are refused in the same words.
 */
export function asMember(
  { members }: { members: Pick<MemberStore, 'of' | 'clinicNamed'> },
  right: Right,
  work: Work<Member>,
): Route {
  return asSignedIn(async (request, { userId }) => {
    const own = await members.of(userId);
    const named = request.headers[clinicHeader];
    if (named === undefined && own.length > 1) {
      return errorAnswer(
        400,
        'clinic-needed',
        `You are a member of several clinics. Name one in the header ${clinicHeader}.`,
      );
    }
    const clinicId = named === undefined ? own[0]?.clinicId : await clinicCalled(named);
    const member = own.find((one) => one.clinicId === clinicId);
    if (!member) return notAMember;
    return allows(member.role, right) ? work(request, member) : notAllowed;
  });

  async function clinicCalled(name: string): Promise<ClinicId | undefined> {
    const id = ClinicId.safeParse(name.toLowerCase());
    if (id.success) return id.data;
    const slug = Slug.safeParse(name);
    return slug.success ? members.clinicNamed(slug.data) : undefined;
  }
}

/** For people who run the deployment, whose role allows `right`. */
export const asOperator = (right: Right, work: Work<Operator>): Route =>
  asSignedIn(async (request, { userId, platformRole: role }) =>
    role && allows(role, right)
      ? work(request, { userId, role })
      : errorAnswer(403, 'not-allowed', 'This is for the people who run the deployment.'),
  );
