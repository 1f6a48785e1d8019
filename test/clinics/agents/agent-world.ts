import type { MemberStore } from '#domain/clinics/members/member.ts';
import type { Clock } from '#domain/clock.ts';
import { createCredentialVault } from '#domain/clinics/credentials/vault.ts';
import { mostWebCalls } from '#domain/conversations/web-calls.ts';
import type { ClinicId } from '#domain/ids.ts';
import { answerAgentRequest } from '#lambdas/clinics/agents/answer-agent-request.ts';
import { inMemoryAnsweredRequests } from '#test/fakes/answered-requests.ts';
import type { FakeClinics } from '#test/fakes/clinics.ts';
import { inMemoryCredentials, inMemorySecretValues } from '#test/fakes/credentials.ts';
import { inMemoryDirectory } from '#test/fakes/directory.ts';
import { inMemoryFormerWebhooks } from '#test/fakes/former-webhooks.ts';
import { rememberedLog } from '#test/fakes/log.ts';
import { inMemoryRetellAccounts } from '#test/fakes/retell-accounts.ts';
import { knownSecret } from '#test/fakes/secret.ts';

export const webhookUrl = 'https://api.frontdesk.example/api/retell/webhook';
export const bindingKey = 'a-key-for-bindings';
/** An account of the clinic in Cotonou, one of another clinic, and ours. */
export const keysOf = {
  clinic: 'key_of_the_clinic_00001',
  other: 'key_of_another_00000002',
  ours: 'key_of_ours_0000000003',
};
export const agentsOf = { clinic: 'agent_own0000000001', draft: 'agent_draft00000001', other: 'agent_other00000001' };
export const sharedAgent = 'agent_shared00000001';

const agent = (agentId: string, isPublished = true) => ({ agentId, name: 'Accueil', version: 3, isPublished });

/** What stands behind the routes of agents, all of it in memory. */
export function agentWorld(world: {
  members: Pick<MemberStore, 'of' | 'clinicNamed'>;
  clinics: FakeClinics;
  clock: Clock;
}) {
  const accounts = inMemoryRetellAccounts(
    { key: keysOf.clinic, agents: [agent(agentsOf.clinic), agent(agentsOf.draft, false)] },
    { key: keysOf.other, agents: [agent(agentsOf.other)] },
    { key: keysOf.ours, agents: [agent(sharedAgent)] },
  );
  const store = inMemoryCredentials();
  const credentials = createCredentialVault({ store, secrets: inMemorySecretValues(), clock: world.clock });
  const directory = inMemoryDirectory({});
  const log = rememberedLog();
  const begun = new Map<ClinicId, number>();
  const seen = new Map<string, number>();
  const answer = answerAgentRequest({
    ...world,
    accounts,
    credentials,
    formerWebhooks: inMemoryFormerWebhooks(),
    activity: { lastSeen: async (clinicId, agentId) => seen.get(`${clinicId} ${agentId}`) },
    directory,
    begun: {
      count: async (clinicId) => {
        begun.set(clinicId, (begun.get(clinicId) ?? 0) + 1);
        return begun.get(clinicId)! > mostWebCalls.ofPersonInAnHour ? 'too-many' : 'room';
      },
    },
    answered: inMemoryAnsweredRequests(),
    retellKey: knownSecret([keysOf.ours]),
    bindingKey: knownSecret([bindingKey]),
    webhookUrl,
    log,
  });
  return { ...world, accounts, credentials, store, directory, log, seen, answer };
}
