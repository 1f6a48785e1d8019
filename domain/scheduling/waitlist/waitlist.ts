import * as z from 'zod';
import type { PendingAuditEvent } from '../../audit/audit-event.ts';
import type { Clinic } from '../../clinics/clinic.ts';
import { E164 } from '../../e164.ts';
import { AppointmentTypeId, ClinicId, ConversationId, PatientId, ProviderId, WaitlistEntryId } from '../../ids.ts';
import { LanguageTag } from '../../language.ts';
import type { FreedTime } from '../../messages/time-freed.ts';
import { HeldTime, Slot } from '../slots/slot.ts';

export type { FreedTime } from '../../messages/time-freed.ts';

/** A wish for an earlier or another time. Nobody is on the list without having agreed to be contacted. */
export const WaitlistEntry = z.object({
  clinicId: ClinicId,
  entryId: WaitlistEntryId,
  typeId: AppointmentTypeId,
  patientId: PatientId,
  /** Only with this provider. */
  providerId: ProviderId.optional(),
  /** Local dates, both included. */
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
  /** Wall-clock bounds of the start. */
  notBefore: z.string().optional(),
  before: z.string().optional(),
  /** The number that may be written to, or only called by the clinic. */
  contact: E164,
  /** Only called: a visitor of the clinic's site typed it, and may have typed anybody's. */
  contactTold: z.literal('by-visitor').optional(),
  language: LanguageTag,
  /** When consent was given, in epoch milliseconds. */
  consentAtMs: z.int(),
  conversationId: ConversationId.optional(),
  /** `matched`: a time came free and the clinic must tell the patient, because we have no way to. */
  status: z.enum(['waiting', 'offered', 'matched', 'booked', 'left', 'expired']),
  /** The time that is or was offered last. */
  offer: z.union([HeldTime, Slot]).optional(),
  createdAtMs: z.int(),
  updatedAtMs: z.int(),
  version: z.int(),
});
export type WaitlistEntry = z.infer<typeof WaitlistEntry>;

/** The waitlists of a clinic, one for each type of appointment. */
export interface WaitlistStore {
  /** Idempotent by `entryId`. */
  join(entry: WaitlistEntry, audit: readonly PendingAuditEvent[]): Promise<{ outcome: 'joined' | 'already-joined' }>;
  get(clinicId: ClinicId, entryId: WaitlistEntryId): Promise<WaitlistEntry | undefined>;
  /** Oldest first, all statuses. */
  ofType(clinicId: ClinicId, typeId: AppointmentTypeId): Promise<WaitlistEntry[]>;
  /** Writes the next version of an entry if nobody wrote since `entry.version - 1`. */
  update(
    entry: WaitlistEntry,
    audit: readonly PendingAuditEvent[],
  ): Promise<{ outcome: 'updated' | 'changed-meanwhile' }>;
}

/** Tells a patient of a time that came free. */
export interface WaitlistOfferSender {
  /**
   * From when on an offer could be sent, asked before a time is held: `nowMs` where it may be now, later where it is
   * night. Nothing: there is no way to write to this patient.
   */
  tellableFrom(entry: WaitlistEntry, clinic: Clinic, nowMs: number): Promise<number | undefined>;
  /**
   * Sends one message for each hold: asked again for the same `holdId` it changes nothing and answers as before.
   * `no-channel`: there is no way to write to this patient after all.
   */
  send(entry: WaitlistEntry, offer: HeldTime): Promise<{ outcome: 'sent' | 'no-channel' }>;
}

/** Starts what offers a freed time to those who wait. */
export interface WaitlistWorkflow {
  start(freed: FreedTime): Promise<'started' | 'already-started'>;
}
