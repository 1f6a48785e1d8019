import type * as z from 'zod';
import type { Clinic } from '#domain/clinics/clinic.ts';
import type { ClinicProfile } from '#domain/clinics/clinic-store.ts';
import { placeOutboundCall } from '#domain/conversations/outbound/place-outbound-call.ts';
import { type Appointment } from '#domain/scheduling/calendar/appointment.ts';
import { AppointmentId, AppointmentTypeId, ProviderId } from '#domain/ids.ts';
import { inMemoryActs } from '#test/fakes/acts.ts';
import { clinicProfile } from '#test/fakes/clinic.ts';
import { standingClock } from '#test/fakes/clock.ts';
import { cotonou } from '#test/fakes/conversation.ts';
import { inMemoryConversations } from '#test/fakes/conversations.ts';
import { inMemoryDirectory } from '#test/fakes/directory.ts';
import { rememberedLog } from '#test/fakes/log.ts';
import { inMemoryConsents, inMemoryOutboundCalls, rememberedDialer } from '#test/fakes/outbound.ts';
import { inMemoryPatients, patient } from '#test/fakes/patients.ts';
import { inMemorySuppressions } from '#test/fakes/texts.ts';

export const theo = patient({ phones: ['+12025550117'], language: 'fr' });
/** Half past eight in the morning in New York. */
export const morningMs = Date.parse('2026-10-05T12:30:00.000Z');
const dayMs = 24 * 60 * 60 * 1000;

/** Tomorrow at the same time, with the patient above. */
export function appointment(changes: Partial<Appointment> = {}): Appointment {
  const startMs = changes.startMs ?? morningMs + dayMs;
  const endMs = startMs + 30 * 60_000;
  return {
    clinicId: cotonou,
    appointmentId: AppointmentId.parse('5b1d0c7e-9f2a-43b6-a8c4-d1e0f7a69b31'),
    patientId: theo.patientId,
    typeId: AppointmentTypeId.parse('3b2e7c74-5d86-4e3f-9a5c-7c8d9e0f1a23'),
    providerId: ProviderId.parse('6d2f1a90-3c4b-4e5f-8a6b-1c2d3e4f5a6b'),
    startMs,
    endMs,
    occFromMs: startMs,
    occToMs: endMs,
    zone: 'America/New_York',
    status: 'booked',
    source: 'agent',
    flags: [],
    history: [],
    createdAtMs: morningMs - 7 * dayMs,
    updatedAtMs: morningMs - 7 * dayMs,
    version: 1,
    ...changes,
  };
}

/** A clinic that calls, by Twilio, and one patient who agreed to it. */
export async function callingWorld({
  outbound = {},
  ...changes
}: Partial<z.input<typeof Clinic>> & { appointments?: Appointment[] } = {}) {
  const { appointments: standing = [appointment()], ...clinicChanges } = changes;
  const clock = standingClock(new Date(morningMs).toISOString());
  const log = rememberedLog();
  const clinic: ClinicProfile = clinicProfile({
    country: 'US',
    zone: 'America/New_York',
    ...clinicChanges,
    outbound: { calls: true, via: 'twilio', ...outbound },
  });
  const patients = inMemoryPatients(theo);
  const consents = inMemoryConsents();
  const suppressions = inMemorySuppressions();
  const calls = inMemoryOutboundCalls();
  const conversations = inMemoryConversations();
  const acts = inMemoryActs(conversations);
  const dialer = rememberedDialer();
  const directory = inMemoryDirectory({});
  const by = { actorType: 'user', actorId: 'member', requestId: 'r1' } as const;
  await consents.give(cotonou, theo.patientId, { numbers: theo.phones, way: 'in-person', givenAtMs: morningMs }, by);
  const held = new Map(standing.map((one) => [one.appointmentId as string, one]));
  const appointments = {
    get: async (clinicId: string, id: string) => (clinicId === cotonou ? held.get(id) : undefined),
    list: async (clinicId: string, { fromMs, toMs }: { fromMs: number; toMs: number }) => ({
      appointments: [...held.values()].filter(
        ({ clinicId: own, startMs }) => own === clinicId && startMs >= fromMs && startMs < toMs,
      ),
    }),
  };
  const deps = {
    calls,
    consents,
    suppressions,
    appointments,
    patients,
    acts,
    dialers: { retell: dialer, twilio: dialer },
    directory,
    clock,
    log,
  };
  return {
    ...deps,
    clinic,
    conversations,
    dialer,
    by,
    place: placeOutboundCall(deps),
    /** Puts an appointment in the place of the one with its id. */
    put: (changed: Appointment) => void held.set(changed.appointmentId, changed),
  };
}
