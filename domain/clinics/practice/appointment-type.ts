import * as z from 'zod';
import { AppointmentTypeId, OperatoryId, ProviderId } from '../../ids.ts';
import { LanguageTag } from '../../language.ts';
import { oneLine } from '../one-line.ts';

/** A provider who performs a type, with a duration of their own if it differs. In a file a plain id will do. */
export const TypeProvider = z.preprocess(
  (value) => (typeof value === 'string' ? { id: value } : value),
  z.strictObject({ id: ProviderId, durationMin: z.int().min(5).max(720).optional() }),
);

/** What is booked. Durations and buffers are multiples of the clinic's grid. */
export const AppointmentType = z.strictObject({
  id: AppointmentTypeId,
  /** As it is said, by language; every language of the clinic has one. */
  names: z.partialRecord(LanguageTag, oneLine(80)),
  durationMin: z.int().min(5).max(720),
  /** Occupy provider and operatory, never the patient; may reach into a break or past closing. */
  bufferBeforeMin: z.int().min(0).max(240).default(0),
  bufferAfterMin: z.int().min(0).max(240).default(0),
  needsOperatory: z.boolean().default(true),
  /** What the operatory must be able to do. */
  capabilities: z.array(oneLine(40)).max(10).default([]),
  /** Who performs it; without a list, every provider. */
  providers: z.array(TypeProvider).min(1).max(60).optional(),
  /** Where it can be performed; without a list, every operatory with the capabilities. */
  operatories: z.array(OperatoryId).min(1).max(60).optional(),
  /** False: only the clinic's people book it. */
  bookableByAgent: z.boolean().default(true),
  active: z.boolean().default(true),
  displayOrder: z.int().min(0).max(999).default(0),
});
export type AppointmentType = z.infer<typeof AppointmentType>;
