import type { ClinicId } from '#domain/ids.ts';
import { keys } from './keys.ts';
import type { Table } from './table.ts';

/** Calls of the clinic that are looked at: the latest, of which a clinic's own agent has nearly all. */
const lookedAt = 50;

/** When something of an agent was last written down, by the conversations of its clinic. */
export const createAgentActivity = (core: Table) => ({
  async lastSeen(clinicId: ClinicId, agentId: string): Promise<number | undefined> {
    const latest = await core.query({
      index: 'GSI1',
      pk: keys.conversationsByTime(clinicId),
      upTo: lookedAt,
      newestFirst: true,
      attributes: ['agentId', 'updatedAt'],
    });
    const times = latest.filter((one) => one.agentId === agentId).map((one) => Date.parse(String(one.updatedAt)));
    return times.length ? Math.max(...times) : undefined;
  },
});
