import { type Clock, isoInstant } from '#domain/clock.ts';
import { type BegunWebCalls, mostWebCalls } from '#domain/conversations/web-calls.ts';
import type { ClinicId } from '#domain/ids.ts';
import { keys } from './keys.ts';
import type { Table } from './table.ts';

const hourMs = 60 * 60 * 1000;
const dayMs = 24 * hourMs;

/** A counter for each hour of a person and one for each day (UTC) of the clinic. */
export function createBegunWebCalls(core: Table, clock: Clock): BegunWebCalls {
  async function count(clinicId: ClinicId, who: string, periodMs: number, most: number): Promise<boolean> {
    const period = Math.floor(clock.now() / periodMs);
    const at = isoInstant(clock.now());
    const ttl = ((period + 2) * periodMs) / 1000;
    const counted = await core.increment(keys.begunWebCalls(clinicId, `${who}#${period}`), 'calls', {
      first: { entity: 'BegunWebCalls', schemaVersion: 1, clinicId, createdAt: at, ttl },
      always: { updatedAt: at },
    });
    return counted <= most;
  }
  return {
    async count(clinicId, userId) {
      if (!(await count(clinicId, `USER#${userId}`, hourMs, mostWebCalls.ofPersonInAnHour))) return 'too-many';
      return (await count(clinicId, 'ALL', dayMs, mostWebCalls.ofClinicInADay)) ? 'room' : 'too-many';
    },
  };
}
