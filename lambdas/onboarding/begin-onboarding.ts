import { randomUUID } from 'node:crypto';
import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { claimConflicts } from '#domain/clinics/claim-conflicts.ts';
import type { ClinicRegistry } from '#domain/clinics/clinic-registry.ts';
import { type Clock, isoInstant } from '#domain/clock.ts';
import type { ClinicId } from '#domain/ids.ts';
import { joining, leaving } from '#domain/onboarding/begin.ts';
import {
  isUnderWay,
  type Onboarding,
  type OnboardingOrder,
  type OnboardingStore,
  type OrderedBy,
  orderText,
} from '#domain/onboarding/onboarding.ts';
import { conflictText } from './conflict-text.ts';

export interface BeginDeps {
  onboardings: OnboardingStore;
  clinics: Pick<ClinicRegistry, 'profile' | 'holders'>;
  workflow: { start(run: Pick<Onboarding, 'clinicId' | 'go' | 'run'>): Promise<'under-way' | 'over'> };
  clock: Clock;
}

/** Every refusal, with what to do; of `claim-taken` says each time who has what. */
export const refusals = {
  'clinic-exists': 'The clinic is here already. Change it with clinic apply, or let it go first.',
  'claim-taken': '',
  'another-order': 'The clinic is joining with another order. Let it end, then change it with clinic apply.',
  'not-joined': 'The clinic has not joined yet. Go on with its onboarding, or wait until it is undone.',
  leaving: 'The clinic is leaving. Wait until it has left.',
  'changed-meanwhile': 'Somebody began this a moment ago. Ask again.',
};
export type BeginRefusal = keyof typeof refusals;

export type Begun =
  /** `otherOrder`: it joined with another one, and of this one nothing was done. */
  | { outcome: 'under-way' | 'already'; onboarding: Onboarding; otherOrder?: boolean }
  | { outcome: 'refused'; code: BeginRefusal; why: string };

const refused = (code: BeginRefusal, why = refusals[code]): Begun => ({ outcome: 'refused', code, why });

const ways = { joining: 'join', undoing: 'undo', leaving: 'leave' } as const;

/** Starts the workflow for what is on record; one that ended half way is started again and goes on. */
async function goOn({ onboardings, workflow }: BeginDeps, onboarding: Onboarding): Promise<Begun> {
  if ((await workflow.start(onboarding)) === 'under-way') return { outcome: 'under-way', onboarding };
  const now = await onboardings.get(onboarding.clinicId);
  if (!now) return refused('changed-meanwhile');
  if (!isUnderWay(now)) return { outcome: 'already', onboarding: now };
  // Somebody else has just started it again.
  if (now.run !== onboarding.run) return { outcome: 'under-way', onboarding: now };
  const next = await onboardings.advance(now, { go: ways[now.state], run: now.run + 1 });
  if (!next) return refused('changed-meanwhile');
  await workflow.start(next);
  return { outcome: 'under-way', onboarding: next };
}

/** What goes on record of an order. */
const eventOf = (
  act: 'clinic.join' | 'clinic.leave',
  { clinicId, by }: Onboarding,
  requestId: string,
  at: number,
): PendingAuditEvent => ({
  v: 1,
  clinicId,
  occurredAt: isoInstant(at),
  ...by,
  act,
  outcome: 'success',
  resourceType: 'clinic',
  resourceId: clinicId,
  requestId,
});

/** Begins to take a clinic in, or goes on with it. The order is on record before anything is done. */
export function beginOnboarding(deps: BeginDeps) {
  const { onboardings, clinics, clock } = deps;
  return async (order: OnboardingOrder, by: OrderedBy, requestId: string = randomUUID()): Promise<Begun> => {
    const { clinic } = order;
    const before = await onboardings.get(clinic.id);
    if (before?.state === 'leaving') return refused('leaving');
    if (before && before.state !== 'undone' && before.state !== 'left') {
      const otherOrder = before.order !== orderText(order);
      if (before.state === 'joined') return { outcome: 'already', onboarding: before, otherOrder };
      return otherOrder ? refused('another-order') : goOn(deps, before);
    }
    const [profile, holders] = await Promise.all([clinics.profile(clinic.id), clinics.holders([clinic])]);
    if (!before && profile) return refused('clinic-exists');
    const [conflict] = claimConflicts([clinic], holders);
    if (conflict) return refused('claim-taken', `${conflictText(conflict)}.`);
    const next = joining(order, by, before, profile?.retainUntil);
    const event = eventOf('clinic.join', next, requestId, clock.now());
    return (await onboardings.begin(next, event)) === 'saved' ? goOn(deps, next) : refused('changed-meanwhile');
  };
}

/** Begins to let a clinic go, or goes on with it. */
export function beginLeaving(deps: BeginDeps) {
  const { onboardings, clinics, clock } = deps;
  return async (clinicId: ClinicId, by: OrderedBy, requestId: string = randomUUID()): Promise<Begun> => {
    const before = await onboardings.get(clinicId);
    if (before?.state === 'left' || before?.state === 'undone') {
      // Its file may have been applied since, and then it answers again.
      const status = (await clinics.profile(clinicId))?.status ?? 'closed';
      if (status === 'closed') return { outcome: 'already', onboarding: before };
    }
    if (before?.state === 'joining' || before?.state === 'undoing') return refused('not-joined');
    if (before?.state === 'leaving') return goOn(deps, before);
    const next = leaving(clinicId, by, before);
    const event = eventOf('clinic.leave', next, requestId, clock.now());
    return (await onboardings.begin(next, event)) === 'saved' ? goOn(deps, next) : refused('changed-meanwhile');
  };
}
