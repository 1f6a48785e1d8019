import * as z from 'zod';
import { createDocument, type CreateDocumentOptions, type ZodOpenApiPathsObject } from 'zod-openapi';
import { agentPaths } from './clinics/agents/describe-agents.ts';
import { linkPaths } from './clinics/links/describe-links.ts';
import { memberPaths } from './clinics/members/describe-members.ts';
import { settingsPaths } from './clinics/settings/describe-settings.ts';
import { instructionPaths } from './conversations/instructions/describe-instructions.ts';
import { callPaths } from './conversations/outbound/describe-calls.ts';
import { chatPaths } from './conversations/texting/describe-chat.ts';
import { json } from './describe-signed-in.ts';
import { platformPaths } from './onboarding/describe-platform.ts';
import { bookingPaths } from './scheduling/api/describe-booking.ts';

/**
 * A format says enough: the expression that checks leap years helps no reader. Answers may get more fields one day, and
 * a client that was made from today's description must not refuse them.
 */
const readable: CreateDocumentOptions['override'] = ({ jsonSchema, io }) => {
  if (jsonSchema.format) delete jsonSchema.pattern;
  if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
  // The bounds of JavaScript are nobody's business.
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
};

const openPaths: ZodOpenApiPathsObject = {
  '/health': {
    get: {
      operationId: 'health',
      tags: ['this API'],
      summary: 'See that requests are answered',
      security: [],
      responses: { '200': json('They are', z.object({ status: z.literal('ok') })) },
    },
  },
  '/api/openapi.json': {
    get: {
      operationId: 'describeApi',
      tags: ['this API'],
      summary: 'Read this description',
      security: [],
      responses: { '200': json('OpenAPI 3.1', z.looseObject({ openapi: z.string() })) },
    },
  },
};

/**
 * What clinics' own software, the people of clinics, visitors of their sites and the people who run the deployment may
 * ask, in OpenAPI 3.1, made from the very schemas that requests are read with and the refusals they are answered.
 */
export const apiDocument = () =>
  createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'Frontdesk API',
        version: '1.2.0',
        description:
          'Free times, bookings and calendars of one clinic, for its own software: the API key says which clinic. Settings, members, instructions, agents and calls of a clinic, for its people: they sign in, and their membership says which clinic. The chat of a clinic’s site, for its visitors. Clinics that come and go, for the people who run the deployment. Instants are ISO 8601 with an offset in requests and UTC in answers; ids are opaque.',
      },
      servers: [{ url: '/' }],
      tags: [
        'booking',
        'calendar feed',
        'settings',
        'members',
        'instructions',
        'agents',
        'credentials',
        'calls',
        'chat',
        'links',
        'platform',
        'this API',
      ].map((name) => ({ name })),
      paths: {
        ...bookingPaths(),
        ...settingsPaths(),
        ...memberPaths(),
        ...instructionPaths(),
        ...agentPaths(),
        ...callPaths(),
        ...chatPaths(),
        ...linkPaths(),
        ...platformPaths(),
        ...openPaths,
      },
      components: {
        securitySchemes: {
          signedIn: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description: 'The access token of somebody who signed in; docs/sign-in.md.',
          },
          apiKey: { type: 'http', scheme: 'bearer', description: 'The clinic’s API key, `fdk_…`.' },
          chatToken: { type: 'http', scheme: 'bearer', description: 'The token with which a chat was begun.' },
        },
      },
    },
    { override: readable },
  );
