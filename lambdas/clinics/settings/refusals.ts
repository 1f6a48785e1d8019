import * as z from 'zod';
import type { HttpAnswer } from '#lambdas/http.ts';
import type { CalendarRefusal } from '../calendar-refusals.ts';

/** Every refusal there is, with what to do. */
export const refusals = {
  'bad-json': [400, 'The body is not JSON. Send one JSON object.'],
  'operators-only': [
    403,
    'Numbers come and go by the people who run Frontdesk. Ask them; their language you may change.',
  ],
  'settings-unknown': [404, 'There are no such settings. GET /api/settings shows all there are.'],
  'entry-unknown': [404, 'There is no such entry at this clinic. Read the list again.'],
  'method-not-allowed': [
    405,
    'This is not done to these settings: single ones are PUT, lists take POST, PUT and DELETE.',
  ],
  'slug-taken': [409, 'This slug is or was another clinic’s. Choose another.'],
  'already-there': [409, 'This entry is there already. Change that one with PUT.'],
  'breaks-other-settings': [409, 'Other settings do not allow this. Change those named in conflicts first.'],
  'grid-in-use': [409, 'Times have been booked in the steps of this grid, so it stays.'],
  'provider-booked': [409, 'Somebody has an appointment there. Set active to false to offer nothing more.'],
  'operatory-booked': [409, 'Something is booked in this room. Set active to false to offer nothing more.'],
  'type-booked': [409, 'Appointments of this type are ahead. Set active to false to offer nothing more.'],
  'changed-meanwhile': [412, 'The clinic was changed since you read it. Read it again and decide anew.'],
  'body-too-large': [413, 'The body is larger than 100 KB. Send less at a time.'],
  'invalid-request': [422, 'Correct the fields named and send the request again.'],
  'acknowledgement-needed': [
    422,
    'E-mail leaves our hands. To change how much of a call it carries, send acknowledged with the same value as content.',
  ],
  'asked-too-often': [429, 'This address was written to often enough for today. Wait until somebody reads it.'],
  'if-match-needed': [428, 'Send the ETag of what you read as If-Match, so that nobody’s change is lost.'],
} as const satisfies Record<string, readonly [number, string]>;
export type SettingsRefusal = keyof typeof refusals;

const Problem = z.object({ path: z.string(), message: z.string() });

export const SettingsError = z
  .object({
    error: z.object({
      code: z
        .enum(Object.keys(refusals) as SettingsRefusal[])
        .meta({ description: 'Stable; docs/settings-api.md tells each.' }),
      message: z.string().meta({ description: 'What to do.' }),
      fields: z.array(Problem).optional().meta({ description: 'Every field that is wrong, by its place in the body.' }),
      conflicts: z
        .array(Problem.extend({ section: z.string(), id: z.string().optional() }))
        .optional()
        .meta({ description: 'What is in the way in other settings, by section, entry and place.' }),
    }),
  })
  .meta({ id: 'SettingsError' });

type More = Pick<z.input<typeof SettingsError>['error'], 'fields' | 'conflicts'>;

export function refuse(code: SettingsRefusal, more: More = {}): HttpAnswer {
  const [status, message] = refusals[code];
  const said = Object.fromEntries(Object.entries(more).filter(([, list]) => list?.length));
  return { status, body: { error: { code, message, ...said } } };
}

/** What the calendars forbid, by its code. */
export const bookedCode: Record<CalendarRefusal['what'], SettingsRefusal> = {
  grid: 'grid-in-use',
  provider: 'provider-booked',
  operatory: 'operatory-booked',
  type: 'type-booked',
};
