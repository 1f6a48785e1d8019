import type { FormerWebhooks } from '#domain/clinics/former-webhooks.ts';

/** What agents' addresses were before, in memory. */
export function inMemoryFormerWebhooks(): FormerWebhooks {
  const kept = new Map<string, string | undefined>();
  return {
    of: async (clinicId, agentId) => kept.get(`${clinicId} ${agentId}`),
    remember: async (clinicId, agentId, url) => void kept.set(`${clinicId} ${agentId}`, url),
  };
}
