import type { AgentAtRetell, RetellAccounts, WantedWebCall } from '#adapters/retell/clinic-agents.ts';

/** An account at Retell: its key, and the agents in it. */
export interface FakeAccount {
  key: string;
  agents: AgentAtRetell[];
}

export interface FakeRetellAccounts extends RetellAccounts {
  accounts: FakeAccount[];
  /** Calls that were begun, with the key they were begun by. */
  calls: (WantedWebCall & { key: string })[];
  /** Retell does not answer while this is set. */
  silent: boolean;
}

/** Retell as a key opens it, in memory: versions are drafts or published, a key that is nobody's is refused. */
export function inMemoryRetellAccounts(...accounts: FakeAccount[]): FakeRetellAccounts {
  const find = (key: string, agentId: string) => {
    if (fake.silent) return 'unreachable';
    const account = accounts.find((one) => one.key === key);
    if (!account) return 'key-refused';
    return account.agents.find((agent) => agent.agentId === agentId) ?? 'agent-unknown';
  };
  const fake: FakeRetellAccounts = {
    accounts,
    calls: [],
    silent: false,
    read: async (key, agentId) => {
      const found = find(key, agentId);
      return typeof found === 'string' ? found : { ...found };
    },
    check: async (key) => {
      if (fake.silent) return 'unreachable';
      return accounts.some((one) => one.key === key) ? 'accepted' : 'key-refused';
    },
    setWebhook: async (key, { agentId }, url) => {
      const found = find(key, agentId);
      if (typeof found === 'string') return found;
      if (url === null) delete found.webhookUrl;
      else found.webhookUrl = url;
      if (!found.isPublished) return 'in-draft';
      found.version += 1;
      return 'published';
    },
    createWebCall: async (key, wanted) => {
      const found = find(key, wanted.agentId);
      if (typeof found === 'string') return found;
      fake.calls.push({ ...wanted, key });
      return {
        call_id: `call_web${String(fake.calls.length).padStart(24, '0')}`,
        access_token: `token-${fake.calls.length}`,
        transport: 'gateway',
        ice_servers: [],
        expires_at: 1_800_000_000_000,
      };
    },
  };
  return fake;
}
