import * as z from 'zod';
import type { ZodOpenApiResponsesObject } from 'zod-openapi';
import { clinicHeader } from './signed-in.ts';

/** How people prove who they are, in the description of the API. */
export const signedIn = [{ signedIn: [] }];

/** Which of their clinics a request is for. */
export const chosenClinic = z
  .string()
  .optional()
  .meta({
    param: { name: clinicHeader, in: 'header' },
    description: 'Id or slug of the clinic, for members of several.',
    example: 'clinique-benin',
  });

const DoorError = z
  .object({ error: z.object({ code: z.string(), message: z.string() }) })
  .meta({ id: 'SignedInError' });
const refused = (description: string) => ({ description, content: { 'application/json': { schema: DoorError } } });

/** What any request of people may be answered before its work begins. */
export const doorErrors = {
  '400': refused('`clinic-needed`: you are a member of several clinics; name one.'),
  '401': { description: 'No access token of ours, or none that is still good.' },
  '403': refused('`not-a-member` of this clinic, or `not-allowed` by your role there.'),
} satisfies ZodOpenApiResponsesObject;
