import type { AgentFault, RetellAccounts } from '#adapters/retell/clinic-agents.ts';
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
export function readAgentStatus({ clinics, credentials, accounts, activity, webhookUrl }: Deps) {
  return async (clinicId: ClinicId): Promise<AgentStatus> => {
    const clinic = await clinics.profile(clinicId);
    if (!clinic) throw new Error('a member is of a clinic that does not exist');
    const email = clinic.email.recipients.find(({ alternative }) => !alternative)?.address ?? null;
    const own = ownAgent(clinic);
    if (!own) return { agentId: null, email, aiStatus: 'inactive' };
    const [values, seenMs] = await Promise.all([
      credentials.read(clinicId, 'retell-api-key'),
      activity.lastSeen(clinicId, own.id),
    ]);
    const known = {
      agentId: own.id,
      email,
      ...(seenMs !== undefined && { lastEventAt: isoInstant(seenMs) }),
    };
    if (!values) return { ...known, aiStatus: 'attention', problem: 'no-key' };
    const agent = await accounts.read(values[0], own.id);
    if (agent === 'unreachable') return { ...known, aiStatus: 'unknown' };
    if (typeof agent === 'string') return { ...known, aiStatus: 'attention', problem: agent };
    const isOurs = agent.webhookUrl === webhookUrl;
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
