import { blockTime, unblockTime } from './acts/block-time.ts';
import { bookAppointment } from './acts/book-appointment.ts';
import { cancelAppointment } from './acts/cancel-appointment.ts';
import { findTimes } from './acts/find-times.ts';
import { holdTime, releaseTimes } from './acts/hold-time.ts';
import { offerTimes } from './acts/offer-times.ts';
import { rescheduleAppointment } from './acts/reschedule-appointment.ts';
import type { SchedulingDeps } from './scheduling-deps.ts';
import type { Scheduling } from './scheduling.ts';
import { setStatus } from './acts/set-status.ts';

/** Everything that can be done to calendars, by the rules, on stores that make two bookings of one time impossible. */
export const createScheduling = (deps: SchedulingDeps): Scheduling => ({
  find: findTimes(deps),
  offer: offerTimes(deps),
  hold: holdTime(deps),
  release: releaseTimes(deps),
  book: bookAppointment(deps),
  reschedule: rescheduleAppointment(deps),
  cancel: cancelAppointment(deps),
  setStatus: setStatus(deps),
  block: blockTime(deps),
  unblock: unblockTime(deps),
});
