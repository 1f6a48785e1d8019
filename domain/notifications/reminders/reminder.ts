import * as z from 'zod';
import type { PendingAuditEvent } from '../../audit/audit-event.ts';
import { AppointmentId, ClinicId, OutboundCallId, PatientId } from '../../ids.ts';

/**
 * What became of the reminder of one appointment at one start: an appointment that is moved has another, and one that is
 * moved back the same again. `waiting`: it is night there, or a vendor does not answer.
 */
export const Reminder = z.object({
  clinicId: ClinicId,
  appointmentId: AppointmentId,
  patientId: PatientId,
  startMs: z.int(),
  state: z.enum(['waiting', 'sent', 'dropped']),
  channel: z.enum(['sms', 'call']),
  /** Why it waits, or was dropped. */
  reason: z.string().optional(),
  /** When it is looked at again. */
  nextAtMs: z.int().optional(),
  callId: OutboundCallId.optional(),
});
export type Reminder = z.infer<typeof Reminder>;

/** A clinic that reminds its patients. */
export interface RemindingClinic {
  clinicId: ClinicId;
  zone: string;
}

/** Reminders that were looked at, and how far they were looked for. */
export interface Reminders {
  get(clinicId: ClinicId, appointmentId: AppointmentId, startMs: number): Promise<Reminder | undefined>;
  /** Puts on record what became of one, with its act in the same write. */
  settle(reminder: Reminder, act: PendingAuditEvent): Promise<void>;
  /** Those that wait until `nowMs` or an earlier instant. */
  waiting(clinicId: ClinicId, nowMs: number): Promise<Reminder[]>;
  /** Which of these clinics remind their patients at all. */
  reminding(clinicIds: readonly ClinicId[]): Promise<RemindingClinic[]>;
  /** Everything due until then was told of. */
  mark(clinicId: ClinicId): Promise<number | undefined>;
  setMark(clinicId: ClinicId, atMs: number): Promise<void>;
}
