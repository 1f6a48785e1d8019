import { createInvitations } from '#domain/clinics/members/invitation.ts';
import type { Right } from '#domain/clinics/members/rights.ts';
import type { ClinicId, UserId } from '#domain/ids.ts';
import { answerMemberRequest } from '#lambdas/clinics/members/answer-member-request.ts';
import { answerSettingsRequest } from '#lambdas/clinics/settings/answer-settings-request.ts';
import type { HttpAnswer, HttpRequest } from '#lambdas/http.ts';
import { answerPlatformRequest } from '#lambdas/onboarding/answer-platform-request.ts';
import { elsewhere } from '#test/fakes/conversation.ts';
import { agentsSignedIn } from './agent-routes.ts';
import { callsSignedIn } from './call-routes.ts';
import { instructionsSignedIn } from './instruction-routes.ts';
import { joiningClinic } from '#test/onboarding/joining-clinic.ts';
import { type SignedInWorld, strangers, yours } from './signed-in-world.ts';

/** A route of people, and what it takes to ask it for something that is done once one may. */
export interface SignedInRoute {
  /** What a role must have; `signed-in`: nothing but a token. */
  right: Right | 'signed-in';
  /** What stands behind the route, with everything it keeps in memory. */
  answer(world: SignedInWorld): (request: HttpRequest) => Promise<HttpAnswer>;
  path?: Record<string, string>;
  headers?: Record<string, string>;
  body?: unknown;
  /** The same with ids of another clinic in the path: not found, and nothing done. */
  foreign?: Record<string, string>;
}

const members = ({ members, invitations: store, links, notices, clock }: SignedInWorld) => {
  const invitations = createInvitations({ invitations: store, members, links, notices, clock });
  return answerMemberRequest({ members, invitations, store, links, clock });
};
const settings = ({ members, clinics, clock, asked }: SignedInWorld) => {
  const ask = async (clinicId: ClinicId, recipientId: string) => {
    asked.push(`${clinicId} ${recipientId}`);
    return { outcome: 'asked' } as const;
  };
  return answerSettingsRequest({ members, clinics, verification: { ask }, clock });
};
const asRead = { headers: { 'if-match': '"1"' } };
const provider = { section: 'providers', id: yours.provider };
const foreign = { section: 'providers', id: strangers.provider };
const of = (userId: UserId | ClinicId) => ({ userId });

const platform = ({ clinics, onboardings, clock }: SignedInWorld) =>
  answerPlatformRequest({ clinics, onboardings, clock, workflow: { start: () => Promise.resolve('under-way') } });
const ofClinic = { slug: yours.slug };

/** Every route behind the sign-in. One that is missing here fails `test/stacks/guarantees.test.ts`. */
export const signedInRoutes: Readonly<Record<string, SignedInRoute>> = {
  'GET /api/me': { right: 'signed-in', answer: members },
  'GET /api/members': { right: 'members.read', answer: members },
  'GET /api/invitations': { right: 'members.read', answer: members },
  'POST /api/invitations': {
    right: 'members.manage',
    answer: members,
    body: { email: 'new@clinique.example', role: 'staff' },
  },
  'DELETE /api/invitations/{invitationId}': {
    right: 'members.manage',
    answer: members,
    path: { invitationId: yours.invitation },
    foreign: { invitationId: strangers.invitation },
  },
  'PUT /api/members/{userId}': {
    right: 'members.manage',
    answer: members,
    path: of(yours.colleague),
    body: { role: 'auditor' },
    foreign: of(strangers.member),
  },
  'DELETE /api/members/{userId}': {
    right: 'members.manage',
    answer: members,
    path: of(yours.colleague),
    foreign: of(elsewhere),
  },
  ...callsSignedIn,
  ...instructionsSignedIn,
  ...agentsSignedIn,

  'GET /api/settings': { right: 'settings.read', answer: settings },
  'GET /api/settings/{section}': { right: 'settings.read', answer: settings, path: { section: 'identity' } },
  'PUT /api/settings/{section}': {
    right: 'settings.write',
    answer: settings,
    ...asRead,
    path: { section: 'retention' },
    body: { recordingDays: 7 },
  },
  'POST /api/settings/{section}': {
    right: 'settings.write',
    answer: settings,
    ...asRead,
    path: { section: 'recipients' },
    body: { address: 'nuit@clinique.example' },
  },
  'GET /api/settings/{section}/{id}': { right: 'settings.read', answer: settings, path: provider, foreign },
  'PUT /api/settings/{section}/{id}': {
    right: 'settings.write',
    answer: settings,
    ...asRead,
    path: provider,
    body: { givenName: 'Ada', familyName: 'Essai' },
    foreign,
  },
  'DELETE /api/settings/{section}/{id}': {
    right: 'settings.write',
    answer: settings,
    ...asRead,
    path: provider,
    foreign,
  },
  'POST /api/platform/clinics': { right: 'platform.clinics.write', answer: platform, body: joiningClinic },
  'GET /api/platform/clinics': { right: 'platform.clinics.read', answer: platform },
  'GET /api/platform/clinics/{slug}': { right: 'platform.clinics.read', answer: platform, path: ofClinic },
  'DELETE /api/platform/clinics/{slug}': { right: 'platform.clinics.write', answer: platform, path: ofClinic },
};
