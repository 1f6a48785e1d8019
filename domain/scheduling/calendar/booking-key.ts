import { createHash } from 'node:crypto';
import { isoInstant } from '../../clock.ts';
import type { AppointmentTypeId, ClinicId, PatientId } from '../../ids.ts';

/**
 * Names one wish: the same asker, patient, type and start always give the same key, so that a repetition finds what the
 * first time made. 64 hexadecimal digits, from which nothing about the patient can be read back.
 *
 * @param holder the conversation, or whoever else asks; see `Requester.holder`
 */
export function bookingKey(
  clinicId: ClinicId,
  holder: string,
  patientId: PatientId,
  typeId: AppointmentTypeId,
  startMs: number,
): string {
  const parts = [clinicId, holder, patientId, typeId, isoInstant(startMs)];
  return createHash('sha256').update(parts.join('|')).digest('hex');
}
