import * as z from 'zod';
import { type Clinic, closed, type E164 } from '#domain/clinics/clinic.ts';
import type { ClinicRegistry } from '#domain/clinics/clinic-registry.ts';
import type { Clock } from '#domain/clock.ts';
import type { InstructionStore } from '#domain/conversations/talk/instructions.ts';
import { ClinicId } from '#domain/ids.ts';
import { errorFields, type Log } from '#domain/log.ts';
import {
  type CarrierNumbers,
  type NumberMarket,
  type Onboarding,
  OnboardingRefused,
  OnboardingStep,
  type OnboardingStore,
  type OrderedMember,
  orderOf,
  type TestRing,
} from '#domain/onboarding/onboarding.ts';
import { ownAgent } from '#lambdas/clinics/agents/connect-agent.ts';
import type { TakenBack } from '#lambdas/clinics/agents/take-webhook-back.ts';
import { changeClinic } from './change-clinic.ts';
import { getNumbers } from './get-numbers.ts';
import { releaseNumbers } from './release-numbers.ts';

/** One step of the workflow. `failure`: the class of what made it necessary to undo. */
export const OnboardingTask = z.object({
  clinicId: ClinicId,
  step: OnboardingStep,
  failure: z.string().optional(),
});
export type OnboardingTask = z.infer<typeof OnboardingTask>;

export interface OnboardingDeps {
  onboardings: Pick<OnboardingStore, 'get' | 'save'>;
  clinics: Pick<ClinicRegistry, 'profile' | 'save' | 'holders'>;
  /** The clinic that answers on a number now. */
  clinicOn(number: E164): Promise<ClinicId | undefined>;
  numbers: NumberMarket;
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

type Act = (onboarding: Onboarding, failure: string | undefined) => Promise<Onboarding>;

/**
 * Does one step unless it is done, and records that it is. Stopped at any place it may be run again: what it does
 * outside is found again by the clinic's id or by the reservation, which are on record before.
 */
export function runOnboardingStep(deps: OnboardingDeps) {
  const { onboardings, clinics, numbers, carrier, instructions, welcome, ring, inboundUrl, clock, log } = deps;
  const change = changeClinic({ clinics, clock });
  const get = getNumbers({ ...deps, save });
  const release = releaseNumbers(deps);

  async function save(before: Onboarding, change: Partial<Onboarding>): Promise<Onboarding> {
    const next = { ...before, ...change, version: before.version + 1 };
    if ((await onboardings.save(next)) === 'saved') return next;
    throw new Error('another attempt at this onboarding is under way');
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
    async 'create-clinic'(onboarding) {
      const { clinic } = orderOf(onboarding);
      await change(clinic.id, onboarding, () => ({ ...clinic, status: 'inactive' }));
      return onboarding;
    },

    'get-numbers': (onboarding) => get(onboarding, orderOf(onboarding)),

    async 'bind-numbers'(onboarding) {
      const agent = agentOf(orderOf(onboarding).clinic);
      for (const { number, came } of onboarding.numbers) {
        const outcome = await numbers.bind(number, agent, inboundUrl);
        if (outcome === 'not-held' && came !== 'attached') throw new Error('a number we were given is not there');
        // Of a number that rings at Retell only the messages come to us from elsewhere.
        if (came !== 'bought') await carrier.attach(number, { voice: outcome === 'not-held' });
      }
      return onboarding;
    },

    async 'publish-instructions'(onboarding) {
      const { clinicId, reservation } = onboarding;
      for (const { channel, scope, text } of orderOf(onboarding).instructions) {
        const by = { actorType: 'system', actorId: 'onboarding', requestId: reservation } as const;
        await instructions.publish(clinicId, { channel, scope, text }, by);
      }
      return onboarding;
    },

    async 'invite-members'(onboarding) {
      await deps.inviteMembers(onboarding, orderOf(onboarding).members);
      return onboarding;
    },

    async 'open-clinic'(onboarding) {
      await change(onboarding.clinicId, onboarding, () => ({ ...wanted(onboarding), status: 'active' }));
      return onboarding;
    },

    async 'send-welcome'(onboarding) {
      await welcome(wanted(onboarding), onboarding);
      return onboarding;
    },

    async 'test-ring'(onboarding) {
      const clinic = wanted(onboarding);
      for (const { number } of clinic.numbers) {
        const answered = await ring.ring(number, agentOf(clinic));
        if (answered !== clinic.id) throw new Error('a test ring was answered for another clinic, or for none');
      }
      return { ...onboarding, state: 'joined' };
    },

    async 'close-clinic'(onboarding, failure) {
      const clinic = await clinics.profile(onboarding.clinicId);
      const known = onboarding.numbers.map(({ number }) => number);
      const others = (clinic?.numbers ?? []).filter(({ number }) => !known.includes(number));
      // What it answers on is on record before it is taken from it, so that all of it is given back.
      const closing = await save(onboarding, {
        state: onboarding.state === 'leaving' ? 'leaving' : 'undoing',
        numbers: [...onboarding.numbers, ...others.map(({ number }) => ({ number, came: 'attached' as const }))],
        failure: onboarding.failure ?? failure,
      });
      if (!clinic) return closing;
      const own = ownAgent(clinic);
      if (own) {
        // Before it is forgotten whose it is. An account that does not answer keeps no clinic here.
        const webhook = await deps.takeWebhookBack(clinic.id, own.id);
        log.info('agent.let-go', { clinicId: clinic.id, outcome: webhook });
      }
      const { version: _version, recipients: _recipients, ...stored } = clinic;
      await change(clinic.id, closing, () => closed(stored, clock.now()));
      return closing;
    },

    'release-numbers': release,

    async 'revoke-access'(onboarding) {
      await deps.revokeAccess(onboarding);
      return { ...onboarding, state: onboarding.state === 'leaving' ? 'left' : 'undone' };
    },
  };

  async function run({ clinicId, step, failure }: OnboardingTask): Promise<void> {
    const onboarding = await onboardings.get(clinicId);
    if (!onboarding) throw new Error('there is no such onboarding');
    if (onboarding.done[step] !== undefined) return;
    try {
      const after = await acts[step](onboarding, failure);
      await save(after, { done: { ...after.done, [step]: clock.now() } });
      log.info('onboarding.step', { clinicId, outcome: step });
    } catch (error) {
      if (!(error instanceof OnboardingRefused)) throw error;
      log.warn('onboarding.refused', { clinicId, reason: step, ...errorFields(error) });
      const now = await onboardings.get(clinicId);
      if (now) await save(now, { failure: error.message });
      throw error;
    }
  }

  return async (task: OnboardingTask): Promise<{ step: OnboardingStep }> => {
    await run(task);
    return { step: task.step };
  };
}
