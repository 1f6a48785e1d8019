import * as z from 'zod';
import { isoInstant } from '#domain/clock.ts';
import { AppointmentId, type ClinicId } from '#domain/ids.ts';
import type { Appointment } from '#domain/scheduling/calendar/appointment.ts';
import type { ActingConversation } from '#domain/scheduling/calendar/calendar.ts';
import { type Step, updateStep } from './calendar-transactions.ts';
import { keys } from './keys.ts';
import type { Table } from './table.ts';

/** What an act changes of a conversation. The item may carry a transcript, so nothing else of it is read. */
const Told = z.object({
  acts: z.array(z.string()),
  appointmentIds: z.array(AppointmentId).default([]),
  /** How many appointments were booked in it; moved and cancelled ones are among `appointmentIds` too. */
  bookings: z.int().default(0),
  version: z.int(),
});
export type Told = z.infer<typeof Told>;

/** What is on record of the conversation an act belongs to. @throws Error when there is no such conversation */
export async function readTold(
  core: Table,
  clinicId: ClinicId,
  acting: ActingConversation | undefined,
): Promise<Told | undefined> {
  if (!acting) return undefined;
  const key = keys.conversation(clinicId, acting.conversationId);
  const item = await core.get(key, { attributes: Object.keys(Told.shape) });
  if (!item) throw new Error('an act of a conversation that is not on record');
  return Told.parse(item);
}

/** Whether a conversation has booked as much as one may. */
export const isAtLimit = (told: Told | undefined, acting: ActingConversation | undefined): boolean =>
  told !== undefined && acting?.act === 'booked' && told.bookings >= acting.maxBookings;

/** Tells the conversation of its act; what came of it as a whole is for the merge of its events to say. */
export function toldSteps(
  core: Table,
  { clinicId, appointmentId }: Appointment,
  acting: ActingConversation | undefined,
  told: Told | undefined,
  nowMs: number,
): Step[] {
  if (!acting || !told) return [];
  const changes = {
    acts: [...new Set([...told.acts, acting.act])],
    appointmentIds: [...new Set([...told.appointmentIds, appointmentId])],
    bookings: told.bookings + (acting.act === 'booked' ? 1 : 0),
    version: told.version + 1,
    updatedAt: isoInstant(nowMs),
  };
  return [updateStep('conversation', core, keys.conversation(clinicId, acting.conversationId), changes, told.version)];
}
