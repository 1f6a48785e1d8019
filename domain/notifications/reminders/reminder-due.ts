import { type Appointment, ownsCells } from '../../scheduling/calendar/appointment.ts';
import { addDays, boundaryInstant, localDate, localDay, localTime } from '../../scheduling/slots/zoned-time.ts';

const hourMs = 60 * 60 * 1000;
const dayMs = 24 * hourMs;
/** No zone has ever moved its clock by more at once. */
const largestShiftMs = 3 * hourMs;

/**
 * When a patient is reminded: the day before, at the same time by the clock. That is 23 or 25 hours before where the
 * clock changes in between; a time that the clock skips that day is the first one after it.
 */
export const reminderDue = (startMs: number, zone: string): number =>
  boundaryInstant(addDays(localDate(startMs, zone), -1), localTime(startMs, zone), zone);

/** Starts of which some are due in `[fromMs, toMs]`; on most days exactly those. */
export function startsDueIn(fromMs: number, toMs: number, zone: string): { fromMs: number; toMs: number } {
  const first = localDate(fromMs, zone);
  const last = addDays(localDate(toMs, zone), 1);
  let isPlain = true;
  for (let date = first; date <= last; date = addDays(date, 1)) isPlain &&= localDay(date, zone).isPlain;
  const widened = isPlain ? 0 : largestShiftMs;
  return { fromMs: fromMs + dayMs - widened, toMs: toMs + dayMs + widened };
}

/** Whether it still stands, at that time, and its patient is expected. */
export const isReminded = ({ status }: Pick<Appointment, 'status'>): boolean =>
  ownsCells(status) && status !== 'arrived';

/** When its time was last agreed. Whoever agreed to it less than a day before needs no reminder of it. */
export const agreedAt = ({ createdAtMs, history }: Pick<Appointment, 'createdAtMs' | 'history'>): number =>
  Math.max(createdAtMs, ...history.filter(({ act }) => act === 'rescheduled').map(({ atMs }) => atMs));
