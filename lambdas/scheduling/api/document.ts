import { createDocument, type CreateDocumentOptions, type ZodOpenApiResponseObject } from 'zod-openapi';
import { BookingAnswer, ErrorAnswer } from './answers.ts';
import { errorStatuses } from './refusals.ts';
import { BookingRequest } from './requests.ts';
import { memberPaths } from '#lambdas/clinics/members/describe-members.ts';
import { settingsPaths } from '#lambdas/clinics/settings/describe-settings.ts';
import * as z from 'zod';

const header = (name: string, description: string, example: string) =>
  z
    .string()
    .optional()
    .meta({ param: { name, in: 'header' }, description, example });

const etag = z.string().optional().meta({ header: {}, description: 'Version of the appointment, for If-Match.' });
const replayed = z
  .string()
  .optional()
  .meta({ header: {}, description: '`true` when this is the answer an earlier request with the same key got.' });
const retryAfter = z.string().meta({ header: {}, description: 'Seconds.' });

const reasons: Readonly<Record<string, string>> = {
  400: 'Not JSON',
  401: 'No API key, or one that does not work',
  403: 'Not for this key',
  404: 'No such thing at this clinic',
  409: 'Not as things stand',
  412: 'Changed since the version named in If-Match',
  413: 'Too large',
  422: 'Cannot be asked for like this',
  429: 'Too many requests',
  503: 'Something failed on our side; asking again is safe',
};

/** Errors of a status, with their codes and what each advises. */
function errors(status: number): ZodOpenApiResponseObject {
  const codes = errorStatuses.filter((one) => one.status === status);
  const lines = codes.map(({ code, message }) => `- \`${code}\`: ${message}`);
  return {
    description: [reasons[status], ...(lines.length ? ['', ...lines] : [])].join('\n'),
    ...(status === 503 && { headers: z.object({ 'Retry-After': retryAfter }) }),
    content: { 'application/json': { schema: ErrorAnswer } },
  };
}

const answered = (description: string): ZodOpenApiResponseObject => ({
  description,
  headers: z.object({ ETag: etag, 'Idempotency-Replayed': replayed }),
  content: { 'application/json': { schema: BookingAnswer } },
});

const text = (description: string, type: string): ZodOpenApiResponseObject => ({
  description,
  content: { [type]: { schema: { type: 'string' } } },
});

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

/**
 * What clinics' own software and the people of clinics may ask, in OpenAPI 3.1, made from the very schemas that requests
 * are read with and answers are typed by.
 */
export const apiDocument = () =>
  createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'Frontdesk API',
        version: '1.1.0',
        description:
          'Free times, bookings and calendars of one clinic, for its own software: the API key says which clinic. Settings and members of a clinic, for its people: they sign in, and their membership says which clinic. Instants are ISO 8601 with an offset in requests and UTC in answers; ids are opaque.',
      },
      servers: [{ url: '/' }],
      security: [{ apiKey: [] }],
      tags: [{ name: 'booking' }, { name: 'calendar feed' }, { name: 'settings' }, { name: 'members' }],
      paths: {
        '/api/booking': {
          post: {
            operationId: 'booking',
            tags: ['booking'],
            summary: 'Do one thing: `action` says which',
            parameters: [
              header(
                'Idempotency-Key',
                'A word of your choice for this one request. Sent again within 24 hours it is not done again: you get the first answer. Honoured by every action that changes something.',
                '7f1f5b1e-9f0a-4f6e-8f5c-0c1b2a3d4e5f',
              ),
              header(
                'If-Match',
                'ETag of the appointment as you have seen it. Honoured by reschedule, cancel and status.',
                '"3"',
              ),
            ],
            requestBody: { required: true, content: { 'application/json': { schema: BookingRequest } } },
            responses: {
              '200': answered('Done'),
              '201': answered('Done: something new was made'),
              ...Object.fromEntries(
                [400, 401, 403, 404, 409, 412, 413, 422, 429, 503].map((status) => [String(status), errors(status)]),
              ),
            },
          },
        },
        '/api/appointments.ics': {
          get: {
            operationId: 'calendarFeed',
            tags: ['calendar feed'],
            summary: 'A provider’s calendar, for calendar programs',
            description: 'RFC 5545, from yesterday to the horizon. Says what, where and when; never who.',
            security: [],
            parameters: [
              z.string().meta({ param: { name: 'token', in: 'query' }, description: 'The secret of the feed.' }),
            ],
            responses: {
              '200': text('The calendar', 'text/calendar'),
              '304': { description: 'Unchanged since the ETag in If-None-Match' },
              '404': { description: 'There is no such calendar' },
            },
          },
        },
        ...settingsPaths(),
        ...memberPaths(),
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
        },
      },
    },
    { override: readable },
  );
