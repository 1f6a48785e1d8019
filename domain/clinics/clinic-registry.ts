import type { PendingAuditEvent } from '../audit/audit-event.ts';
import type { AppointmentTypeId, ClinicId, OperatoryId, ProviderId } from '../ids.ts';
import type { E164 } from '../e164.ts';
import type { Agent } from './agent.ts';
import type { Clinic } from './clinic.ts';
import type { Slug } from './slug.ts';
import type { ClinicProfile, ClinicStore } from './clinic-store.ts';

/**
 * Who holds what only one clinic can hold, or only in one way. Absent: nobody. `sharedBy` names all who share an agent
 * that one of the clinics asked about wants alone; of an agent that may be shared, at least those asked about.
 */
export interface Holders {
  numbers: Map<E164, ClinicId>;
  agents: Map<Agent['id'], { dedicatedTo?: ClinicId; sharedBy: ClinicId[] }>;
  slugs: Map<Slug, { clinicId: ClinicId; current: boolean }>;
}

/** A clinic as it was read and as it is to be, with what goes on record about the change. */
export interface ClinicChange {
  before?: ClinicProfile;
  after: Clinic;
  events: PendingAuditEvent[];
  /** Whose will it is, where that is remembered: a file that is applied later must not undo what the people wanted. */
  by?: 'file' | 'people';
  /**
   * Ids of recipients that are new in `after` and get nothing until somebody who reads the address has said yes: a link
   * for it is asked for in the same write, and `RecipientVerification.ask` sends it.
   */
  unverified?: readonly string[];
}

/** Whose calendar it is. */
export type CalendarOwner = { kind: 'provider'; id: ProviderId } | { kind: 'operatory'; id: OperatoryId };

/** What a list of clinics shows. */
export type ClinicSummary = Pick<Clinic, 'id' | 'slug' | 'name' | 'status' | 'defaultLanguage' | 'zone' | 'numbers'>;

/** All clinics of the deployment, for the people who run it. Not for the path of a call. */
export interface ClinicRegistry extends Pick<ClinicStore, 'profile'> {
  /** By slug. A clinic applied a moment ago may still be missing. */
  list(): Promise<ClinicSummary[]>;
  /** The clinic of a slug, also of a former one. */
  find(slug: Slug): Promise<ClinicId | undefined>;
  /** Who holds the numbers, agents and slugs these clinics name. */
  holders(clinics: Clinic[]): Promise<Holders>;
  /**
   * Those of the calendars in which anything stands from `fromMs` on, be it booked, blocked or held at `nowMs`. Both in
   * epoch milliseconds.
   */
  calendarsInUse(
    clinicId: ClinicId,
    owners: readonly CalendarOwner[],
    fromMs: number,
    nowMs: number,
  ): Promise<CalendarOwner[]>;
  /** Those of the types of which appointments that start at `fromMs` or later still stand. */
  typesAhead(clinicId: ClinicId, types: readonly AppointmentTypeId[], fromMs: number): Promise<AppointmentTypeId[]>;
  /**
   * Writes all changes or none: profile, version, numbers, agents, slugs and record together. `changed-meanwhile`: a
   * clinic has another version than was read, or another clinic took what one of these claims. `too-large`: more
   * changes hands at once than one transaction holds. `at`: epoch milliseconds.
   */
  save(changes: ClinicChange[], at: number): Promise<{ outcome: 'saved' | 'changed-meanwhile' | 'too-large' }>;
  /** Writes to a disabled address again. */
  enableRecipient(
    clinicId: ClinicId,
    recipientId: string,
    event: PendingAuditEvent,
  ): Promise<{ outcome: 'enabled' | 'not-disabled' | 'no-such-recipient' }>;
}
