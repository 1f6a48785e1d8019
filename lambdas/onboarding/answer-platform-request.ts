import { Slug } from '#domain/clinics/slug.ts';
import { clinicOf } from '#domain/clinics/clinic-store.ts';
import type { ClinicRegistry } from '#domain/clinics/clinic-registry.ts';
import { isoInstant } from '#domain/clock.ts';
import { ClinicId } from '#domain/ids.ts';
import {
  isUnderWay,
  joiningSteps,
  leavingSteps,
  type Onboarding,
  onboardingIdOf,
  type OrderedBy,
  stepsDone,
} from '#domain/onboarding/onboarding.ts';
import { badJson, invalidRequest } from '#lambdas/json-body.ts';
import { asOperator, type Operator } from '#lambdas/signed-in.ts';
import { errorAnswer, type HttpAnswer, type HttpRequest } from '#lambdas/http.ts';
import { type BeginDeps, beginLeaving, beginOnboarding, type Begun } from './begin-onboarding.ts';
import { readOnboardingFile } from './onboarding-file.ts';

interface Deps extends BeginDeps {
  clinics: Pick<ClinicRegistry, 'profile' | 'holders' | 'list' | 'find'>;
}

type Work = (request: HttpRequest) => Promise<HttpAnswer>;

export const unknownClinic = errorAnswer(
  404,
  'clinic-unknown',
  'There is no such clinic. Name it by its slug or its id.',
);

const byOperator = ({ userId }: Operator): OrderedBy => ({ actorType: 'platform', actorId: userId });

/** How it goes, step by step. */
function progressOf(onboarding: Onboarding) {
  const { state, done, numbers, failure } = onboarding;
  const steps = state === 'joining' || state === 'joined' ? joiningSteps : leavingSteps;
  const all = [...stepsDone(onboarding), ...steps.filter((step) => done[step] === undefined)];
  return {
    id: onboardingIdOf(onboarding),
    state,
    underWay: isUnderWay(onboarding),
    steps: all.map((step) => {
      const atMs = done[step];
      return atMs === undefined ? { step, done: false } : { step, done: true, at: isoInstant(atMs) };
    }),
    numbers,
    ...(failure !== undefined && { failure }),
  };
}

function begunAnswer(begun: Begun): HttpAnswer {
  if (begun.outcome === 'refused') return errorAnswer(409, begun.code, begun.why);
  const { clinicId } = begun.onboarding;
  return {
    status: begun.outcome === 'under-way' ? 202 : 200,
    headers: { location: `/api/platform/clinics/${clinicId}` },
    body: { clinicId, onboarding: progressOf(begun.onboarding) },
  };
}

/** The clinics of the deployment: how they join, how far they are, how they leave. For the people who run it. */
export function answerPlatformRequest(deps: Deps): Work {
  const { clinics, onboardings } = deps;
  const begin = beginOnboarding(deps);
  const leave = beginLeaving(deps);

  /** By slug, or by id: one that has just begun to join is found by its id alone. */
  async function named({ pathParameters }: HttpRequest): Promise<ClinicId | undefined> {
    const name = pathParameters.slug ?? '';
    const id = ClinicId.safeParse(name);
    if (id.success) return id.data;
    const slug = Slug.safeParse(name);
    return slug.success ? clinics.find(slug.data) : undefined;
  }

  const works = {
    'POST /api/platform/clinics': asOperator('platform.clinics.write', async (request, operator) => {
      const text = request.rawBody.toString('utf8');
      if (!isJsonObject(text)) return badJson;
      // JSON is YAML, so that a clinic sent and a clinic written in a file are read and told of alike.
      const { orders, problems } = readOnboardingFile('body', text);
      const [read] = orders;
      if (!read) return invalidRequest(problems.map(({ path = '', message }) => ({ path, message })));
      return begunAnswer(await begin(read.order, byOperator(operator), request.requestId));
    }),

    'GET /api/platform/clinics': asOperator('platform.clinics.read', async () => {
      const all = await clinics.list();
      const joined = new Map((await onboardings.ofClinics(all.map(({ id }) => id))).map((one) => [one.clinicId, one]));
      return {
        status: 200,
        body: {
          clinics: all.map(({ id, slug, name, status, numbers }) => {
            const onboarding = joined.get(id);
            return {
              id,
              slug,
              name,
              status,
              numbers: numbers.map(({ number }) => number),
              ...(onboarding && { onboarding: { id: onboardingIdOf(onboarding), state: onboarding.state } }),
            };
          }),
        },
      };
    }),

    'GET /api/platform/clinics/{slug}': asOperator('platform.clinics.read', async (request) => {
      const id = await named(request);
      if (!id) return unknownClinic;
      const [profile, onboarding] = await Promise.all([clinics.profile(id), onboardings.get(id)]);
      if (!profile && !onboarding) return unknownClinic;
      const clinic = profile && clinicOf(profile);
      return {
        status: 200,
        body: {
          clinicId: id,
          ...(profile && { clinic }),
          ...(onboarding && { onboarding: progressOf(onboarding) }),
        },
      };
    }),

    'DELETE /api/platform/clinics/{slug}': asOperator('platform.clinics.write', async (request, operator) => {
      const id = await named(request);
      const known = id && ((await clinics.profile(id)) ?? (await onboardings.get(id)));
      if (!known) return unknownClinic;
      return begunAnswer(await leave(id, byOperator(operator), request.requestId));
    }),
  } satisfies Record<string, Work>;

  return async (request) => {
    const work = works[request.route as keyof typeof works];
    if (!work) throw new Error('a route was wired to the clinics of the platform that they do not know');
    return work(request);
  };
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false; // A parse that fails is the answer.
  }
}
