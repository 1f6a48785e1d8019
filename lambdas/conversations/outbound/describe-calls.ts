import * as z from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { Outcome, Reached, statuses } from '#domain/conversations/conversation.ts';
import { ConsentWay } from '#domain/conversations/outbound/call-consent.ts';
import { callRefusals } from '#domain/conversations/outbound/may-call.ts';
import { OutboundPurpose, OutboundState, OutboundVendor } from '#domain/conversations/outbound/outbound-call.ts';
import { CallWish } from '#domain/conversations/outbound/place-outbound-call.ts';
import { refusals } from '#lambdas/describe-refusals.ts';
import { chosenClinic, doorErrors, inPath, json, operationsOf, sent } from '#lambdas/describe-signed-in.ts';
import { bodyRefusals } from '#lambdas/json-body.ts';
import {
  apiKeyRefused,
  Consent,
  keyNeeded,
  noNumber,
  noSuchCall,
  nobody,
  notActive,
  notAllowed,
  notDialled,
  outcomeUnknown,
  refusals as whyNot,
  vendorRefused,
} from './answer-call-request.ts';

const Instant = z.iso.datetime({ precision: 3 });

const Call = z.object({
  callId: z.string(),
  kind: OutboundPurpose,
  via: OutboundVendor,
  state: OutboundState.meta({
    description:
      '`reserved`: whether the vendor took it is not known. `free`: nobody was called, and it may be asked for again.',
  }),
  conversationId: z.string().optional().meta({ description: 'Once the vendor has named it.' }),
  reason: z.string().optional().meta({ description: 'Why the vendor refused.' }),
  createdAt: Instant,
});
const FollowedCall = Call.extend({
  conversation: z
    .object({
      status: z.enum(statuses).optional(),
      reached: Reached.optional(),
      outcome: Outcome.optional(),
      durationMs: z.number().optional(),
    })
    .optional()
    .meta({ description: 'Once there is one.' }),
});
const Given = z
  .discriminatedUnion('given', [
    z.object({
      patientId: z.string(),
      given: z.literal(true),
      way: ConsentWay,
      since: Instant,
      numbers: z.int().meta({ description: 'On how many numbers of the patient.' }),
    }),
    z.object({ patientId: z.string(), given: z.literal(false) }),
  ])
  .meta({ id: 'CallConsent' });

const operation = operationsOf('calls');
const errors = (...answers: Parameters<typeof refusals>[0]) => refusals(answers, doorErrors);
const { patient, ...others } = nobody;
const called = Call.meta({ id: 'Call' });

/** Calls a clinic makes through its agent. */
export const callPaths = (): ZodOpenApiPathsObject => ({
  '/api/calls': {
    post: operation('makeCall', 'Have somebody called', {
      description:
        'Whom, is said by an appointment, a patient or a message, never by a number. Quiet hours, consent and limits are looked at each time; when it is too early or too late, `error.callableFrom` says from when on it is not.',
      parameters: [
        chosenClinic,
        z.string().meta({
          param: { name: 'Idempotency-Key', in: 'header' },
          description: 'Of your choice, for this one call. Sent again, nobody is called again.',
        }),
      ],
      requestBody: sent(CallWish.meta({ id: 'CallWish' })),
      responses: {
        '200': json('Asked for before under this key', called),
        '201': json('It is placed', called),
        ...errors(
          keyNeeded,
          ...bodyRefusals,
          patient,
          ...Object.values(others),
          notActive,
          ...callRefusals.map((reason) => notAllowed(reason)),
          ...Object.values(whyNot),
          outcomeUnknown('{callId}'),
          vendorRefused,
          notDialled,
          apiKeyRefused,
        ),
      },
    }),
  },
  '/api/calls/{callId}': {
    get: operation('readCall', 'See how far a call is', {
      parameters: [chosenClinic, inPath('callId')],
      responses: { '200': json('As it stands', FollowedCall.meta({ id: 'FollowedCall' })), ...errors(noSuchCall) },
    }),
  },
  '/api/patients/{patientId}/call-consent': {
    put: operation('recordCallConsent', 'Record that a patient agrees to be called, or no more', {
      parameters: [chosenClinic, inPath('patientId')],
      requestBody: sent(Consent.meta({ id: 'CallConsentSent' })),
      responses: { '200': json('Recorded', Given), ...errors(...bodyRefusals, patient, noNumber) },
    }),
  },
});
