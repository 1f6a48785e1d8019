import { isoInstant } from '#domain/clock.ts';
import type { Clinic } from '#domain/clinics/clinic.ts';
import { providerName } from '#domain/clinics/practice/provider-name.ts';
import { typeName } from '#domain/clinics/practice/type-name.ts';
import type { Appointment } from '#domain/scheduling/calendar/appointment.ts';
import type { Block } from '#domain/scheduling/calendar/calendar.ts';
import type { Patient } from '#domain/scheduling/patients/patient.ts';
import type { HeldTime, Slot } from '#domain/scheduling/slots/slot.ts';
import type { WaitlistEntry } from '#domain/scheduling/waitlist/waitlist.ts';
import type * as z from 'zod';
import type { AppointmentAnswer, BlockAnswer, ClinicAnswer, EntryAnswer, PatientAnswer } from './answers.ts';
import { localInstant } from './written-time.ts';

type Wire<Schema extends z.ZodType> = z.input<Schema>;

/* How our things look to clinics' software. Field by field: what is added to a type inside does not leak out. */

const present = <T, W>(value: T | undefined, write: (value: T) => W): W | undefined =>
  value === undefined ? undefined : write(value);

/** When, in UTC and on the clinic's clock. */
export const range = (startMs: number, endMs: number, zone: string) => ({
  start: isoInstant(startMs),
  end: isoInstant(endMs),
  localStart: localInstant(startMs, zone),
});

export const slotOnTheWire = (
  {
    typeId,
    providerId,
    operatoryId,
    startMs,
    endMs,
  }: Pick<Slot, 'typeId' | 'providerId' | 'operatoryId' | 'startMs' | 'endMs'>,
  zone: string,
) => ({ typeId, providerId, operatoryId, ...range(startMs, endMs, zone) });

export const appointmentOnTheWire = (appointment: Appointment): Wire<typeof AppointmentAnswer> => ({
  id: appointment.appointmentId,
  patientId: appointment.patientId,
  ...slotOnTheWire(appointment, appointment.zone),
  zone: appointment.zone,
  status: appointment.status,
  source: appointment.source,
  conversationId: appointment.conversationId,
  reason: appointment.reason,
  flags: appointment.flags,
  cancellationReason: appointment.cancellationReason,
  history: appointment.history.map(({ atMs, act, actorId, fromStartMs, fromProviderId }) => ({
    at: isoInstant(atMs),
    act,
    by: actorId,
    fromStart: present(fromStartMs, isoInstant),
    fromProviderId,
  })),
  createdAt: isoInstant(appointment.createdAtMs),
  updatedAt: isoInstant(appointment.updatedAtMs),
  version: appointment.version,
});

export const patientOnTheWire = ({
  patientId,
  givenName,
  familyName,
  dob,
  phones,
  provisional,
}: Patient): Wire<typeof PatientAnswer> => ({ id: patientId, givenName, familyName, dob, phones, provisional });

export const blockOnTheWire = (
  { blockId, resource, fromMs, toMs, reason, createdAtMs }: Block,
  zone: string,
): Wire<typeof BlockAnswer> => ({
  id: blockId,
  ...(resource.kind === 'provider' ? { providerId: resource.id } : { operatoryId: resource.id }),
  ...range(fromMs, toMs, zone),
  reason,
  createdAt: isoInstant(createdAtMs),
});

const heldUntil = (offer: Slot | HeldTime): string | undefined =>
  'expiresAtMs' in offer ? isoInstant(offer.expiresAtMs) : undefined;

export const entryOnTheWire = (entry: WaitlistEntry, zone: string): Wire<typeof EntryAnswer> => ({
  id: entry.entryId,
  typeId: entry.typeId,
  patientId: entry.patientId,
  providerId: entry.providerId,
  from: entry.from,
  to: entry.to,
  notBefore: entry.notBefore,
  before: entry.before,
  contact: entry.contact,
  language: entry.language,
  consentAt: isoInstant(entry.consentAtMs),
  status: entry.status,
  offer: present(entry.offer, (offer) => ({ ...slotOnTheWire(offer, zone), heldUntil: heldUntil(offer) })),
  createdAt: isoInstant(entry.createdAtMs),
  updatedAt: isoInstant(entry.updatedAtMs),
});

export const clinicOnTheWire = (clinic: Clinic): Wire<typeof ClinicAnswer> => ({
  id: clinic.id,
  slug: clinic.slug,
  name: clinic.name,
  country: clinic.country,
  zone: clinic.zone,
  languages: clinic.languages,
  defaultLanguage: clinic.defaultLanguage,
  gridMinutes: clinic.scheduling.gridMinutes,
  leadTimeMin: clinic.scheduling.leadTimeMin,
  horizonDays: clinic.scheduling.horizonDays,
  holdMinutes: clinic.scheduling.holdMinutes,
  providers: clinic.providers.map((provider) => ({
    id: provider.id,
    name: providerName(provider),
    specialties: provider.specialties,
    active: provider.active,
  })),
  operatories: clinic.operatories.map(({ id, name, capabilities, externalId, active }) => ({
    id,
    name,
    capabilities,
    externalId,
    active,
  })),
  types: clinic.appointmentTypes.map((type) => ({
    id: type.id,
    name: typeName(type, clinic.defaultLanguage),
    names: Object.fromEntries(Object.entries(type.names).flatMap(([tag, name]) => (name ? [[tag, name]] : []))),
    durationMin: type.durationMin,
    needsOperatory: type.needsOperatory,
    bookableByAgent: type.bookableByAgent,
    active: type.active,
  })),
});
