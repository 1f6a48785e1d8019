import type { AgentAtRetell, AgentFault, RetellAccounts } from '#adapters/retell/clinic-agents.ts';
import type { Secret } from '#adapters/secrets/secret.ts';
import { isoInstant } from '#domain/clock.ts';
import type { ClinicRegistry } from '#domain/clinics/clinic-registry.ts';
import type { CredentialReader } from '#domain/clinics/credentials/vault.ts';
import type { ClinicId } from '#domain/ids.ts';
import { ownAgent, type Webhook } from './connect-agent.ts';

/** When something of a clinic's agent was last written down. */
export interface AgentActivity {
  /** Epoch milliseconds; nothing when none of the clinic's latest calls was the agent's. */
  lastSeen(clinicId: ClinicId, agentId: string): Promise<number | undefined>;
}

interface Deps {
  clinics: Pick<ClinicRegistry, 'profile'>;
  credentials: CredentialReader;
  accounts: Pick<RetellAccounts, 'read'>;
  activity: AgentActivity;
  /** Of our account, in which agents are that we made for a clinic. */
  retellKey: Pick<Secret, 'values'>;
  webhookUrl: string;
}

/**
 * `active`: Retell has the agent and tells us of its calls. `inactive`: the clinic has none of its own. `attention`:
 * something must be done, and `problem` says what. `unknown`: Retell does not answer just now.
 */
export type AiStatus = 'active' | 'inactive' | 'attention' | 'unknown';

export interface AgentStatus {
  agentId: string | null;
  email: string | null;
  aiStatus: AiStatus;
  agentName?: string;
  webhook?: Webhook;
  lastEventAt?: string;
  problem?: 'no-key' | Exclude<AgentFault, 'unreachable'> | 'webhook-elsewhere' | 'not-published';
}

/** How the clinic's own agent stands, as Retell says now. */
export function readAgentStatus({ clinics, credentials, accounts, activity, retellKey, webhookUrl }: Deps) {
  /** From the clinic's account where it has one and the agent is in it, else from ours. */
  async function find(
    clinicId: ClinicId,
    agentId: string,
  ): Promise<{ agent: AgentAtRetell; isInOurs: boolean } | AgentFault | 'no-key'> {
    const [own] = (await credentials.read(clinicId, 'retell-api-key')) ?? [];
    const theirs = own === undefined ? 'no-key' : await accounts.read(own, agentId);
    if (typeof theirs === 'object') return { agent: theirs, isInOurs: false };
    if (theirs !== 'no-key' && theirs !== 'agent-unknown') return theirs;
    const [key] = await retellKey.values();
    const ours = await accounts.read(key, agentId);
    if (typeof ours === 'object') return { agent: ours, isInOurs: true };
    return ours === 'unreachable' ? ours : theirs;
  }

  return async (clinicId: ClinicId): Promise<AgentStatus> => {
    const clinic = await clinics.profile(clinicId);
    if (!clinic) throw new Error('a member is of a clinic that does not exist');
    const email = clinic.email.recipients.find(({ alternative }) => !alternative)?.address ?? null;
    const own = ownAgent(clinic);
    if (!own) return { agentId: null, email, aiStatus: 'inactive' };
    const [found, seenMs] = await Promise.all([find(clinicId, own.id), activity.lastSeen(clinicId, own.id)]);
    const known = {
      agentId: own.id,
      email,
      ...(seenMs !== undefined && { lastEventAt: isoInstant(seenMs) }),
    };
    if (found === 'unreachable') return { ...known, aiStatus: 'unknown' };
    if (typeof found === 'string') return { ...known, aiStatus: 'attention', problem: found };
    const { agent, isInOurs } = found;
    // In our account an agent without an address of its own tells us by the account's.
    const isOurs = agent.webhookUrl === webhookUrl || (isInOurs && agent.webhookUrl === undefined);
    const webhook: Webhook = !isOurs ? 'not-set' : agent.isPublished ? 'ours' : 'in-draft';
    const problem = !isOurs ? 'webhook-elsewhere' : agent.isPublished ? undefined : 'not-published';
    return {
      ...known,
      ...(agent.name && { agentName: agent.name }),
      webhook,
      ...(problem ? { aiStatus: 'attention', problem } : { aiStatus: 'active' }),
    };
  };
}
