import * as z from 'zod';
import type { Clinic } from '#domain/clinics/clinic.ts';
import { closed } from '#domain/clinics/closed.ts';
import type { E164 } from '#domain/e164.ts';
import type { ClinicRegistry } from '#domain/clinics/clinic-registry.ts';
import type { Clock } from '#domain/clock.ts';
import type { InstructionStore } from '#domain/conversations/talk/instructions/instructions.ts';
import { clinicOf } from '#domain/clinics/clinic-store.ts';
import { ClinicId } from '#domain/ids.ts';
import { errorFields, type Log } from '#domain/log.ts';
import {
  type CarrierNumbers,
  type NumberMarket,
  type Onboarding,
  type OnboardingChange,
  OnboardingRefused,
  OnboardingStep,
  type OnboardingStore,
  type OrderedMember,
  orderOf,
  type TestRing,
} from '#domain/onboarding/onboarding.ts';
import type { TrunkLogins } from '#domain/onboarding/trunk-login.ts';
import { ownAgent } from '#lambdas/clinics/agents/connect-agent.ts';
import type { TakenBack } from '#lambdas/clinics/agents/take-webhook-back.ts';
import { changeClinic } from './change-clinic.ts';
import { getNumbers, type Progress, refusedForGood } from './get-numbers.ts';
import { releaseNumbers } from './release-numbers.ts';

/** One step of the workflow. `failure`: the class of what made it necessary to undo. */
export const OnboardingTask = z.object({
  clinicId: ClinicId,
  step: OnboardingStep,
  failure: z.string().optional(),
});
export type OnboardingTask = z.infer<typeof OnboardingTask>;

export interface OnboardingDeps {
  onboardings: Pick<OnboardingStore, 'get' | 'advance'>;
  clinics: Pick<ClinicRegistry, 'profile' | 'save' | 'holders' | 'calendarsInUse' | 'typesAhead'>;
  /** The clinic that answers on a number now. */
  clinicOn(number: E164): Promise<ClinicId | undefined>;
  numbers: NumberMarket;
  trunks: TrunkLogins;
  carrier: CarrierNumbers;
  instructions: Pick<InstructionStore, 'publish'>;
  inviteMembers(onboarding: Onboarding, people: readonly OrderedMember[]): Promise<void>;
  welcome(clinic: Clinic, onboarding: Onboarding): Promise<void>;
  revokeAccess(onboarding: Onboarding): Promise<void>;
  /** Has its vendor tell us no more of an agent of the clinic's own. */
  takeWebhookBack(clinicId: ClinicId, agentId: string): Promise<TakenBack>;
  ring: TestRing;
  /** Where the agents' numbers ask whose call it is. */
  inboundUrl: string;
  /** Longer than a purchase can take, so that two are never under way. */
  leaseMs: number;
  clock: Clock;
  log: Log;
}

/** Does what a step is there for, and answers what that changes. */
type Act = (progress: Progress, failure: string | undefined) => Promise<OnboardingChange>;

/**
 * Does one step unless it is done, and records that it is. Stopped at any place it may be run again: what it does
 * outside is found again by the clinic's id or by the reservation, which are on record before.
 */
