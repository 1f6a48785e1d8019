import type { AuditTrail } from '#domain/audit/audit-trail.ts';
import type { Clock } from '#domain/clock.ts';
import type { Log } from '#domain/log.ts';
import type { AppointmentStore, Calendar } from '#domain/scheduling/calendar/calendar.ts';
import type { PatientStore } from '#domain/scheduling/patients/patient-store.ts';
import type { Scheduling } from '#domain/scheduling/scheduling.ts';
import type { WaitlistStore, WaitlistWorkflow } from '#domain/scheduling/waitlist/waitlist.ts';
import type { Answered } from '../api/refusals.ts';
import type { ApiCall } from './api-call.ts';
import type { SlotTokens } from './slot-tokens.ts';

/** What actions work with. */
export interface ActionDeps {
  scheduling: Scheduling;
  calendar: Pick<Calendar, 'blocks'>;
  appointments: AppointmentStore;
  patients: Pick<PatientStore, 'get' | 'add'>;
  waitlist: WaitlistStore;
  waitlistWorkflow: WaitlistWorkflow;
  trail: AuditTrail;
  slotTokens: SlotTokens;
  clock: Clock;
  log: Log;
}

/** One thing the booking API can do. */
export type Act<Request> = (request: Request, call: ApiCall) => Promise<Answered>;
