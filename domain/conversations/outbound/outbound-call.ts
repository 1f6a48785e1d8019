import * as z from 'zod';
import type { PendingAuditEvent } from '../../audit/audit-event.ts';
import { E164 } from '../../e164.ts';
import { AppointmentId, ClinicId, ConversationId, OutboundCallId, PatientId } from '../../ids.ts';
import { LanguageTag } from '../../language.ts';

/** Why we call. Whoever answers hears of it only once they are verified. */
export const OutboundPurpose = z.enum(['appointment-reminder', 'call-back']);
export type OutboundPurpose = z.infer<typeof OutboundPurpose>;

export const OutboundVendor = z.enum(['retell', 'twilio']);
export type OutboundVendor = z.infer<typeof OutboundVendor>;

/**
 * `reserved`: a vendor was, or is being, asked, and its answer is not known. `free`: it certainly was not asked, and the
 * same call may be tried again. `refused`: it said no.
 */
export const OutboundState = z.enum(['reserved', 'placed', 'refused', 'free']);
export type OutboundState = z.infer<typeof OutboundState>;

/** A call of ours, on record before any vendor is asked for it. Instants in epoch milliseconds. */
export const OutboundCall = z.object({
  clinicId: ClinicId,
  callId: OutboundCallId,
  purpose: OutboundPurpose,
  via: OutboundVendor,
  from: E164,
  to: E164,
  /** That whoever is called is spoken to in. */
  language: LanguageTag,
  patientId: PatientId.optional(),
  appointmentId: AppointmentId.optional(),
  /** The conversation whose caller asked to be called back. */
  about: ConversationId.optional(),
  /** Of what was asked for: one key must not mean two things. */
  wishHash: z.string(),
  /** The clinic's own date, on which it counts. */
  day: z.iso.date(),
  state: OutboundState,
  /** Once the vendor has named it. */
  conversationId: ConversationId.optional(),
  /** Why a vendor refused. */
  reason: z.string().optional(),
  createdAtMs: z.int(),
});
export type OutboundCall = z.infer<typeof OutboundCall>;

/** How often may be called on one day. */
export interface CallCaps {
  callsPerDay: number;
  callsPerNumber: number;
}

/** What became of asking a vendor. */
export type Settled =
  { state: 'placed'; conversationId: ConversationId } | { state: 'refused'; reason: string } | { state: 'free' };

/** Calls of ours, by the name they have before a vendor gives them one. */
export interface OutboundCalls {
  get(clinicId: ClinicId, callId: OutboundCallId): Promise<OutboundCall | undefined>;
  /**
   * Takes the right to dial, once: the record, both counters of the day and the act go in one write, so that no two can
   * dial the same call and no number of them at one moment goes beyond a cap.
   */
  reserve(
    call: Omit<OutboundCall, 'state' | 'conversationId' | 'reason'>,
    caps: CallCaps,
    act: PendingAuditEvent,
  ): Promise<{ outcome: 'reserved' | 'clinic-cap' | 'number-cap' } | { outcome: 'exists'; call: OutboundCall }>;
  /**
   * Puts the vendor's answer on record. A call that is known to be placed stays so; one that is free again does not count
   * for its day.
   */
  settle(clinicId: ClinicId, callId: OutboundCallId, settled: Settled): Promise<void>;
}
