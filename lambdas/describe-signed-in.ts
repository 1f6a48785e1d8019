import * as z from 'zod';
import type { ZodOpenApiOperationObject, ZodOpenApiResponsesObject } from 'zod-openapi';
import { refusals, refused } from './describe-refusals.ts';
import { internal } from './http.ts';
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

const faults = refusals([internal]);
const noToken = { '401': { description: 'No access token of ours, or none that is still good.' } };

/** What any request of people may be answered before its work begins. */
export const doorErrors = {
  '400': refused('`clinic-needed`: you are a member of several clinics; name one.'),
  ...noToken,
  '403': refused('`not-a-member` of this clinic, or `not-allowed` by your role there.'),
  ...faults,
} satisfies ZodOpenApiResponsesObject;

/** The same for those who run the deployment. */
export const operatorErrors = {
  ...noToken,
  '403': refused('`not-allowed`: this is for the people who run the deployment.'),
  ...faults,
} satisfies ZodOpenApiResponsesObject;

/** Makes the operations of a tag, which people ask who have signed in. */
export const operationsOf =
  (tag: string) =>
  (
    operationId: string,
    summary: string,
    more: Omit<ZodOpenApiOperationObject, 'operationId'>,
  ): ZodOpenApiOperationObject => ({ operationId, summary, tags: [tag], security: signedIn, ...more });

export const json = (description: string, schema: z.ZodType) => ({
  description,
  content: { 'application/json': { schema } },
});

export const sent = (schema: z.ZodType, required = true) => ({
  required,
  content: { 'application/json': { schema } },
});

/** A part of the path. */
export const inPath = (name: string, schema: z.ZodType = z.string()) => schema.meta({ param: { name, in: 'path' } });
