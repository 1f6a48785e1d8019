import * as z from 'zod';
import {
  AppointmentId,
  AppointmentTypeId,
  ClinicId,
  ConversationId,
  OperatoryId,
  PatientId,
  ProviderId,
} from '../../ids.ts';

/** The life of an appointment, in FHIR's words where it has them. A move is an event in `history`, not a status. */
export const appointmentStatuses = ['booked', 'confirmed', 'arrived', 'fulfilled', 'cancelled', 'noshow'] as const;
export type AppointmentStatus = (typeof appointmentStatuses)[number];

/** What may follow; a status with nothing behind it is terminal and owns no cells. */
export const nextStatuses: Readonly<Record<AppointmentStatus, readonly AppointmentStatus[]>> = {
  booked: ['confirmed', 'arrived', 'cancelled', 'noshow'],
  confirmed: ['arrived', 'cancelled', 'noshow'],
  arrived: ['fulfilled'],
  fulfilled: [],
  cancelled: [],
  noshow: [],
};

/** Whether provider and operatory are occupied by it. */
export const ownsCells = (status: AppointmentStatus): boolean => nextStatuses[status].length > 0;

/** One thing that happened to an appointment. Instants are epoch milliseconds. */
export const AppointmentChange = z.object({
  atMs: z.int(),
  act: z.enum(['booked', 'rescheduled', 'cancelled', ...appointmentStatuses.slice(1, 4), 'noshow']),
  actorId: z.string(),
  /** Of a move: when and with whom it was before. */
  fromStartMs: z.int().optional(),
  fromProviderId: ProviderId.optional(),
});
export type AppointmentChange = z.infer<typeof AppointmentChange>;

/** What staff should know of how it came about. */
export const AppointmentFlag = z.enum(['provisional-patient', 'booked-by-other', 'callback']);
export type AppointmentFlag = z.infer<typeof AppointmentFlag>;

/** A booking of one patient with one provider, in at most one operatory. Instants are epoch milliseconds. */
export const Appointment = z.object({
  clinicId: ClinicId,
  appointmentId: AppointmentId,
  patientId: PatientId,
  typeId: AppointmentTypeId,
  providerId: ProviderId,
  operatoryId: OperatoryId.optional(),
  /** The service, as the patient hears of it. */
  startMs: z.int(),
  endMs: z.int(),
  /** With buffers: the cells of provider and operatory. */
  occFromMs: z.int(),
  occToMs: z.int(),
  /** IANA zone in which it was agreed. */
  zone: z.string(),
  status: z.enum(appointmentStatuses),
  /** Who made it: an agent in a conversation, the clinic's people or software, an accepted waitlist offer. */
  source: z.enum(['agent', 'staff', 'waitlist']),
  conversationId: ConversationId.optional(),
  /** Why the patient comes, in their words. Hostile text. */
  reason: z.string().max(500).optional(),
  flags: z.array(AppointmentFlag),
  cancellationReason: z.string().max(200).optional(),
  history: z.array(AppointmentChange),
  createdAtMs: z.int(),
  updatedAtMs: z.int(),
  /** Raised by each write; its ETag. */
  version: z.int(),
});
export type Appointment = z.infer<typeof Appointment>;
