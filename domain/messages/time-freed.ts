import * as z from 'zod';
import { AppointmentTypeId, ClinicId, ProviderId, WaitlistEntryId } from '../ids.ts';

/** A time that came free, for whoever waits for such a time. */
export const FreedTime = z.object({
  clinicId: ClinicId,
  /** Names the freeing, so that telling of it twice changes nothing: `<appointment id>-<version>`. */
  freedId: z.string().regex(/^[A-Za-z0-9_-]{1,120}$/),
  typeId: AppointmentTypeId,
  providerId: ProviderId,
  startMs: z.int(),
});
export type FreedTime = z.infer<typeof FreedTime>;

/** Input of the `waitlist` workflow, and of its step that offers. */
export const TimeFreed = z.object({
  freed: FreedTime,
  /** Who was offered it and did not take it, in that order. */
  passedOver: z.array(WaitlistEntryId),
});
export type TimeFreed = z.infer<typeof TimeFreed>;

/** An offer has run out; input of the workflow's step that settles it. */
export const OfferRanOut = TimeFreed.extend({ entryId: WaitlistEntryId });
export type OfferRanOut = z.infer<typeof OfferRanOut>;
