import * as z from 'zod';
import { isoInstant } from '#domain/clock.ts';
import type { FormerWebhooks } from '#domain/clinics/former-webhooks.ts';
import { keys } from './keys.ts';
import type { Table } from './table.ts';

const Row = z.object({ url: z.string().optional() });

/** Beside the row that says whose an agent is; a clinic that had it before is not heard of by the next. */
export const createFormerWebhooks = (routing: Table): FormerWebhooks => ({
  async of(clinicId, agentId) {
    const item = await routing.get(keys.agentWebhook('retell', agentId, clinicId));
    return item && Row.parse(item).url;
  },

  async remember(clinicId, agentId, url, nowMs) {
    const at = isoInstant(nowMs);
    const row = { entity: 'AgentWebhook', schemaVersion: 1, clinicId, agentId, url, createdAt: at, updatedAt: at };
    await routing.put({ ...keys.agentWebhook('retell', agentId, clinicId), ...row });
  },
});
