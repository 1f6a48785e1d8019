import type { E164 } from '../../e164.ts';
import type { ClinicId, WaitlistEntryId } from '../../ids.ts';

/** Which wish of a waitlist a number was last written an offer for: one at a time, so that a `1` says which it takes. */
export interface OfferedTimes {
  /** `another-stands`: the number was written an offer for another wish, and has until then to answer it. */
  keep(clinicId: ClinicId, number: E164, entryId: WaitlistEntryId, untilMs: number): Promise<'kept' | 'another-stands'>;
  of(clinicId: ClinicId, number: E164): Promise<WaitlistEntryId | undefined>;
}
