import type { Clock } from '../clock.ts';
import type { AppointmentStore, Calendar } from './calendar/calendar.ts';

/** What each act on calendars works with. */
export interface SchedulingDeps {
  calendar: Calendar;
  appointments: AppointmentStore;
  clock: Clock;
}
