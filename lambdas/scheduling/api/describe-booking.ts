import * as z from 'zod';
import type { ZodOpenApiPathsObject, ZodOpenApiResponseObject } from 'zod-openapi';
import { BookingAnswer, ErrorAnswer } from './answers.ts';
import { errorStatuses } from './refusals.ts';
import { BookingRequest } from './requests.ts';

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

/** What clinics' own software asks: free times, bookings, calendars. */
export const bookingPaths = (): ZodOpenApiPathsObject => ({
  '/api/booking': {
    post: {
      operationId: 'booking',
      tags: ['booking'],
      security: [{ apiKey: [] }],
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
      parameters: [z.string().meta({ param: { name: 'token', in: 'query' }, description: 'The secret of the feed.' })],
      responses: {
        '200': text('The calendar', 'text/calendar'),
        '304': { description: 'Unchanged since the ETag in If-None-Match' },
        '404': { description: 'There is no such calendar' },
      },
    },
  },
});
