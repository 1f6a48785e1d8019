import type { Clock } from '#domain/clock.ts';
import type { Clinic } from '#domain/clinics/clinic.ts';
import type { AppointmentType } from '#domain/clinics/practice/appointment-type.ts';
import { derivedUuid, PatientId, type ProviderId } from '#domain/ids.ts';
import { clinicProfile } from '../fakes/clinic.ts';

const minuteMs = 60_000;

/** Sunday noon before the first of the wanted slots. The storm begins here. */
const beginMs = Date.parse('2026-10-04T11:00:00.000Z');

/** So much faster do clocks run in the storm, that what dead callers hold runs out while it lasts. */
const clockSpeed = 60;

/** The clock on the wall of the clinic while a storm lasts that began at `startedAt`, which is by the clock of the machine. */
export const stormClock = (startedAt: number): Clock => ({
  now: () => beginMs + (Date.now() - startedAt) * clockSpeed,
});

/** Half an hour and ten minutes to clean the room: eight cells each of provider and room, as the busy type of a clinic. */
const type = { durationMin: 30, bufferAfterMin: 10 };
const stepMin = type.durationMin + type.bufferAfterMin;
/** From 08:00 to 17:20. */
const startsInDay = 15;

export interface StormSize {
  /** Start times, each wanted with every provider. */
  starts: number;
  providers: number;
  rooms: number;
  patients: number;
}

export interface WantedSlot {
  providerId: ProviderId;
  startMs: number;
}

/** A clinic that is open every day, whose rooms are all alike, and one type that takes its whole step of the day. */
export function stormClinic({ starts, providers, rooms }: StormSize) {
  const open = ['08:00-18:00'];
  const clinic: Clinic = clinicProfile({
    providers: Array.from({ length: providers }, (_, index) => ({
      id: derivedUuid('storm', 'provider', String(index)),
      givenName: 'Awa',
      familyName: `Modèle ${index + 1}`,
      displayOrder: index,
    })),
    operatories: Array.from({ length: rooms }, (_, index) => ({
      id: derivedUuid('storm', 'room', String(index)),
      name: `Salle ${index + 1}`,
      displayOrder: index,
    })),
    appointmentTypes: [{ id: derivedUuid('storm', 'type'), names: { fr: 'soin', en: 'treatment' }, ...type }],
    hours: {
      monday: open,
      tuesday: open,
      wednesday: open,
      thursday: open,
      friday: open,
      saturday: open,
      sunday: open,
    },
    scheduling: { gridMinutes: 5, slotStepMin: stepMin },
  });
  const [only] = clinic.appointmentTypes;
  // Porto-Novo is an hour ahead of UTC, all year.
  const firstMs = Date.parse('2026-10-05T07:00:00.000Z');
  const startTimes = Array.from({ length: starts }, (_, index) => {
    const day = Math.floor(index / startsInDay);
    return firstMs + (day * 24 * 60 + (index % startsInDay) * stepMin) * minuteMs;
  });
  const slots: WantedSlot[] = startTimes.flatMap((startMs) =>
    clinic.providers.map(({ id }) => ({ providerId: id, startMs })),
  );
  return {
    clinic,
    type: only as AppointmentType,
    slots,
    fromMs: firstMs,
    toMs: (startTimes.at(-1) ?? firstMs) + 86_400_000,
  };
}

export const stormPatient = (index: number): PatientId =>
  PatientId.parse(derivedUuid('storm', 'patient', String(index)));
