import type { E164 } from '../../clinics/clinic.ts';
import type { ClinicId, WaitlistEntryId } from '../../ids.ts';

/** Which wish of a waitlist a number was last written an offer for. */
export interface OfferedTimes {
  keep(clinicId: ClinicId, number: E164, entryId: WaitlistEntryId): Promise<void>;
  of(clinicId: ClinicId, number: E164): Promise<WaitlistEntryId | undefined>;
}
