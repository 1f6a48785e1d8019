import type { PendingAuditEvent } from '../../audit/audit-event.ts';
import type { E164 } from '../../e164.ts';
import type { AppointmentId, ClinicId, ConversationId, PatientId, ProviderId } from '../../ids.ts';
import type { Appointment } from './appointment.ts';
import type { Cell, Resource } from './cell.ts';
import type { Patient } from '../patients/patient.ts';
import type { HeldTime } from '../slots/slot.ts';

/** The conversation an act belongs to, which is told of it in the same write. */
export interface ActingConversation {
  conversationId: ConversationId;
  act: 'booked' | 'rescheduled' | 'cancelled' | 'confirmed';
  /** As many appointments as one conversation may book. */
  maxBookings: number;
}

export interface NewBooking {
  /** Complete, with status `booked` and version 1. */
  appointment: Appointment;
  gridMinutes: number;
  /** Whose holds count as free. */
  holder: string;
  /** The same for every repetition of one wish; permanent. */
  bookingKey: string;
  /** A cancelled appointment under the same key, whose place this one takes. */
  replaces?: AppointmentId;
  /** Added in the same write. */
  newPatient?: Patient;
  maxFutureAppts: number;
  conversation?: ActingConversation;
  audit: readonly PendingAuditEvent[];
  nowMs: number;
}

export type BookOutcome =
  | { outcome: 'booked'; appointment: Appointment }
  /** This wish was fulfilled before; the appointment as it stands. */
  | { outcome: 'replayed'; appointment: Appointment }
  | { outcome: 'provider-taken' | 'operatory-taken' | 'patient-overlap' | 'patient-limit' | 'conversation-limit' };

export interface Move {
  before: Appointment;
  /** The same id, the next version, with the move in its `history`. */
  after: Appointment;
  gridMinutes: number;
  holder: string;
  conversation?: ActingConversation;
  audit: readonly PendingAuditEvent[];
  nowMs: number;
}

export type MoveOutcome =
  | { outcome: 'moved'; appointment: Appointment }
  | { outcome: 'provider-taken' | 'operatory-taken' | 'patient-overlap' | 'changed-meanwhile' };

/** A change of status. Where the new one is terminal, the cells are given back in the same write. */
export interface StatusChange {
  before: Appointment;
  after: Appointment;
  gridMinutes: number;
  conversation?: ActingConversation;
  audit: readonly PendingAuditEvent[];
  nowMs: number;
}

/** Time taken out of a calendar by the clinic's people. */
export interface Block {
  clinicId: ClinicId;
  blockId: string;
  resource: Resource;
  fromMs: number;
  toMs: number;
  reason?: string;
  createdAtMs: number;
}

export interface HoldLimits {
  /** Conversations of one caller that may hold at once. */
  conversationsPerCaller: number;
  callerNumber?: E164;
}

/**
 * The calendars of a clinic's providers and operatories. Cells are keyed by resource and instant, so that two bookings
 * of the same time cannot both be written, whoever writes. Throws only for faults of the store; what another asker did
 * first is an outcome.
 */
export interface Calendar {
  /** Cells of the resources that start in `[fromMs, toMs)`, run-out holds included. Strongly consistent. */
  cells(clinicId: ClinicId, resources: readonly Resource[], fromMs: number, toMs: number): Promise<Cell[]>;

  /** Takes the cells of one slot for its holder, all or none. `caller-limit`: the number holds in too many conversations. */
  hold(
    clinicId: ClinicId,
    time: HeldTime,
    gridMinutes: number,
    limits: HoldLimits,
    nowMs: number,
  ): Promise<{ outcome: 'held' | 'provider-taken' | 'operatory-taken' | 'caller-limit' }>;
  /** Gives cells back that are still held by that hold; others are left alone. */
  release(clinicId: ClinicId, times: readonly HeldTime[], gridMinutes: number, callerNumber?: E164): Promise<void>;

  book(booking: NewBooking): Promise<BookOutcome>;
  move(move: Move): Promise<MoveOutcome>;
  changeStatus(change: StatusChange): Promise<{ outcome: 'changed' | 'changed-meanwhile' }>;

  block(
    block: Block,
    gridMinutes: number,
    audit: readonly PendingAuditEvent[],
    nowMs: number,
  ): Promise<{ outcome: 'blocked' | 'taken' }>;
  unblock(
    clinicId: ClinicId,
    blockId: string,
    gridMinutes: number,
    audit: readonly PendingAuditEvent[],
  ): Promise<{ outcome: 'unblocked' | 'no-such-block' }>;
  blocks(clinicId: ClinicId, fromMs: number, toMs: number): Promise<Block[]>;

  /** Gives back cells that a long move left behind when its process died. Answers how many. */
  sweep(clinicId: ClinicId): Promise<number>;
}

export interface AppointmentPage {
  appointments: Appointment[];
  /** Where the next page begins; opaque, and of no use for another clinic. */
  next?: string;
}

/** Appointments as they stand. */
export interface AppointmentStore {
  get(clinicId: ClinicId, appointmentId: AppointmentId): Promise<Appointment | undefined>;
  /**
   * By start, earliest first; `[fromMs, toMs)`. From an index, which may lag by a moment. A page may be short, or empty,
   * and have a next one.
   */
  list(
    clinicId: ClinicId,
    range: { fromMs: number; toMs: number },
    options?: { providerId?: ProviderId; limit?: number; after?: string },
  ): Promise<AppointmentPage>;
  /** A patient's appointments that start at `fromMs` or later and still stand, earliest first. Strongly consistent. */
  upcoming(clinicId: ClinicId, patientId: PatientId, fromMs: number): Promise<Appointment[]>;
}
