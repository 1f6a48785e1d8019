import type { ClinicId } from '../../ids.ts';

/**
 * Of one clinic, in a day (UTC), to all numbers outside the countries it writes to together. Ten patients on a journey
 * write ten messages each; whoever earns by each message that is sent to such numbers gets no more than these, which at
 * three parts of thirty cents, the dearest there are, cost the clinic ninety dollars.
 */
export const mostRepliesAbroad = 100;

/** How many replies went abroad, so that nobody can spend a clinic's money by having it write there. */
export interface RepliesAbroad {
  /** Counts one more, and says whether it may be sent. */
  count(clinicId: ClinicId): Promise<'room' | 'too-many'>;
}
