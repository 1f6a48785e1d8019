import { setTimeout as pause } from 'node:timers/promises';
import type { ClinicRegistry } from '#domain/clinics/clinic-registry.ts';
import type { LinkStore } from '#domain/clinics/links/link.ts';
import { createInvitations, type InvitationStore } from '#domain/clinics/members/invitation.ts';
import type { Clock } from '#domain/clock.ts';
import type { InstructionStore } from '#domain/conversations/talk/instructions/instructions.ts';
import { type ClinicId, derivedUuid } from '#domain/ids.ts';
import type { Deliveries } from '#domain/notifications/deliveries.ts';
import {
  joiningSteps,
  leavingSteps,
  type CarrierNumbers,
  type NumberMarket,
  OnboardingRefused,
  type OnboardingStep,
  type OnboardingStore,
} from '#domain/onboarding/onboarding.ts';
import type { TrunkLogins } from '#domain/onboarding/trunk-login.ts';
import { inviteMembers } from '#lambdas/onboarding/invite-members.ts';
import { type AccessDeps, revokeAccess } from '#lambdas/onboarding/revoke-access.ts';
import { type OnboardingDeps, runOnboardingStep } from '#lambdas/onboarding/run-onboarding-step.ts';
import { welcomeClinic } from '#lambdas/onboarding/welcome-clinic.ts';
import { rememberedLog } from '#test/fakes/log.ts';

/** The process ends here, before an act outside or after it. */
export class Killed extends Error {}

export interface JoiningWorld {
  onboardings: OnboardingStore;
  clinics: ClinicRegistry;
  clinicOn(number: string): Promise<ClinicId | undefined>;
  numbers: NumberMarket;
  trunks: TrunkLogins;
  carrier: CarrierNumbers;
  instructions: InstructionStore;
  deliveries: Deliveries;
  access: Omit<AccessDeps, 'clock' | 'invitations'> & { invitations: InvitationStore };
  links: Pick<LinkStore, 'asked'>;
  takeWebhookBack: OnboardingDeps['takeWebhookBack'];
  clock: Clock;
  leaseMs: number;
  /** Asked before and after every act outside: throws to end the process there. */
  mayDie(): void;
}

export const inboundUrl = 'https://api.example.test/api/retell/inbound';

/** Every method of a port, with a place to die before and after it. */
function mortal<T extends object>(port: T, mayDie: () => void): T {
  type Act = (...given: unknown[]) => Promise<unknown>;
  const acts = port as Record<string, Act>;
  const mortals = Object.keys(acts).map((name): [string, Act] => [
    name,
    async (...given) => {
      mayDie();
      const answer = await acts[name]!(...given);
      mayDie();
      return answer;
    },
  ]);
  return Object.fromEntries(mortals) as T;
}

/** The steps over the ports of a test, as the workflow goes through them; e-mails go to a list. */
export function joiningWorld({ access, clock, leaseMs, mayDie, ...ports }: JoiningWorld) {
  const notices = { tell: async () => {} };
  const invitations = mortal(access.invitations, mayDie);
  const { links, onboardings, clinics, clinicOn, numbers, trunks, carrier, instructions, deliveries, takeWebhookBack } =
    ports;
  const mails: { clinicId: string; to: string }[] = [];
  const email = {
    async send({ clinicId, to }: { clinicId: string; to: string }) {
      mails.push({ clinicId, to });
      return { messageId: `m${mails.length}` };
    },
  };
  /** As the ring finds a clinic: by the number, and only while it answers. */
  async function ring(number: string): Promise<string | undefined> {
    const id = await clinicOn(number);
    const clinic = id && (await clinics.profile(id));
    return clinic && clinic.status === 'active' ? clinic.id : undefined;
  }
  const step = runOnboardingStep({
    onboardings: mortal(onboardings, mayDie),
    clinics: mortal(clinics, mayDie),
    clinicOn,
    numbers: mortal(numbers, mayDie),
    trunks,
    carrier: mortal(carrier, mayDie),
    instructions: mortal(instructions, mayDie),
    inviteMembers: inviteMembers({
      invitations: createInvitations({ invitations, members: access.members, links, notices, clock }),
      store: invitations,
      members: access.members,
    }),
    welcome: welcomeClinic({ deliveries, email, consoleUrl: 'https://console.example' }),
    revokeAccess: revokeAccess({
      apiKeys: mortal(access.apiKeys, mayDie),
      socketKeys: mortal(access.socketKeys, mayDie),
      feeds: mortal(access.feeds, mayDie),
      relaySecrets: mortal(access.relaySecrets, mayDie),
      credentials: mortal(access.credentials, mayDie),
      members: mortal(access.members, mayDie),
      invitations,
      clock,
    }),
    takeWebhookBack: mortal({ take: takeWebhookBack }, mayDie).take,
    ring: mortal({ ring }, mayDie),
    inboundUrl,
    leaseMs,
    clock,
    log: rememberedLog(),
  });

  async function tryStep(clinicId: ClinicId, name: OnboardingStep, waitMs: (error: unknown) => number): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await step({ clinicId, step: name });
        return;
      } catch (error) {
        if (error instanceof OnboardingRefused || attempt === 60) throw error;
        const ms = waitMs(error);
        if (ms) await pause(ms);
      }
    }
  }

  /** As the workflow goes, with shorter waits. Answers how it ended. */
  async function go(clinicId: ClinicId, way: 'join' | 'leave', waitMs: (error: unknown) => number) {
    try {
      for (const name of way === 'join' ? joiningSteps : leavingSteps) await tryStep(clinicId, name, waitMs);
    } catch (error) {
      if (!(error instanceof OnboardingRefused)) throw error;
      for (const name of leavingSteps) await tryStep(clinicId, name, waitMs);
    }
    return (await onboardings.get(clinicId))?.state;
  }

  return { go, ring, mails, onboardings, clinics, clock };
}

/** A clinic as a file of those who join has it. */
export const joiningFile = (n: number, wishes = `buyNumber: { country: US, areaCode: 202 }`, more = ''): string =>
  `id: ${derivedUuid('joining', String(n))}
slug: joining-${n}
name: Joining ${n}
country: US
zone: America/New_York
languages: [en]
defaultLanguage: en
address: ${n} Example Street, Sampletown
emergencyNumbers: ['911']
agents: [{ provider: retell, id: agent_shared0001, kind: shared }]
providers: [{ id: ${derivedUuid('joining provider', String(n))}, givenName: Sam, familyName: Specimen${'abcdefghij'[n % 10]} }]
email: { content: link_only, recipients: [{ address: desk-${n}@clinic.example }] }
${more}onboarding:
  ${wishes}
  instructions: [{ text: 'Be brief at clinic ${n}.' }]
  members: [{ email: owner-${n}@clinic.example, role: owner }]
`;
