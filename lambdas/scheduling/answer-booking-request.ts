import type { ApiKeyStore } from '#domain/clinics/keys/api-key.ts';
import type { ClinicProfile, ClinicStore } from '#domain/clinics/clinic-store.ts';
import { errorFields, type LogFields } from '#domain/log.ts';
import type { AnsweredRequests } from '#domain/scheduling/answered-requests.ts';
import { fieldProblems } from '#lambdas/field-problems.ts';
import type { HttpAnswer, HttpRequest } from '#lambdas/http.ts';
import type { ActionDeps } from './actions/act.ts';
import { actions } from './actions/actions.ts';
import type { ApiCall } from './actions/api-call.ts';
import { apiHolders } from './actions/slot-tokens.ts';
import { authenticate } from './api/authenticate.ts';
import { fieldProblem } from './api/field-problem.ts';
import { answerOnce, idempotencyKeyHash, requestHash } from './api/idempotent.ts';
import { type Answered, refuse } from './api/refusals.ts';
import { BookingRequest, changes } from './api/requests.ts';

interface Deps extends ActionDeps {
  keys: Pick<ApiKeyStore, 'get'>;
  clinics: Pick<ClinicStore, 'profile'>;
  answered: AnsweredRequests;
}

const largestBodyBytes = 100_000;

/**
 * Answers clinics' own software: one body whose `action` decides, the same work and rules as the voice agent's tools. The
 * clinic is that of the API key. Never throws: what fails on our side is `retry-later`, and asking again is safe.
 */
export function answerBookingRequest(deps: Deps) {
  const { clock, log } = deps;
  const whose = authenticate(deps);
  const once = answerOnce(deps);
  const act = actions(deps);

  async function answerFor(
    clinic: ClinicProfile,
    keyId: string,
    request: HttpRequest,
    told: LogFields,
  ): Promise<Answered> {
    const json = parsed(request.rawBody);
    if (json === undefined) return refuse('bad-json');
    const read = BookingRequest.safeParse(json);
    if (!read.success) return refuse('invalid-request', { fields: fieldProblems(json, read.error, 'this action') });
    const body = read.data;
    told.tool = body.action;

    const condition = ifMatch(request.headers['if-match']);
    if (condition === 'invalid') return fieldProblem('If-Match', ifMatchMessage);
    const chosen = request.headers['idempotency-key'];
    const keyHash = chosen === undefined ? undefined : idempotencyKeyHash(chosen);
    if (chosen !== undefined && !keyHash) return fieldProblem('Idempotency-Key', idempotencyKeyMessage);

    // Whatever ties repetitions of one wish together, so that the second finds what the first one did.
    const requestName = keyHash?.slice(0, 40) ?? request.requestId.replace(/[^A-Za-z0-9_-]/g, '-');
    const session = body.session ?? requestName;
    const call: Omit<ApiCall, 'again'> = {
      clinic,
      requester: {
        kind: 'staff',
        holder: `${apiHolders}${keyId}_${session}`,
        actor: { actorType: 'user', actorId: `api-key_${keyId}`, requestId: request.requestId },
      },
      requestName,
      ...(condition !== undefined && { expectedVersion: condition }),
    };
    if (!keyHash || !changes(body)) return act(body, { ...call, again: false });
    const name = { clinicId: clinic.id, apiKeyId: keyId, keyHash };
    const hash = requestHash(request.rawBody, request.headers['if-match']);
    return once(name, hash, (again) => act(body, { ...call, again }));
  }

  return async (request: HttpRequest): Promise<HttpAnswer> => {
    const startedAt = clock.now();
    const { requestId } = request;
    const told: LogFields = { requestId };
    try {
      if (request.rawBody.byteLength > largestBodyBytes) {
        log.warn('body.too-large', { requestId, count: request.rawBody.byteLength });
        return withoutCode(refuse('body-too-large'));
      }
      const known = await whose(request.headers.authorization, startedAt);
      if ('refused' in known) return withoutCode(known.refused);
      told.clinicId = known.clinic.id;
      const answer = await answerFor(known.clinic, known.keyId, request, told);
      log.info('booking.answered', { ...told, outcome: answer.code, durationMs: clock.now() - startedAt });
      return withoutCode(answer);
    } catch (error) {
      log.error('request.failed', { ...told, route: 'POST /api/booking', ...errorFields(error) });
      return withoutCode(refuse('retry-later', { headers: { 'retry-after': '1' } }));
    }
  };
}

const withoutCode = ({ code: _code, headers, ...answer }: Answered): HttpAnswer => ({
  ...answer,
  // Answers are of one moment and about patients: nothing on the way may keep them.
  headers: { 'cache-control': 'no-store', ...headers },
});

function parsed(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString('utf8'));
  } catch {
    return undefined; // Not JSON: the answer says so.
  }
}

const ifMatchMessage = 'must be one ETag as it was answered, such as "3", or *';
const idempotencyKeyMessage = 'must be 1 to 200 visible ASCII characters without blanks, such as a UUID';

/** The version a change counts on; nothing without one, and for `*`: whatever stands. */
function ifMatch(header: string | undefined): number | undefined | 'invalid' {
  if (header === undefined || header.trim() === '*') return undefined;
  const [, version] = /^"(\d{1,9})"$/.exec(header.trim()) ?? [];
  return version === undefined ? 'invalid' : Number(version);
}
