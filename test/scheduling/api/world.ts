import { createAnsweredRequests } from '#adapters/dynamodb/answered-requests.ts';
import { createApiKeyStore } from '#adapters/dynamodb/api-keys.ts';
import { createAppointmentStore } from '#adapters/dynamodb/appointments.ts';
import { createAuditTrail } from '#adapters/dynamodb/audit-trail.ts';
import { createCalendar } from '#adapters/dynamodb/calendar.ts';
import { createClinicRegistry } from '#adapters/dynamodb/clinic-registry.ts';
import { createClinicStore } from '#adapters/dynamodb/clinics.ts';
import { createPatientStore } from '#adapters/dynamodb/patients.ts';
import { createWaitlistStore } from '#adapters/dynamodb/waitlist.ts';
import { type ApiKey, type ApiKeyStore, mintApiKey } from '#domain/clinics/keys/api-key.ts';
import type { Clinic } from '#domain/clinics/clinic.ts';
import type { ClinicProfile } from '#domain/clinics/clinic-store.ts';
import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { ClinicId } from '#domain/ids.ts';
import { createScheduling } from '#domain/scheduling/create-scheduling.ts';
import type { HttpAnswer, HttpRequest } from '#lambdas/http.ts';
import { createSlotTokens } from '#lambdas/scheduling/actions/slot-tokens.ts';
import { answerBookingRequest } from '#lambdas/scheduling/answer-booking-request.ts';
import { apiDocument } from '#lambdas/api-document.ts';
import { BookingAnswer, ErrorAnswer } from '#lambdas/scheduling/api/answers.ts';
import { inMemoryAnsweredRequests } from '#test/fakes/answered-requests.ts';
import { inMemoryApiKeys } from '#test/fakes/api-keys.ts';
import { inMemoryCalendar } from '#test/fakes/calendar.ts';
import { clinicProfile } from '#test/fakes/clinic.ts';
import { inMemoryClinics } from '#test/fakes/clinics.ts';
import { standingClock } from '#test/fakes/clock.ts';
import type { TestDynamoDb } from '#test/fakes/dynamodb.ts';
import { rememberedLog } from '#test/fakes/log.ts';
import { inMemoryPatients } from '#test/fakes/patients.ts';
import { knownSecret } from '#test/fakes/secret.ts';
import * as z from 'zod';
import { aPatient } from '#test/fakes/told.ts';
import { inMemoryWaitlist, rememberedWaitlistWorkflow } from '#test/fakes/waitlist.ts';

export { awa, consultation, koffi, room1, room2 } from '#test/fakes/booking.ts';

/** 13:30 on a Monday in Cotonou, where it is always an hour later than in UTC. */
export const start = '2026-10-05T12:30:00.000Z';

/** A clinic in Paris that never closes, for days on which clocks change. */
export const paris = ClinicId.parse('9d8c7b6a-5f4e-4d3c-8b2a-1f0e9d8c7b6a');
const always = ['00:00-24:00'];
const parisian = {
  id: paris,
  slug: 'cabinet-fictif',
  name: 'Cabinet Fictif',
  country: 'FR',
  zone: 'Europe/Paris',
  numbers: [{ number: '+33199001234' }],
  hours: {
    monday: always,
    tuesday: always,
    wednesday: always,
    thursday: always,
    friday: always,
    saturday: always,
    sunday: always,
  },
  providers: [
    { id: 'a1b2c3d4-5e6f-4a7b-8c9d-0e1f2a3b4c5d', honorific: 'Dr', givenName: 'Lou', familyName: 'Inventée' },
  ],
  operatories: [],
  appointmentTypes: [
    {
      id: 'b2c3d4e5-6f7a-4b8c-9d0e-1f2a3b4c5d6e',
      names: { fr: 'consultation', en: 'consultation' },
      durationMin: 60,
      needsOperatory: false,
    },
  ],
} satisfies Partial<z.input<typeof Clinic>>;
export const lou = parisian.providers[0]!.id;
export const consultationInParis = parisian.appointmentTypes[0]!.id;

const clinicOf = ({ version: _version, recipients: _recipients, ...clinic }: ClinicProfile): Clinic => clinic;

type AnswerTo<Name extends BookingAnswer['action']> = Extract<BookingAnswer, { action: Name }>;

export interface Answer<Name extends BookingAnswer['action'] = BookingAnswer['action']> {
  status: number;
  headers: Record<string, string>;
  /** Of an answer that is no error. */
  body: AnswerTo<Name>;
  /** Of one that is. */
  error: ErrorAnswer['error'];
}

