import { type Clock, isoInstant } from '#domain/clock.ts';
import { type BegunChats, chatHourMs, mostChats, visitorNetworkOf } from '#domain/conversations/texting/begun-chats.ts';
import type { ClinicId } from '#domain/ids.ts';
import { keys } from './keys.ts';
import type { Table } from './table.ts';

/** Two counters for each hour: one of the address, one of the clinic. The first that is full keeps the other as it is. */
export function createBegunChats(core: Table, clock: Clock): BegunChats {
  async function count(clinicId: ClinicId, who: string, most: number): Promise<boolean> {
    const hour = Math.floor(clock.now() / chatHourMs);
    const at = isoInstant(clock.now());
    const counted = await core.increment(keys.begunChats(clinicId, hour, who), 'chats', {
      first: { entity: 'BegunChats', schemaVersion: 1, clinicId, createdAt: at, ttl: ((hour + 2) * chatHourMs) / 1000 },
      always: { updatedAt: at },
    });
    return counted <= most;
  }
  return {
    async count(clinicId, address) {
      const who = visitorNetworkOf(clinicId, address);
      if (!(await count(clinicId, who, mostChats.ofAddress))) return 'too-many';
      return (await count(clinicId, 'all', mostChats.ofClinic)) ? 'room' : 'too-many';
    },
  };
}
