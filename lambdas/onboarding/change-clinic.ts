import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '#domain/clock.ts';
import { clinicChanges } from '#domain/clinics/clinic-changes.ts';
import type { ClinicChange, ClinicRegistry } from '#domain/clinics/clinic-registry.ts';
import type { ClinicProfile } from '#domain/clinics/clinic-store.ts';
import { claimConflicts } from '#domain/clinics/claim-conflicts.ts';
import type { Clinic } from '#domain/clinics/clinic.ts';
import type { ClinicId } from '#domain/ids.ts';
import { type Onboarding, OnboardingRefused } from '#domain/onboarding/onboarding.ts';
import { calendarRefusals } from '#lambdas/clinics/calendar-refusals.ts';
import { onRecord } from '#lambdas/clinics/change-on-record.ts';
import { conflictText } from './conflict-text.ts';

/** Somebody may change the clinic at the same moment, and again; more often than this nobody does. */
const mostRounds = 6;

interface Deps {
  clinics: Pick<ClinicRegistry, 'profile' | 'save' | 'holders' | 'calendarsInUse' | 'typesAhead'>;
  clock: Clock;
}

type Change = (before: ClinicProfile | undefined) => Clinic;

/** Makes a clinic something else, on record; one that is so already is left alone. @throws OnboardingRefused for good */
export function changeClinic({ clinics, clock }: Deps) {
  async function once(
    clinicId: ClinicId,
    { reservation, by }: Onboarding,
    change: Change,
    whose: ClinicChange['by'],
  ): Promise<boolean> {
    const before = await clinics.profile(clinicId);
    const clinic = change(before);
    const changes = clinicChanges(before, clinic);
    if (before && changes.length === 0) return true;
    const at = clock.now();
    const [refusal] = before ? await calendarRefusals(clinics, before, clinic, at) : [];
    if (refusal) throw new OnboardingRefused(refusal.message);
    const actor = { actorType: 'system', actorId: 'onboarding', onBehalfOf: by.actorId } as const;
    const events = onRecord({ clinic, before, changes }, reservation, at, actor);
    const { outcome } = await clinics.save([{ before, after: clinic, events, ...(whose && { by: whose }) }], at);
    if (outcome === 'too-large') throw new OnboardingRefused('the clinic is too large to be written at once');
    if (outcome === 'saved') return true;
    const [conflict] = claimConflicts([clinic], await clinics.holders([clinic]));
    if (conflict) throw new OnboardingRefused(conflictText(conflict));
    return false;
  }

  return async (
    clinicId: ClinicId,
    onboarding: Onboarding,
    change: Change,
    whose?: ClinicChange['by'],
  ): Promise<void> => {
    for (let round = 1; round <= mostRounds; round++) {
      if (await once(clinicId, onboarding, change, whose)) return;
      await pause(5 * 2 ** round * (0.5 + Math.random()));
    }
    throw new Error('the clinic is changed by others all the time');
  };
}
