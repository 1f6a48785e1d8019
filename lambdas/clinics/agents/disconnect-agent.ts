import type { ClinicProfile } from '#domain/clinics/clinic-store.ts';
import type { Member } from '#domain/clinics/members/member.ts';
import { type AgentDeps, ownAgent, saveAgents } from './connect-agent.ts';

/**
 * What became of the address to which the agent's events went: only what was ours is taken back. `put-back`: they go where
 * they went before the agent was connected.
 */
export type TakenBack = 'taken-back' | 'put-back' | 'not-ours' | 'in-draft' | 'not-taken-back';

export type Disconnection =
  | { outcome: 'disconnected'; clinic: ClinicProfile; agentId: string; webhook: TakenBack }
  | { outcome: 'not-connected' | 'last-agent' | 'changed-meanwhile' };

/** Gives the clinic's own agent up: its calls are the clinic's no more, and Retell tells us of no others. */
export function disconnectAgent(deps: AgentDeps) {
  const { clinics, credentials, accounts, formerWebhooks, webhookUrl, clock } = deps;

  /** First, while it is still known whose it is; an account that does not answer keeps nobody connected. */
  async function takeBack({ id }: ClinicProfile, agentId: string): Promise<TakenBack> {
    const [key] = (await credentials.read(id, 'retell-api-key')) ?? [];
    if (key === undefined) return 'not-ours';
    const agent = await accounts.read(key, agentId);
    if (typeof agent === 'string') return 'not-taken-back';
    if (agent.webhookUrl !== webhookUrl) return 'not-ours';
    const former = await formerWebhooks.of(id, agentId);
    const set = await accounts.setWebhook(key, agent, former ?? null);
    // Kept until then: an agent that is connected again and disconnected still gets it back.
    if (set !== 'published' && set !== 'in-draft') return 'not-taken-back';
    await formerWebhooks.remember(id, agentId, undefined, clock.now());
    if (set === 'in-draft') return set;
    return former === undefined ? 'taken-back' : 'put-back';
  }

  return async ({ clinicId, userId }: Member, requestId: string): Promise<Disconnection> => {
    const clinic = await clinics.profile(clinicId);
    if (!clinic) throw new Error('a member is of a clinic that does not exist');
    const own = ownAgent(clinic);
    if (!own) return { outcome: 'not-connected' };
    const agents = clinic.agents.filter(({ id }) => id !== own.id);
    if (agents.length === 0) return { outcome: 'last-agent' };
    const webhook = await takeBack(clinic, own.id);
    const told = { actorId: userId, resourceId: own.id, reason: 'disconnected', requestId };
    const saved = await saveAgents(deps, clinic, agents, told);
    if (saved !== 'saved') return { outcome: saved };
    return { outcome: 'disconnected', clinic: { ...clinic, agents }, agentId: own.id, webhook };
  };
}
