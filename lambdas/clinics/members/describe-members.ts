import * as z from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { InvitedEmail } from '#domain/clinics/members/invitation.ts';
import { PlatformRole, Role } from '#domain/clinics/members/member.ts';
import { refusals } from '#lambdas/describe-refusals.ts';
import { chosenClinic, doorErrors, inPath, json, operationsOf, sent } from '#lambdas/describe-signed-in.ts';
import { bodyRefusals } from '#lambdas/json-body.ts';
import { ChangedRole, notChanged } from './answer-member-request.ts';
import { forOwners } from './for-owners.ts';
import { AskedInvitation, changedInvitation, noInvitation, notInvited } from './invitation-routes.ts';

const UserId = z.string().meta({ description: 'The `sub` of their tokens.' });
const Membership = z.object({ userId: UserId, role: Role }).meta({ id: 'Membership' });
const Instant = z.iso.datetime({ precision: 3 });
const Invitation = z
  .object({
    invitationId: z.string(),
    email: z.string(),
    role: Role,
    invitedBy: z.string(),
    invitedAt: Instant,
    until: Instant.optional().meta({ description: 'Until when its link is good.' }),
    mail: z.enum(['on-its-way', 'sent', 'bounced', 'ended']),
  })
  .meta({ id: 'Invitation' });
const person = inPath('userId');

const operation = operationsOf('members');
const errors = (...answers: Parameters<typeof refusals>[0]) => refusals(answers, doorErrors);
const changes = [forOwners, ...Object.values(notChanged)];

/** Who somebody is, and who is a member of a clinic. */
export const memberPaths = (): ZodOpenApiPathsObject => ({
  '/api/me': {
    get: operation('me', 'Who I am, and of which clinics', {
      responses: {
        '200': json(
          'You',
          z
            .object({
              userId: UserId,
              platformRole: PlatformRole.optional(),
              clinics: z.array(z.object({ clinicId: z.string(), role: Role })),
            })
            .meta({ id: 'Me' }),
        ),
        '401': doorErrors['401'],
      },
    }),
  },
  '/api/members': {
    get: operation('listMembers', 'List the members', {
      parameters: [chosenClinic],
      responses: {
        '200': json(
          'Oldest first',
          z.object({
            members: z.array(
              Membership.extend({
                since: Instant,
                email: InvitedEmail.optional().describe(
                  'Where they were last invited, when they came by an invitation.',
                ),
              }).meta({ id: 'Member' }),
            ),
          }),
        ),
        ...doorErrors,
      },
    }),
  },
  '/api/members/{userId}': {
    put: operation('changeMember', 'Give a member another role', {
      parameters: [chosenClinic, person],
      requestBody: sent(ChangedRole),
      responses: { '200': json('Changed', Membership), ...errors(...bodyRefusals, ...changes) },
    }),
    delete: operation('removeMember', 'Remove a member', {
      parameters: [chosenClinic, person],
      responses: { '204': { description: 'Gone' }, ...errors(...changes) },
    }),
  },
  '/api/invitations': {
    get: operation('listInvitations', 'List those who were invited and have not answered', {
      parameters: [chosenClinic],
      responses: { '200': json('Awaited', z.object({ invitations: z.array(Invitation) })), ...doorErrors },
    }),
    post: operation('invite', 'Invite somebody by e-mail', {
      parameters: [chosenClinic],
      requestBody: sent(AskedInvitation),
      responses: {
        '200': json('Invited already; written to once more, if that was a while ago', Invitation),
        '201': json('Invited', Invitation),
        ...errors(...bodyRefusals, forOwners, ...Object.values(notInvited)),
      },
    }),
  },
  '/api/invitations/{invitationId}': {
    delete: operation('withdrawInvitation', 'Take an invitation back', {
      parameters: [chosenClinic, inPath('invitationId')],
      responses: {
        '204': { description: 'Taken back' },
        ...errors(noInvitation, forOwners, changedInvitation),
      },
    }),
  },
});
