import { createHash } from 'node:crypto';
import * as z from 'zod';
import { type Clock, isoInstant } from '#domain/clock.ts';
import type { ClinicProfile, ClinicStore } from '#domain/clinics/clinic-store.ts';
import type { Member, MemberStore } from '#domain/clinics/members/member.ts';
import type { Right } from '#domain/clinics/members/rights.ts';
import type { ConversationStore } from '#domain/conversations/conversation-store.ts';
import { type CallConsents, ConsentWay } from '#domain/conversations/outbound/call-consent.ts';
import type { CallRefusal } from '#domain/conversations/outbound/may-call.ts';
import type { OutboundCall, OutboundCalls } from '#domain/conversations/outbound/outbound-call.ts';
import { type CallActor, CallWish, type PlacedCall } from '#domain/conversations/outbound/place-outbound-call.ts';
import { derivedUuid, OutboundCallId, PatientId } from '#domain/ids.ts';
import type { PatientStore } from '#domain/scheduling/patients/patient-store.ts';
import { errorAnswer, type HttpAnswer, type HttpRequest } from '#lambdas/http.ts';
import { bodyOf } from '#lambdas/json-body.ts';
import { asMember } from '#lambdas/signed-in.ts';

interface Deps {
  members: Pick<MemberStore, 'of' | 'clinicNamed'>;
  clinics: Pick<ClinicStore, 'profile'>;
  calls: Pick<OutboundCalls, 'get'>;
  conversations: Pick<ConversationStore, 'get'>;
  patients: Pick<PatientStore, 'get'>;
  consents: CallConsents;
  place(clinic: ClinicProfile, callId: OutboundCallId, wish: CallWish, by: CallActor): Promise<PlacedCall>;
  clock: Clock;
}

type Work = (request: HttpRequest) => Promise<HttpAnswer>;

/** The routes of calls we make, and the right each asks for. */
export const callRoutes = {
  'POST /api/calls': 'calls.make',
  'GET /api/calls/{callId}': 'calls.read',
  'PUT /api/patients/{patientId}/call-consent': 'calls.make',
} as const satisfies Record<string, Right>;

export const Consent = z.discriminatedUnion('given', [
  z.strictObject({ given: z.literal(true), way: ConsentWay }),
  z.strictObject({ given: z.literal(false) }),
]);

/** Printable ASCII, quoted or not, as everywhere else. */
const IdempotencyKey = /^"?([\x21\x23-\x7e]{1,200})"?$/;

export const nobody = {
  appointment: errorAnswer(404, 'appointment-unknown', 'There is no such appointment at this clinic.'),
  'appointment-over': errorAnswer(
    409,
    'appointment-over',
    'This appointment is over or was cancelled: nobody is reminded of it.',
  ),
  patient: errorAnswer(404, 'patient-unknown', 'There is no such patient at this clinic.'),
  message: errorAnswer(
    404,
    'message-unknown',
    'Nobody left a message with a number in this conversation within the last 14 days.',
  ),
} as const;

const reasons: Record<CallRefusal, string> = {
  'calls-refused': 'This person asked not to be called any more. Do not call them by other means on their behalf.',
  'no-consent':
    'This patient has not agreed to be called by the agent. Ask them, then record it with PUT /api/patients/{patientId}/call-consent.',
  'number-not-callable':
    'None of the numbers on file can be called: look at them, and at outbound.countries in the clinic’s settings.',
  'quiet-hours': 'It is too early or too late where they are. Send the same request again after `callableFrom`.',
};
export const notAllowed = (reason: CallRefusal, fromMs?: number): HttpAnswer => {
  const callableFrom = fromMs === undefined ? undefined : isoInstant(fromMs);
  return { status: 409, body: { error: { code: reason, message: reasons[reason], callableFrom } } };
};

export const keyNeeded = errorAnswer(
  400,
  'idempotency-key-needed',
  'Send a key of your own choosing in the header Idempotency-Key, so that nobody is called twice.',
);
export const notActive = errorAnswer(
  409,
  'clinic-not-active',
  'This clinic is not active, so nobody is called in its name.',
);
export const noSuchCall = errorAnswer(404, 'call-unknown', 'There is no such call at this clinic.');
export const noNumber = errorAnswer(409, 'no-number', 'This patient has no telephone number on file.');
export const notDialled = errorAnswer(
  503,
  'vendor-unavailable',
  'Nobody was called. Send the same request again with the same key.',
);
export const vendorRefused = errorAnswer(
  502,
  'vendor-refused',
  'The telephone vendor does not place this call, and said so for good.',
);
export const apiKeyRefused = errorAnswer(
  409,
  'api-key-refused',
  'Nobody was called: Retell refuses the API key of the clinic’s own account. Let an owner give another under credentials, then send the same request again with the same key.',
);
export const outcomeUnknown = (callId: string): HttpAnswer =>
  errorAnswer(
    409,
    'outcome-unknown',
    `The vendor’s answer is not known yet. Look at GET /api/calls/${callId} and send no new key: it may be ringing.`,
  );