/** The booking API over stores in memory, for two clinics. */
export function apiWorld() {
  const clock = standingClock(start);
  const log = rememberedLog();
  const cotonou = clinicOf(clinicProfile());
  const other = clinicOf(clinicProfile(parisian));
  const clinics = inMemoryClinics(cotonou, other);
  const patients = inMemoryPatients(aPatient());
  const calendar = inMemoryCalendar({ patients });
  const waitlist = inMemoryWaitlist();
  const waitlistWorkflow = rememberedWaitlistWorkflow();
  const keys = inMemoryApiKeys();
  const answered = inMemoryAnsweredRequests();
  const reads: PendingAuditEvent[] = [];
  const deps = {
    keys,
    clinics,
    answered,
    scheduling: createScheduling({ calendar, appointments: calendar, clock }),
    calendar,
    appointments: calendar,
    patients,
    waitlist,
    waitlistWorkflow,
    trail: {
      async record(event: PendingAuditEvent) {
        reads.push(event);
      },
    },
    slotTokens: createSlotTokens(knownSecret(['binding-key'])),
    clock,
    log,
  };
  return { ...deps, cotonou, other, reads, ...clientOf(deps) };
}
export type ApiWorld = ReturnType<typeof apiWorld>;

/** The booking API over a real table, for the same clinics. Patients and clinics are added by whoever needs them. */
export async function apiWorldOn(tables: TestDynamoDb['tables']) {
  const { core, audit } = tables;
  const clock = standingClock(start);
  const log = rememberedLog();
  const registry = createClinicRegistry(tables);
  const cotonou = clinicOf(clinicProfile());
  const other = clinicOf(clinicProfile(parisian));
  await registry.save(
    [cotonou, other].map((after) => ({ after, events: [] })),
    clock.now(),
  );
  const calendar = createCalendar({ core, audit });
  const appointments = createAppointmentStore(core);
  const patients = createPatientStore({ core, audit });
  await patients.add(aPatient(), []);
  const deps = {
    keys: createApiKeyStore(tables),
    clinics: createClinicStore(core),
    answered: createAnsweredRequests(core),
    scheduling: createScheduling({ calendar, appointments, clock }),
    calendar,
    appointments,
    patients,
    waitlist: createWaitlistStore({ core, audit }),
    waitlistWorkflow: rememberedWaitlistWorkflow(),
    trail: createAuditTrail(audit),
    slotTokens: createSlotTokens(knownSecret(['binding-key'])),
    clock,
    log,
  };
  return { ...deps, cotonou, other, ...clientOf(deps) };
}

/** Clients of an API, and keys for them. */
function clientOf(deps: Parameters<typeof answerBookingRequest>[0] & { keys: ApiKeyStore }) {
  const work = answerBookingRequest(deps);

  async function keyFor(clinicId: ClinicId, changes: Partial<ApiKey> = {}): Promise<string> {
    const { text, keyId, secretHash } = mintApiKey();
    const createdAtMs = deps.clock.now();
    const event = {
      v: 1 as const,
      clinicId,
      occurredAt: new Date(createdAtMs).toISOString(),
      actorType: 'platform' as const,
      actorId: 'test',
      act: 'credential.rotate' as const,
      outcome: 'success' as const,
      resourceType: 'api-key',
      resourceId: keyId,
      requestId: 'test',
    };
    await deps.keys.add(
      { keyId, clinicId, secretHash, createdAtMs, ...changes },
      { keyIds: [], expiresAtMs: 0 },
      event,
    );
    return text;
  }

  let count = 0;
  const send = (request: Partial<HttpRequest>): Promise<HttpAnswer> =>
    work({
      rawBody: Buffer.from(''),
      headers: {},
      pathParameters: {},
      query: {},
      requestId: `request-${++count}`,
      ...request,
    });

  /** Sends requests with a key; what comes back is checked against what is documented. */
  const asker =
    (key: string) =>
    async <Name extends BookingAnswer['action']>(
      body: { action: Name } & Record<string, unknown>,
      headers: Record<string, string> = {},
    ): Promise<Answer<Name>> => {
      const rawBody = Buffer.from(JSON.stringify(body));
      return answerOf<Name>(await send({ rawBody, headers: { authorization: `Bearer ${key}`, ...headers } }));
    };

  return { send, keyFor, asker };
}

/** What went out, as a client reads it. Whatever is no error is an answer as documented, with nothing beside. */
export function answerOf<Name extends BookingAnswer['action']>({
  status,
  headers = {},
  body,
}: HttpAnswer): Answer<Name> {
  const read = JSON.parse(JSON.stringify(body)) as { error: ErrorAnswer['error'] };
  const schema = status < 400 ? BookingAnswer : ErrorAnswer;
  expect(schema.parse(read)).toEqual(read);
  documented(status < 400 ? 'BookingAnswer' : 'Error', read);
  return { status, headers, body: read as unknown as AnswerTo<Name>, error: read.error };
}

type Definitions = Record<string, z.core.JSONSchema.BaseSchema>;
const definitions = JSON.parse(
  JSON.stringify(apiDocument().components?.schemas).replaceAll('#/components/schemas/', '#/$defs/'),
) as Definitions;
const schemas = new Map(
  ['BookingAnswer', 'Error'].map((name) => [name, z.fromJSONSchema({ ...definitions[name], $defs: definitions })]),
);

/** Fails when something is not as the OpenAPI description says. */
function documented(name: string, value: unknown): void {
  const read = schemas.get(name)?.safeParse(value);
  expect(read?.error?.issues ?? []).toEqual([]);
}
