import type { Clock } from '../clock.ts';
import type { ClinicId } from '../ids.ts';
import type { ClinicProfile, ClinicStore } from './clinic-store.ts';

/** A clinic's change is in effect everywhere within this time. */
const maxAgeMs = 60_000;
const mostClinics = 1_000;

/**
 * The active clinics of a process that reads the same ones again and again, each at most a minute old. For work that a minute
 * of yesterday's settings cannot harm; who is written to, and what a caller hears, is always read anew.
 */
export function rememberedProfiles(clinics: Pick<ClinicStore, 'profile'>, clock: Clock): Pick<ClinicStore, 'profile'> {
  const known = new Map<ClinicId, { profile: ClinicProfile; at: number }>();
  return {
    async profile(clinicId) {
      const entry = known.get(clinicId);
      if (entry && clock.now() - entry.at < maxAgeMs) return entry.profile;
      const profile = await clinics.profile(clinicId);
      known.delete(clinicId);
      // A clinic that is not active may be made so, and its calls replayed, this very minute.
      if (profile?.status === 'active') known.set(clinicId, { profile, at: clock.now() });
      if (known.size > mostClinics) known.delete(known.keys().next().value as ClinicId);
      return profile;
    },
  };
}
