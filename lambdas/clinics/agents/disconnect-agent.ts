import type { ClinicProfile } from '#domain/clinics/clinic-store.ts';
import type { Member } from '#domain/clinics/members/member.ts';
import { type AgentDeps, ownAgent, saveAgents } from './connect-agent.ts';
import { type TakenBack, takeWebhookBack } from './take-webhook-back.ts';

export type Disconnection =
  | { outcome: 'disconnected'; clinic: ClinicProfile; agentId: string; webhook: TakenBack }
  | { outcome: 'not-connected' | 'last-agent' | 'changed-meanwhile' };

/** Gives the clinic's own agent up: its calls are the clinic's no more, and Retell tells us of no others. */
export function disconnectAgent(deps: AgentDeps) {
  const { clinics } = deps;
  const takeBack = takeWebhookBack(deps);

  return async ({ clinicId, userId }: Member, requestId: string): Promise<Disconnection> => {
    const clinic = await clinics.profile(clinicId);
    if (!clinic) throw new Error('a member is of a clinic that does not exist');
    const own = ownAgent(clinic);
    if (!own) return { outcome: 'not-connected' };
    const agents = clinic.agents.filter(({ id }) => id !== own.id);
    if (agents.length === 0) return { outcome: 'last-agent' };
    // First, while it is still known whose it is; an account that does not answer keeps nobody connected.
    const webhook = await takeBack(clinicId, own.id);
    const told = { actorId: userId, resourceId: own.id, reason: 'disconnected', requestId };
    const saved = await saveAgents(deps, clinic, agents, told);
    if (saved !== 'saved') return { outcome: saved };
    return { outcome: 'disconnected', clinic: { ...clinic, agents }, agentId: own.id, webhook };
  };
}
