import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import type { Onboarding, OnboardingStore } from '#domain/onboarding/onboarding.ts';
import type { ClinicId } from '#domain/ids.ts';

export interface FakeOnboardings extends OnboardingStore {
  /** Acts put on record, in order. */
  records: PendingAuditEvent[];
}

/** How far clinics have come, in memory, keeping every promise of the table. */
export function inMemoryOnboardings(): FakeOnboardings {
  const kept = new Map<ClinicId, Onboarding>();
  const records: PendingAuditEvent[] = [];
  const versionOf = (clinicId: ClinicId) => kept.get(clinicId)?.version ?? 0;
  return {
    records,
    get: async (clinicId) => structuredClone(kept.get(clinicId)),
    ofClinics: async (clinicIds) =>
      structuredClone([...kept.values()].filter((one) => clinicIds.includes(one.clinicId))),
    async begin(next, event) {
      if (versionOf(next.clinicId) !== next.version - 1) return 'changed-meanwhile';
      kept.set(next.clinicId, structuredClone(next));
      records.push(event);
      return 'saved';
    },
    async advance(before, change) {
      if (versionOf(before.clinicId) !== before.version) return undefined;
      const next = { ...before, ...change, version: before.version + 1 };
      kept.set(next.clinicId, structuredClone(next));
      return next;
    },
  };
}
