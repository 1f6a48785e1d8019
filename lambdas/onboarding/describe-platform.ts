import * as z from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { Clinic } from '#domain/clinics/clinic.ts';
import { HeldNumber, OnboardingState, OnboardingStep, Wishes } from '#domain/onboarding/onboarding.ts';
import { refusals } from '#lambdas/describe-refusals.ts';
import { inPath, json, operationsOf, operatorErrors, sent } from '#lambdas/describe-signed-in.ts';
import { errorAnswer } from '#lambdas/http.ts';
import { bodyRefusals } from '#lambdas/json-body.ts';
import { unknownClinic } from './answer-platform-request.ts';
import { refusals as notBegun } from './begin-onboarding.ts';

const Joining = z
  .strictObject({
    ...Clinic.shape,
    numbers: Clinic.shape.numbers.optional().meta({ description: 'None, and no status, when a number is bought.' }),
    onboarding: Wishes.optional().meta({ description: 'What the clinic wants besides what it is.' }),
  })
  .meta({ id: 'JoiningClinic' });

const Progress = z
  .object({
    id: z.string().meta({ description: 'Of this one joining or leaving.' }),
    state: OnboardingState,
    underWay: z.boolean(),
    steps: z.array(
      z.object({ step: OnboardingStep, done: z.boolean(), at: z.iso.datetime({ precision: 3 }).optional() }),
    ),
    numbers: z.array(HeldNumber),
    failure: z.string().optional().meta({ description: 'Why it was undone.' }),
  })
  .meta({ id: 'OnboardingProgress' });
const Begun = z.object({ clinicId: z.string(), onboarding: Progress }).meta({ id: 'BegunOnboarding' });
const { id, slug, name, status } = Clinic.shape;
const Listed = z
  .object({
    id,
    slug,
    name,
    status,
    numbers: z.array(z.string()),
    onboarding: z.object({ id: z.string(), state: OnboardingState }).optional(),
  })
  .meta({ id: 'ListedClinic' });
const Found = z
  .object({
    clinicId: z.string(),
    clinic: z.object(Clinic.shape).meta({ id: 'WholeClinic' }).optional(),
    onboarding: Progress.optional(),
  })
  .meta({ id: 'FoundClinic' });

const begun = (description: string) => ({
  ...json(description, Begun),
  headers: z.object({ Location: z.string().meta({ header: {}, description: 'Where to see how it goes.' }) }),
});
const operation = operationsOf('platform');
const errors = (...answers: Parameters<typeof refusals>[0]) => refusals(answers, operatorErrors);
const conflicts = Object.entries({
  ...notBegun,
  'claim-taken': 'Says which slug, number or agent another clinic has.',
});
const conflictsOf = (...codes: (keyof typeof notBegun)[]) =>
  conflicts.flatMap(([code, why]) => (codes.some((one) => one === code) ? [errorAnswer(409, code, why)] : []));
const named = inPath('slug', z.string().meta({ description: 'Slug or id of the clinic.', example: 'clinique-benin' }));

/** The clinics of the deployment, for the people who run it. */
export const platformPaths = (): ZodOpenApiPathsObject => ({
  '/api/platform/clinics': {
    post: operation('onboardClinic', 'Take a clinic in', {
      description: 'A clinic file as JSON. Sent again it goes on where it stopped, and begins nothing twice.',
      requestBody: sent(Joining),
      responses: {
        '200': begun('It has joined already'),
        '202': begun('Under way'),
        ...errors(
          ...bodyRefusals,
          ...conflictsOf('clinic-exists', 'claim-taken', 'another-order', 'leaving', 'changed-meanwhile'),
        ),
      },
    }),
    get: operation('listClinics', 'List the clinics', {
      responses: { '200': json('All of them', z.object({ clinics: z.array(Listed) })), ...errors() },
    }),
  },
  '/api/platform/clinics/{slug}': {
    get: operation('readClinic', 'See a clinic, and how far its joining or leaving is', {
      parameters: [named],
      responses: { '200': json('As it stands', Found), ...errors(unknownClinic) },
    }),
    delete: operation('offboardClinic', 'Let a clinic go', {
      description: 'Its numbers are given back, its keys end, and what is kept of it gets its end.',
      parameters: [named],
      responses: {
        '200': begun('It has left already'),
        '202': begun('Under way'),
        ...errors(unknownClinic, ...conflictsOf('not-joined', 'changed-meanwhile')),
      },
    }),
  },
});