export function runOnboardingStep(deps: OnboardingDeps) {
  const { onboardings, clinics, numbers, carrier, instructions, welcome, ring, inboundUrl, clock, log } = deps;
  const change = changeClinic({ clinics, clock });
  const get = getNumbers(deps);
  const release = releaseNumbers(deps);

  function progressOf(stored: Onboarding): Progress {
    const progress: Progress = {
      now: stored,
      async save(change) {
        const next = await onboardings.advance(progress.now, change);
        if (!next) throw new Error('another attempt at this onboarding is under way');
        progress.now = next;
      },
    };
    return progress;
  }

  function agentOf({ agents }: Clinic): string {
    const agent = agents.find(({ kind }) => kind === 'dedicated') ?? agents[0];
    if (!agent) throw new OnboardingRefused('the clinic names no agent');
    return agent.id;
  }

  /** The clinic as it is to be, with the numbers it got. */
  function wanted(onboarding: Onboarding): Clinic {
    const { clinic } = orderOf(onboarding);
    return clinic.numbers.length
      ? clinic
      : { ...clinic, numbers: onboarding.numbers.map(({ number }) => ({ number })) };
  }

  const acts: Record<OnboardingStep, Act> = {
    async 'create-clinic'({ now }) {
      const { clinic } = orderOf(now);
      await change(clinic.id, now, () => ({ ...clinic, status: 'inactive' }), 'file');
      return {};
    },

    'get-numbers': (progress) => get(progress, orderOf(progress.now)),

    async 'bind-numbers'({ now: onboarding }) {
      const agent = agentOf(orderOf(onboarding).clinic);
      for (const { number, came } of onboarding.numbers) {
        const outcome = await numbers.bind(number, agent, inboundUrl).catch((error: unknown) => {
          throw refusedForGood(error);
        });
        if (outcome === 'not-held' && came !== 'attached') throw new Error('a number we were given is not there');
        // Of a number that rings at Retell only the messages come to us from elsewhere.
        if (came !== 'bought') await carrier.attach(number, { voice: outcome === 'not-held' });
      }
      return {};
    },

    async 'publish-instructions'({ now: onboarding }) {
      const { clinicId, reservation } = onboarding;
      for (const { channel, scope, text } of orderOf(onboarding).instructions) {
        const by = { actorType: 'system', actorId: 'onboarding', requestId: reservation } as const;
        await instructions.publish(clinicId, { channel, scope, text }, by);
      }
      return {};
    },

    async 'invite-members'({ now }) {
      await deps.inviteMembers(now, orderOf(now).members);
      return {};
    },

    async 'open-clinic'({ now }) {
      await change(now.clinicId, now, (before) => {
        if (!before) throw new Error('a clinic is to open that was never made');
        // Whoever was invited may be its people by now: what they changed stays.
        const clinic = clinicOf(before);
        const { numbers } = wanted(now);
        const others = clinic.numbers.filter(({ number }) => !numbers.some((got) => got.number === number));
        return { ...clinic, numbers: [...numbers, ...others], status: 'active' };
      });
      return {};
    },

    async 'send-welcome'({ now }) {
      await welcome(wanted(now), now);
      return {};
    },

    async 'test-ring'({ now }) {
      const clinic = wanted(now);
      for (const { number } of clinic.numbers) {
        const answered = await ring.ring(number, agentOf(clinic));
        if (answered !== clinic.id) throw new Error('a test ring was answered for another clinic, or for none');
      }
      return { state: 'joined' };
    },

    async 'close-clinic'(progress, failure) {
      const { now: onboarding } = progress;
      const clinic = await clinics.profile(onboarding.clinicId);
      const known = onboarding.numbers.map(({ number }) => number);
      const others = (clinic?.numbers ?? []).filter(({ number }) => !known.includes(number));
      // What it answers on is on record before it is taken from it, so that all of it is given back.
      await progress.save({
        state: onboarding.state === 'leaving' ? 'leaving' : 'undoing',
        numbers: [...onboarding.numbers, ...others.map(({ number }) => ({ number, came: 'attached' as const }))],
        failure: onboarding.failure ?? failure,
      });
      if (!clinic) return {};
      const own = ownAgent(clinic);
      if (own) {
        // Before it is forgotten whose it is. An account that does not answer keeps no clinic here.
        const webhook = await deps.takeWebhookBack(clinic.id, own.id);
        log.info('agent.let-go', { clinicId: clinic.id, outcome: webhook });
      }
      const stored = clinicOf(clinic);
      const { state, done, retainUntil } = progress.now;
      // Before it was open there was no call: what it left the last time is kept no longer for a try.
      const wasOpen = state === 'leaving' || done['open-clinic'] !== undefined;
      await change(clinic.id, progress.now, (before) => {
        // What it gained since is not on record yet: the step begins again, and sees it.
        if (before?.version !== clinic.version) throw new Error('the clinic was changed while it was closed');
        return closed(wasOpen ? stored : { ...stored, retainUntil: stored.retainUntil ?? retainUntil }, clock.now());
      });
      return {};
    },

    'release-numbers': ({ now }) => release(now),

    async 'revoke-access'({ now }) {
      await deps.revokeAccess(now);
      return { state: now.state === 'leaving' ? 'left' : 'undone' };
    },
  };

  async function run({ clinicId, step, failure }: OnboardingTask): Promise<void> {
    const onboarding = await onboardings.get(clinicId);
    if (!onboarding) throw new Error('there is no such onboarding');
    if (onboarding.done[step] !== undefined) return;
    const progress = progressOf(onboarding);
    try {
      const change = await acts[step](progress, failure);
      await progress.save({ ...change, done: { ...progress.now.done, [step]: clock.now() } });
      log.info('onboarding.step', { clinicId, outcome: step });
    } catch (error) {
      if (!(error instanceof OnboardingRefused)) throw error;
      log.warn('onboarding.refused', { clinicId, reason: step, ...errorFields(error) });
      const now = await onboardings.get(clinicId);
      if (now) await progressOf(now).save({ failure: error.message });
      throw error;
    }
  }

  return async (task: OnboardingTask): Promise<{ step: OnboardingStep }> => {
    await run(task);
    return { step: task.step };
  };
}
