import type { AuditTrail } from '#domain/audit/audit-trail.ts';
import type { Clock } from '#domain/clock.ts';
import type { ClinicProfile } from '#domain/clinics/clinic-store.ts';
import type { Log } from '#domain/log.ts';
import type { AppointmentStore, Calendar } from '#domain/scheduling/calendar.ts';
import type { PatientStore } from '#domain/scheduling/patients/patient-store.ts';
import type { Requester } from '#domain/scheduling/requester.ts';
import type { Scheduling } from '#domain/scheduling/scheduling.ts';
import type { WaitlistStore, WaitlistWorkflow } from '#domain/scheduling/waitlist/waitlist.ts';
import type { Answered } from '../api/refusals.ts';
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

/** Who asks, and under which conditions. The clinic is that of the key, never of an argument. */
export interface ApiCall {
  clinic: ClinicProfile;
  requester: Requester;
  /** Names this one request, and is the same when it is sent again under its `Idempotency-Key`. */
  requestName: string;
  /** Of `If-Match`: the version the asker has seen. */
  expectedVersion?: number;
  /** This request was begun before and never answered, so that it may be done already. */
  again: boolean;
}

/** One thing the booking API can do. */
export type Act<Request> = (request: Request, call: ApiCall) => Promise<Answered>;
