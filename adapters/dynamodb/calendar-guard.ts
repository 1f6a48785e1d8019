import * as z from 'zod';
import { isoInstant } from '#domain/clock.ts';
import { AppointmentId } from '#domain/ids.ts';
import type { Appointment } from '#domain/scheduling/calendar/appointment.ts';
import type { PatientTime } from '#domain/scheduling/calendar/patient-guard.ts';
import { type CalendarRow, instant, stamps } from './calendar-rows.ts';
import { type Step, versionedStep } from './calendar-transactions.ts';
import { keys } from './keys.ts';
import type { Item, Table } from './table.ts';

/** A list of a patient's times under the version that counts its writes. */
export interface Guard {
  times: PatientTime[];
  /** Absent while there is no item. */
  ver?: number;
  createdAtMs?: number;
}

const StoredGuard = z.object({
  ver: z.int(),
  createdAt: instant,
  times: z.array(z.object({ appointmentId: AppointmentId, startUtc: instant, endUtc: instant })),
});

export function guardOf(item: Item | undefined): Guard {
  if (!item) return { times: [] };
  const { ver, createdAt, times } = StoredGuard.parse(item);
  return {
    ver,
    createdAtMs: createdAt,
    times: times.map(({ appointmentId, startUtc, endUtc }) => ({ appointmentId, startMs: startUtc, endMs: endUtc })),
  };
}

export function guardRow(
  { clinicId, patientId }: Pick<Appointment, 'clinicId' | 'patientId'>,
  { ver = 0, createdAtMs }: Guard,
  times: readonly PatientTime[],
  nowMs: number,
): CalendarRow {
  return {
    ...keys.patientGuard(clinicId, patientId),
    ...stamps('PatientGuard', clinicId, createdAtMs ?? nowMs, nowMs),
    patientId,
    ver: ver + 1,
    times: times.map(({ appointmentId, startMs, endMs }) => ({
      appointmentId,
      startUtc: isoInstant(startMs),
      endUtc: isoInstant(endMs),
    })),
  };
}

/** The times of the patient of an appointment, under their version. */
export const readGuard = async (core: Table, { clinicId, patientId }: Appointment): Promise<Guard> =>
  guardOf(await core.get(keys.patientGuard(clinicId, patientId)));

/** Writes the next times of a patient, if nobody wrote any since. */
export const guardStep = (
  core: Table,
  patient: Appointment,
  guard: Guard,
  times: readonly PatientTime[],
  nowMs: number,
): Step => versionedStep('guard', core, guardRow(patient, guard, times, nowMs), guard.ver);
