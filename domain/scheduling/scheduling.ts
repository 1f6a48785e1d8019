import type { Clinic } from '../clinics/clinic.ts';
import type { AppointmentId, AppointmentTypeId, OperatoryId, PatientId, ProviderId } from '../ids.ts';
import type { Appointment, AppointmentFlag, AppointmentStatus } from './calendar/appointment.ts';
import type { Block } from './calendar/calendar.ts';
import type { Resource } from './calendar/cell.ts';
import type { SchedulingCode } from './codes.ts';
import type { Patient } from './patients/patient.ts';
import type { Requester } from './requester.ts';
import type { HeldTime, Slot } from './slots/slot.ts';

/** Which times are wanted. Dates are local to the clinic, `YYYY-MM-DD`; times of day are its wall clock, `HH:mm`. */
export interface TimesQuery {
  typeId: AppointmentTypeId;
  /** Only these; without, everyone who performs the type. */
  providerIds?: readonly ProviderId[];
  /** First among equals at the same time. */
  preferredProviderId?: ProviderId;
  /** Both included. Without them, from today to the horizon. */
  from?: string;
  to?: string;
  /** The start lies at `notBefore` or later and before `before`. */
  notBefore?: string;
  before?: string;
  /** How many; the clinic's `maxOffers` without. */
  count?: number;
  /** `spread`: at most two a half-day, on two days or more if possible. */
  strategy?: 'soonest' | 'spread';
  /** Looked for by somebody who would move this appointment: its own cells count as free. */
  moving?: Appointment;
}

/** Why an act was not done, and what may help. */
export interface Refusal {
  code: Exclude<SchedulingCode, 'OK'>;
  /** Fresh times in place of one that is gone. */
  offers?: Slot[];
  /** Those held among `offers`, in place of the former holds. */
  held?: HeldTime[];
  /** Whom an ambiguous name may mean. */
  candidates?: ProviderId[];
}

/** `slots` is empty when the days asked for are full; `next` is then the first time after them, if there is one. */
export type FoundTimes = { code: 'OK'; slots: Slot[]; next?: Slot } | Refusal;

/** One time that is wanted. Without a provider the engine chooses as it does when listing. */
export interface WantedTime {
  typeId: AppointmentTypeId;
  providerId?: ProviderId;
  operatoryId?: OperatoryId;
  startMs: number;
}

export interface BookingRequest extends WantedTime {
  patient: { patientId: PatientId } | { newPatient: Patient };
  reason?: string;
  flags?: AppointmentFlag[];
  source: Appointment['source'];
}

export type Booked = { code: 'OK'; appointment: Appointment; replayed: boolean } | Refusal;
export type Changed = { code: 'OK'; appointment: Appointment } | Refusal;

/**
 * Everything that can be done to a clinic's calendars, with the rules. Listing and booking ask the same function which
 * times there are. Answers in codes; throws only when the store fails.
 */
export interface Scheduling {
  /** Times that are really free now. Writes nothing. */
  find(clinic: Clinic, query: TimesQuery, requester: Requester): Promise<FoundTimes>;
  /**
   * Finds times and holds those it can for the asker, who is offered all of them. The asker's former holds are given
   * back first. `held` may be shorter than `slots`: fairness caps offer without holding.
   */
  offer(
    clinic: Clinic,
    query: TimesQuery,
    requester: Requester,
    formerHolds: readonly HeldTime[],
  ): Promise<(FoundTimes & { code: 'OK'; held: HeldTime[] }) | Refusal>;
  /** Holds one time and gives the asker's other holds back. */
  hold(
    clinic: Clinic,
    wanted: WantedTime,
    requester: Requester,
    formerHolds: readonly HeldTime[],
  ): Promise<{ code: 'OK'; slot: Slot; held: HeldTime[] } | Refusal>;
  release(clinic: Clinic, holds: readonly HeldTime[], requester: Requester): Promise<void>;

  /**
   * Books, or answers the appointment that the same wish made before. `SLOT_TAKEN` comes with three fresh offers, held
   * for an agent in place of the former holds.
   */
  book(
    clinic: Clinic,
    request: BookingRequest,
    requester: Requester,
    formerHolds?: readonly HeldTime[],
  ): Promise<Booked>;
  /**
   * Moves to another start or provider, all at once or not at all. `expectedVersion`: `CHANGED_MEANWHILE` if it differs.
   * A time that is gone comes with fresh offers, as with `book`.
   */
  reschedule(
    clinic: Clinic,
    appointmentId: AppointmentId,
    to: { startMs: number; providerId?: ProviderId },
    requester: Requester,
    expectedVersion?: number,
    formerHolds?: readonly HeldTime[],
  ): Promise<Changed>;
  cancel(
    clinic: Clinic,
    appointmentId: AppointmentId,
    reason: string | undefined,
    requester: Requester,
    expectedVersion?: number,
  ): Promise<Changed>;
  /** Confirmed, arrived, fulfilled, no-show: what the clinic's people see happen. A patient may confirm to an agent. */
  setStatus(
    clinic: Clinic,
    appointmentId: AppointmentId,
    status: Exclude<AppointmentStatus, 'booked' | 'cancelled'>,
    requester: Requester,
    expectedVersion?: number,
  ): Promise<Changed>;

  /** Takes time out of a calendar; refused where anything stands in it. */
  block(
    clinic: Clinic,
    wanted: { resource: Resource; fromMs: number; toMs: number; reason?: string },
    requester: Requester,
  ): Promise<{ code: 'OK'; block: Block } | Refusal>;
  unblock(clinic: Clinic, blockId: string, requester: Requester): Promise<{ code: 'OK' } | Refusal>;
}