export const refusals: Record<'key-reused' | 'calls-off' | 'clinic-cap' | 'number-cap', HttpAnswer> = {
  'key-reused': errorAnswer(409, 'idempotency-key-reused', 'This key was sent with another request. Choose a new one.'),
  'calls-off': errorAnswer(
    409,
    'calls-off',
    'This clinic makes no calls. Turn on outbound.calls in its settings first.',
  ),
  'clinic-cap': errorAnswer(
    429,
    'daily-cap',
    'The clinic has made as many calls today as outbound.callsPerDay allows.',
  ),
  'number-cap': errorAnswer(
    429,
    'number-cap',
    'This number was called as often today as outbound.callsPerNumber allows.',
  ),
};

/** Calls clinics make through their agent, and what patients have agreed to. */
export function answerCallRequest({
  members,
  clinics,
  calls,
  conversations,
  patients,
  consents,
  place,
  clock,
}: Deps): Work {
  const of = (right: Right, work: (request: HttpRequest, by: Member) => Promise<HttpAnswer>): Work =>
    asMember({ members }, right, work);

  const actorOf = ({ userId }: Member, { requestId }: HttpRequest): CallActor => ({
    actorType: 'user',
    actorId: userId,
    requestId,
  });

  async function make(request: HttpRequest, by: Member): Promise<HttpAnswer> {
    const [, key] = IdempotencyKey.exec(request.headers['idempotency-key']?.trim() ?? '') ?? [];
    if (key === undefined) return keyNeeded;
    const wanted = bodyOf(CallWish, request);
    if ('refused' in wanted) return wanted.refused;
    const clinic = await clinics.profile(by.clinicId);
    if (clinic?.status !== 'active') return notActive;
    const hash = createHash('sha256').update(key).digest('hex');
    const callId = OutboundCallId.parse(derivedUuid('outbound-call', clinic.id, hash));
    return answerOf(await place(clinic, callId, wanted.body, actorOf(by, request)));
  }

  async function read(request: HttpRequest, { clinicId }: Member): Promise<HttpAnswer> {
    const callId = OutboundCallId.safeParse(request.pathParameters.callId);
    const call = callId.success ? await calls.get(clinicId, callId.data) : undefined;
    if (!call) return noSuchCall;
    const conversation = call.conversationId && (await conversations.get(clinicId, call.conversationId));
    const { status, reached, outcome, durationMs } = conversation || {};
    const known = { status, reached, outcome, durationMs };
    return { status: 200, body: { ...shown(call), ...(conversation && { conversation: known }) } };
  }

  async function consent(request: HttpRequest, by: Member): Promise<HttpAnswer> {
    const wanted = bodyOf(Consent, request);
    if ('refused' in wanted) return wanted.refused;
    const patientId = PatientId.safeParse(request.pathParameters.patientId);
    const patient = patientId.success ? await patients.get(by.clinicId, patientId.data) : undefined;
    if (!patient) return nobody.patient;
    const { clinicId } = by;
    const { phones: numbers } = patient;
    if (!wanted.body.given) {
      await consents.withdraw(clinicId, patient.patientId, actorOf(by, request));
      return { status: 200, body: { patientId: patient.patientId, given: false } };
    }
    if (!numbers.length) return noNumber;
    const { way } = wanted.body;
    const given = { numbers, way, givenAtMs: clock.now() };
    await consents.give(clinicId, patient.patientId, given, actorOf(by, request));
    const since = isoInstant(given.givenAtMs);
    return { status: 200, body: { patientId: patient.patientId, given: true, way, since, numbers: numbers.length } };
  }

  const works: Record<keyof typeof callRoutes, Work> = {
    'POST /api/calls': of(callRoutes['POST /api/calls'], make),
    'GET /api/calls/{callId}': of(callRoutes['GET /api/calls/{callId}'], read),
    'PUT /api/patients/{patientId}/call-consent': of(callRoutes['PUT /api/patients/{patientId}/call-consent'], consent),
  };

  return async (request) => {
    const work = works[request.route as keyof typeof works];
    if (!work) throw new Error('a route was wired to calls that they do not know');
    return work(request);
  };
}

function answerOf(placed: PlacedCall): HttpAnswer {
  switch (placed.outcome) {
    case 'placed':
      return { status: placed.replayed ? 200 : 201, body: shown(placed.call) };
    case 'nobody-to-call':
      return nobody[placed.reason];
    case 'not-allowed':
      return notAllowed(placed.reason, placed.fromMs);
    case 'not-dialled':
      return placed.keyRefused ? apiKeyRefused : notDialled;
    case 'vendor-refused':
      return vendorRefused;
    case 'unknown':
      return outcomeUnknown(placed.call.callId);
    default:
      return refusals[placed.outcome];
  }
}

/** Nothing of the patient but what the one who asked has named. */
const shown = ({ callId, purpose, via, state, conversationId, reason, createdAtMs }: OutboundCall) => ({
  callId,
  kind: purpose,
  via,
  state,
  conversationId,
  reason,
  createdAt: isoInstant(createdAtMs),
});
