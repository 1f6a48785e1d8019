import type { PendingAuditEvent } from '../../audit/audit-event.ts';
import type { Clock } from '../../clock.ts';
import type { WaitlistEntry, WaitlistStore } from './waitlist.ts';

interface Deps {
  waitlist: Pick<WaitlistStore, 'get' | 'update'>;
  clock: Clock;
}

/** An entry has few writers; who loses to them so often has met a fault. */
const mostRounds = 5;

/**
 * Turns an entry to a status that ends it, whoever else writes, an offer that runs out in that instant included; answers
 * it as it stands then. One that ended in another way before is left as it is.
 *
 * @param onRecord what goes on record with it, at epoch milliseconds
 */
export async function endEntry(
  { waitlist, clock }: Deps,
  found: WaitlistEntry,
  status: 'left' | 'booked',
  onRecord: (entry: WaitlistEntry, nowMs: number) => PendingAuditEvent,
): Promise<WaitlistEntry> {
  let entry = found;
  for (let round = 0; round < mostRounds; round++) {
    const isEnded = entry.status === 'booked' || (entry.status === 'left' && status === 'left');
    if (isEnded) return entry;
    const nowMs = clock.now();
    const next: WaitlistEntry = { ...entry, status, updatedAtMs: nowMs, version: entry.version + 1 };
    const { outcome } = await waitlist.update(next, [onRecord(entry, nowMs)]);
    if (outcome === 'updated') return next;
    const now = await waitlist.get(entry.clinicId, entry.entryId);
    if (!now) throw new Error('an entry of a waitlist disappeared');
    entry = now;
  }
  throw new Error('an entry of a waitlist was written by others five times in a row');
}
