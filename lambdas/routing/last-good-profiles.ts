import type { Clock } from '#domain/clock.ts';
import type { ClinicProfile } from '#domain/clinics/clinic-store.ts';
import type { ClinicId } from '#domain/ids.ts';
import type { LanguageTag } from '#domain/language.ts';

/** A clinic found behind a number, and the language set for that number. */
export interface FoundClinic {
  profile: ClinicProfile;
  language?: LanguageTag;
}

/** How old an answer from memory may be: the time within which a clinic's change is in effect everywhere. */
const maxAgeMs = 60_000;
const mostNumbers = 2_000;

/**
 * What this process last read of each number, kept only for the moments when the tables do not answer. By number, so
 * that a number moved to another clinic is answered for its old one for a minute at most, and only then.
 */
export function lastGoodProfiles(clock: Clock) {
  const known = new Map<string, { found: FoundClinic; at: number }>();
  return {
    remember(number: string, found: FoundClinic): void {
      known.delete(number);
      known.set(number, { found, at: clock.now() });
      if (known.size > mostNumbers) known.delete(known.keys().next().value as string);
    },
    /** Today's mapping was read: what is remembered of another clinic, or of a number without one, is wrong now. */
    keepOnly(number: string, clinicId: ClinicId | undefined): void {
      if (known.get(number)?.found.profile.id !== clinicId) known.delete(number);
    },
    recall(number: string): FoundClinic | undefined {
      const entry = known.get(number);
      return entry && clock.now() - entry.at <= maxAgeMs ? entry.found : undefined;
    },
  };
}
