import type { AgentAtRetell, AgentFault } from '#adapters/retell/clinic-agents.ts';
import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { isoInstant } from '#domain/clock.ts';
import { claimConflicts } from '#domain/clinics/claim-conflicts.ts';
import type { Agent } from '#domain/clinics/agent.ts';
import type { Clinic } from '#domain/clinics/clinic.ts';
import type { ClinicRegistry } from '#domain/clinics/clinic-registry.ts';
import { clinicOf, type ClinicProfile } from '#domain/clinics/clinic-store.ts';
import type { CredentialVault } from '#domain/clinics/credentials/vault.ts';
import type { Member } from '#domain/clinics/members/member.ts';
import type { TakeBackDeps } from './take-webhook-back.ts';

/** As many agents as a clinic may name. */
const mostAgents = 10;
/** Others who write the clinic at the same moment are few. */
const mostRounds = 5;

export interface AgentDeps extends TakeBackDeps {
  clinics: Pick<ClinicRegistry, 'profile' | 'holders' | 'save'>;
  credentials: Pick<CredentialVault, 'read' | 'put'>;
}

/** Where the events of an agent go. `in-draft`: to us, once somebody publishes what they are working at. */
export type Webhook = 'ours' | 'in-draft' | 'not-set';

export type Connection =
  | { outcome: 'connected'; clinic: ClinicProfile; agent: AgentAtRetell; webhook: Webhook; replaced: boolean }
  | {
      outcome:
        | AgentFault
        | 'key-needed'
        | 'agent-taken'
        | 'other-agent'
        | 'too-many-agents'
        | 'clinic-closed'
        | 'changed-meanwhile';
    };

/** The agent that answers for this clinic alone. */
export const ownAgent = ({ agents }: Pick<Clinic, 'agents'>): Agent | undefined =>
  agents.find(({ provider, kind }) => provider === 'retell' && kind === 'dedicated');

/** Writes other agents for the clinic as it was read, on record. */
export async function saveAgents(
  { clinics, clock }: Pick<AgentDeps, 'clinics' | 'clock'>,
  before: ClinicProfile,
  agents: Agent[],
  told: Pick<PendingAuditEvent, 'actorId' | 'resourceId' | 'reason' | 'requestId'>,
): Promise<'saved' | 'changed-meanwhile'> {
  const clinic = clinicOf(before);
  const at = clock.now();
  const event: PendingAuditEvent = {
    v: 1,
    clinicId: clinic.id,
    occurredAt: isoInstant(at),
    actorType: 'user',
    act: 'agent.connect',
    outcome: 'success',
    resourceType: 'agent',
    ...told,
  };
  const { outcome } = await clinics.save([{ before, after: { ...clinic, agents }, events: [event], by: 'people' }], at);
  return outcome === 'saved' ? 'saved' : 'changed-meanwhile';
}

/**
 * Makes an agent at Retell the clinic's own. Whoever connects it proves that it is theirs: the clinic's key must read
 * it. Of two clinics that come at one moment one gets it. Done again it goes on where it ended.
 */
export function connectAgent(deps: AgentDeps) {
  const { clinics, credentials, accounts, formerWebhooks, webhookUrl, clock } = deps;

  /** Takes the agent for the clinic, unless somebody else has it. */
  async function claim(
    { clinicId, userId }: Member,
    agentId: string,
    requestId: string,
  ): Promise<ClinicProfile | Exclude<Connection['outcome'], 'connected'>> {
    for (let round = 0; round < mostRounds; round++) {
      const clinic = await clinics.profile(clinicId);
      if (!clinic) throw new Error('a member is of a clinic that does not exist');
      // It is leaving: what it took now nobody would ever get from it.
      if (clinic.status === 'closed') return 'clinic-closed';
      const own = ownAgent(clinic);
      if (own?.id === agentId) return clinic;
      if (own) return 'other-agent';
      const others = clinic.agents.filter(({ id }) => id !== agentId);
      if (others.length >= mostAgents) return 'too-many-agents';
      const agents: Agent[] = [...others, { provider: 'retell', id: agentId, kind: 'dedicated' }];
      const wanted = { ...clinic, agents };
      if (claimConflicts([wanted], await clinics.holders([wanted])).length > 0) return 'agent-taken';
      const told = { actorId: userId, resourceId: agentId, reason: 'connected', requestId };
      if ((await saveAgents(deps, clinic, agents, told)) === 'saved') return { ...clinic, agents };
    }
    return 'changed-meanwhile';
  }

  return async (
    by: Member,
    { agentId, apiKey }: { agentId: string; apiKey?: string },
    requestId: string,
  ): Promise<Connection> => {
    const { clinicId, userId } = by;
    const key = apiKey ?? (await credentials.read(clinicId, 'retell-api-key'))?.[0];
    if (key === undefined) return { outcome: 'key-needed' };
    // Before anything is told of who has the agent: to know that, one must have its account.
    const agent = await accounts.read(key, agentId);
    if (typeof agent === 'string') return { outcome: agent };
    if (agent.agentId !== agentId) return { outcome: 'agent-unknown' };
    const clinic = await claim(by, agentId, requestId);
    if (typeof clinic === 'string') return { outcome: clinic };
    if (apiKey !== undefined) {
      const actor = { actorType: 'user', actorId: userId, requestId } as const;
      const { outcome } = await credentials.put(clinicId, 'retell-api-key', apiKey, actor);
      if (outcome === 'changed-meanwhile') return { outcome };
    }
    if (agent.webhookUrl === webhookUrl) {
      return { outcome: 'connected', clinic, agent, webhook: agent.isPublished ? 'ours' : 'in-draft', replaced: false };
    }
    // Before it is overwritten: whoever disconnects the agent gets it back.
    await formerWebhooks.remember(clinicId, agentId, agent.webhookUrl, clock.now());
    const set = await accounts.setWebhook(key, agent, webhookUrl);
    const webhook = set === 'published' ? 'ours' : set === 'in-draft' ? set : 'not-set';
    return { outcome: 'connected', clinic, agent, webhook, replaced: agent.webhookUrl !== undefined };
  };
}
