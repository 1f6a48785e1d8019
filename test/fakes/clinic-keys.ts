import type { ClinicId } from '#domain/ids.ts';
import type { ClinicKeys } from '#lambdas/clinic-keys.ts';

/** Keys of clinics with an account of their own; none of the others has one. */
export const knownClinicKeys =
  (keys: Record<ClinicId, string> = {}): ClinicKeys =>
  async () =>
    Object.entries(keys).map(([clinicId, value]) => ({ clinicId: clinicId as ClinicId, values: [value] }));
