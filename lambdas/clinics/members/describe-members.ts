import * as z from 'zod';
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject, ZodOpenApiResponseObject } from 'zod-openapi';
import { PlatformRole, Role } from '#domain/clinics/members/member.ts';
import { chosenClinic, doorErrors, signedIn } from '#lambdas/describe-signed-in.ts';
import { ChangedRole } from './answer-member-request.ts';
import { AskedInvitation } from './invitation-routes.ts';

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
const person = z.string().meta({ param: { name: 'userId', in: 'path' } });

const json = (description: string, schema: z.ZodType): ZodOpenApiResponseObject => ({
  description,
  content: { 'application/json': { schema } },
});
const operation = (
  operationId: string,
  summary: string,
  more: Omit<ZodOpenApiOperationObject, 'operationId'>,
): ZodOpenApiOperationObject => ({
  operationId,
  summary,
  tags: ['members'],
  security: signedIn,
  ...more,
});
const notFound = { description: '`member-unknown`: there is no such member at this clinic.' };
const conflict = { description: '`last-owner`: the clinic needs another owner first; `changed-meanwhile`.' };

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
            members: z.array(Membership.extend({ since: Instant }).meta({ id: 'Member' })),
          }),
        ),
        ...doorErrors,
      },
    }),
  },
  '/api/members/{userId}': {
    put: operation('changeMember', 'Give a member another role', {
      parameters: [chosenClinic, person],
      requestBody: { required: true, content: { 'application/json': { schema: ChangedRole } } },
      responses: { '200': json('Changed', Membership), ...doorErrors, '404': notFound, '409': conflict },
    }),
    delete: operation('removeMember', 'Remove a member', {
      parameters: [chosenClinic, person],
      responses: { '204': { description: 'Gone' }, ...doorErrors, '404': notFound, '409': conflict },
    }),
  },
  '/api/invitations': {
    get: operation('listInvitations', 'List those who were invited and have not answered', {
      parameters: [chosenClinic],
      responses: { '200': json('Awaited', z.object({ invitations: z.array(Invitation) })), ...doorErrors },
    }),
    post: operation('invite', 'Invite somebody by e-mail', {
      parameters: [chosenClinic],
      requestBody: { required: true, content: { 'application/json': { schema: AskedInvitation } } },
      responses: {
        '200': json('Invited already; written to once more, if that was a while ago', Invitation),
        '201': json('Invited', Invitation),
        ...doorErrors,
        '409': { description: '`too-many-invitations` await an answer.' },
        '429': { description: '`invited-too-often` within a day.' },
      },
    }),
  },
  '/api/invitations/{invitationId}': {
    delete: operation('withdrawInvitation', 'Take an invitation back', {
      parameters: [chosenClinic, z.string().meta({ param: { name: 'invitationId', in: 'path' } })],
      responses: {
        '204': { description: 'Taken back' },
        ...doorErrors,
        '404': { description: '`invitation-unknown`: there is no such invitation that awaits an answer.' },
        '409': { description: '`changed-meanwhile`.' },
      },
    }),
  },
});
