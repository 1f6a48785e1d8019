import type { PendingAuditEvent } from '../../audit/audit-event.ts';
import { derivedUuid, WaitlistEntryId } from '../../ids.ts';
import type { WaitlistEntry, WaitlistStore } from './waitlist.ts';

/**
 * Puts a wish on the list. The id of the entry follows from the wish, so that a repetition finds what the first time
 * made. Where that one has ended, the wish waits anew under the next id.
 *
 * @param wish all that makes it this wish and no other
 * @param auditOf what goes on record of an entry that is added
 * @returns the entry that waits for it, as it stands
 */
export async function joinOnce(
  waitlist: Pick<WaitlistStore, 'join' | 'get'>,
  wish: readonly string[],
  wanted: Omit<WaitlistEntry, 'entryId'>,
  auditOf: (entry: WaitlistEntry) => PendingAuditEvent[],
): Promise<{ outcome: 'joined' | 'already-joined'; entry: WaitlistEntry }> {
  for (let attempt = 0; ; attempt++) {
    const entry = { ...wanted, entryId: WaitlistEntryId.parse(derivedUuid(...wish, `${attempt}`)) };
    const { outcome } = await waitlist.join(entry, auditOf(entry));
    if (outcome === 'joined') return { outcome, entry };
    const found = await waitlist.get(entry.clinicId, entry.entryId);
    if (!found) throw new Error('an entry of a waitlist that was joined is not there');
    if (!hasEnded(found)) return { outcome, entry: found };
  }
}

const hasEnded = ({ status }: WaitlistEntry): boolean =>
  status === 'left' || status === 'booked' || status === 'expired';
