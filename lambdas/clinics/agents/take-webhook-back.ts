import type { RetellAccounts } from '#adapters/retell/clinic-agents.ts';
import type { Clock } from '#domain/clock.ts';
import type { CredentialReader } from '#domain/clinics/credentials/vault.ts';
import type { FormerWebhooks } from '#domain/clinics/former-webhooks.ts';
import type { ClinicId } from '#domain/ids.ts';

/**
 * What became of the address to which an agent's events went: only what was ours is taken back. `put-back`: they go where
 * they went before the agent was connected.
 */
export type TakenBack = 'taken-back' | 'put-back' | 'not-ours' | 'in-draft' | 'not-taken-back';

export interface TakeBackDeps {
  credentials: CredentialReader;
  accounts: Pick<RetellAccounts, 'read' | 'setWebhook'>;
  formerWebhooks: FormerWebhooks;
  /** Where Retell is to send an agent's events. */
  webhookUrl: string;
  clock: Clock;
}

/** Has Retell tell us no more of a clinic's own agent. To be done while it is known whose the agent is, and its key counts. */
export function takeWebhookBack({ credentials, accounts, formerWebhooks, webhookUrl, clock }: TakeBackDeps) {
  return async (clinicId: ClinicId, agentId: string): Promise<TakenBack> => {
    const [key] = (await credentials.read(clinicId, 'retell-api-key')) ?? [];
    if (key === undefined) return 'not-ours';
    const agent = await accounts.read(key, agentId);
    if (typeof agent === 'string') return 'not-taken-back';
    if (agent.webhookUrl !== webhookUrl) return 'not-ours';
    const former = await formerWebhooks.of(clinicId, agentId);
    const set = await accounts.setWebhook(key, agent, former ?? null);
    // Kept until then: an agent that is connected again and disconnected still gets it back.
    if (set !== 'published' && set !== 'in-draft') return 'not-taken-back';
    await formerWebhooks.remember(clinicId, agentId, undefined, clock.now());
    if (set === 'in-draft') return set;
    return former === undefined ? 'taken-back' : 'put-back';
  };
}
