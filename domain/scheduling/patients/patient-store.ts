import type { PendingAuditEvent } from '../../audit/audit-event.ts';
import type { E164 } from '../../e164.ts';
import type { ClinicId, PatientId } from '../../ids.ts';
import type { Patient } from './patient.ts';

/** The patients of a clinic. Every read is strongly consistent. */
export interface PatientStore {
  get(clinicId: ClinicId, patientId: PatientId): Promise<Patient | undefined>;
  /** Everyone reached on a number: none, one or a family. */
  byPhone(clinicId: ClinicId, phone: E164): Promise<Patient[]>;
  /** Everyone born on a date. */
  byDob(clinicId: ClinicId, dob: string): Promise<Patient[]>;
  /** Adds a patient; `exists` when there is one with this id, which is then left alone. */
  add(patient: Patient, audit: readonly PendingAuditEvent[]): Promise<{ outcome: 'added' | 'exists' }>;
  /**
   * Judges one attempt of `who`, a number or a visitor's network, on a local date of the clinic, counts it if it is to
   * count, and puts on record how it ended, in one write: two attempts at one moment are never judged under the same
   * count. Answers how many count, this one included where it does; of nobody there is only the record, and 0.
   *
   * @param judge told how many there would be with this one; may be asked more than once
   */
  countAttempt(
    clinicId: ClinicId,
    who: string | undefined,
    date: string,
    judge: (attempts: number) => { counts: boolean; audit: readonly PendingAuditEvent[] },
  ): Promise<number>;
  /** How many attempts of a number or a network are counted on a date. */
  attempts(clinicId: ClinicId, who: string, date: string): Promise<number>;
}
