import type { ClinicId, UserId } from '../ids.ts';

/** Each costs money as soon as it is joined: an hour of a person who tries things out has its room, a script has not. */
export const mostWebCalls = { ofPersonInAnHour: 30, ofClinicInADay: 200 };

/** How many calls were begun from browsers, so that nobody can spend a clinic's money without end. */
export interface BegunWebCalls {
  /** Counts one more, and says whether it may begin. */
  count(clinicId: ClinicId, userId: UserId): Promise<'room' | 'too-many'>;
}
