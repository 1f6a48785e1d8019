import { answerCallRequest, callRoutes } from '#lambdas/conversations/outbound/answer-call-request.ts';
import { derivedUuid, OutboundCallId } from '#domain/ids.ts';
import { cotonou, elsewhere } from '#test/fakes/conversation.ts';
import { appointment, callingWorld, theo } from '#test/conversations/outbound/world.ts';
import type { SignedInRoute } from './routes.ts';
import type { SignedInWorld } from './signed-in-world.ts';

const callOf = (clinicId: string) => OutboundCallId.parse(derivedUuid('a call of', clinicId));

/** Calls of both clinics, of which one has a patient who may be called. */
const calls =
  ({ members, asked, clock }: SignedInWorld): ReturnType<SignedInRoute['answer']> =>
  async (request) => {
    const world = await callingWorld();
    const { clinic, consents, calls: kept, place } = world;
    for (const clinicId of [cotonou, elsewhere]) {
      const call = { clinicId, callId: callOf(clinicId), purpose: 'call-back', via: 'twilio', language: 'fr' } as const;
      const numbers = { from: '+12025550142', to: '+12025550119' };
      const rest = { wishHash: '', day: '2026-10-04', createdAtMs: 0 };
      await kept.reserve({ ...call, ...numbers, ...rest }, { callsPerDay: 9, callsPerNumber: 9 }, {} as never);
    }
    const profiles = [clinic, { ...clinic, id: elsewhere }];
    return answerCallRequest({
      ...world,
      clock,
      members,
      clinics: { profile: async (id) => profiles.find((one) => one.id === id) },
      consents: {
        ...consents,
        async withdraw(clinicId, ...rest) {
          asked.push(`consent at ${clinicId}`);
          await consents.withdraw(clinicId, ...rest);
        },
      },
      async place(of, ...rest) {
        const placed = await place(of, ...rest);
        if (placed.outcome === 'placed') asked.push(`call of ${of.id}`);
        return placed;
      },
    })(request);
  };

const key = { 'idempotency-key': 'k1' };
const reminder = { kind: 'appointment-reminder', appointmentId: appointment().appointmentId };

export const callsSignedIn: Readonly<Record<keyof typeof callRoutes, SignedInRoute>> = {
  'POST /api/calls': { right: callRoutes['POST /api/calls'], answer: calls, headers: key, body: reminder },
  'GET /api/calls/{callId}': {
    right: callRoutes['GET /api/calls/{callId}'],
    answer: calls,
    path: { callId: callOf(cotonou) },
    foreign: { callId: callOf(elsewhere) },
  },
  'PUT /api/patients/{patientId}/call-consent': {
    right: callRoutes['PUT /api/patients/{patientId}/call-consent'],
    answer: calls,
    path: { patientId: theo.patientId },
    body: { given: false },
    foreign: { patientId: derivedUuid('a patient of', elsewhere) },
  },
};
