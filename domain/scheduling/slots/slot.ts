import * as z from 'zod';
import { AppointmentTypeId, OperatoryId, ProviderId } from '../../ids.ts';

/** A time at which something can start: whom and where it would occupy, and how long. Instants are epoch milliseconds. */
export const Slot = z.object({
  typeId: AppointmentTypeId,
  providerId: ProviderId,
  /** Absent when the type needs none. */
  operatoryId: OperatoryId.optional(),
  /** The service itself, which the patient hears of. */
  startMs: z.int(),
  endMs: z.int(),
  /** With its buffers: what provider and operatory are occupied for. */
  occFromMs: z.int(),
  occToMs: z.int(),
});
export type Slot = z.infer<typeof Slot>;

/** A slot kept free for one asker until `expiresAtMs`. */
export const HeldTime = z.object({ ...Slot.shape, holdId: z.string(), holder: z.string(), expiresAtMs: z.int() });
export type HeldTime = z.infer<typeof HeldTime>;
