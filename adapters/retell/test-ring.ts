import { createHmac } from 'node:crypto';
import * as z from 'zod';
import type { TestRing } from '#domain/onboarding/onboarding.ts';

/** What our webhook answers, as far as it tells whose call it is. */
const Answer = z.object({
  call_inbound: z.looseObject({ dynamic_variables: z.looseObject({ clinic_id: z.string().optional() }).optional() }),
});

/** Asks our own webhook whose a number is, signed as Retell signs; nobody's telephone rings. */
export function createTestRing(webhookUrl: string, key: () => Promise<string>, now: () => number): TestRing {
  return {
    async ring(number, agentId) {
      const ring = { agent_id: agentId, to_number: number, from_number: '+12025550100' };
      const body = JSON.stringify({ event: 'call_inbound', call_inbound: ring });
      const at = String(now());
      const digest = createHmac('sha256', await key())
        .update(body)
        .update(at)
        .digest('hex');
      const response = await fetch(webhookUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-retell-signature': `v=${at},d=${digest}` },
        body,
        signal: AbortSignal.timeout(10_000),
      });
      if (!response.ok) throw new Error(`our webhook answered a test ring with ${response.status}`);
      return Answer.parse(await response.json()).call_inbound.dynamic_variables?.clinic_id;
    },
  };
}
