import * as z from 'zod';

/** How times are offered and booked. Minutes and days as patients count them. */
export const SchedulingSettings = z.strictObject({
  /** The atom of occupation. It cannot change once anything is booked. */
  gridMinutes: z.literal([5, 10, 15]).default(5),
  /** Between two startable times; without it, the duration of what is booked. */
  slotStepMin: z.int().min(5).max(720).optional(),
  leadTimeMin: z
    .int()
    .min(0)
    .max(60 * 24 * 30)
    .default(120),
  horizonDays: z.int().min(1).max(365).default(60),
  holdMinutes: z.int().min(1).max(15).default(5),
  /** Spoken at once; more than three nobody remembers. */
  maxOffers: z.int().min(1).max(3).default(3),
  maxBookingsPerConversation: z.int().min(1).max(20).default(3),
  maxFutureApptsPerPatient: z.int().min(1).max(100).default(5),
  /** Later than this before the start, only the clinic's people cancel or move. */
  cancelNoticeMin: z
    .int()
    .min(0)
    .max(60 * 24 * 30)
    .default(0),
});
export type SchedulingSettings = z.infer<typeof SchedulingSettings>;
