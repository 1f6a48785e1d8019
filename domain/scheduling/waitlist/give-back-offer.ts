import type { Clinic } from '../../clinics/clinic.ts';
import type { Clock } from '../../clock.ts';
import type { WaitlistEntryId } from '../../ids.ts';
import type { Calendar } from '../calendar/calendar.ts';
import { auditOfOffer, freedIdOf } from './waitlist-offer.ts';
import type { WaitlistStore } from './waitlist.ts';

interface Deps {
  calendar: Pick<Calendar, 'release'>;
  waitlist: Pick<WaitlistStore, 'get' | 'update'>;
  clock: Clock;
}

/** An entry has few writers; who loses to them so often has met a fault. */
const mostRounds = 5;

/**
 * Gives back a time that is kept for somebody who could not be told of it: the entry shows the clinic whom to call.
 * Whoever answered meanwhile, or has another offer by now, keeps it. Done again it changes nothing.
 */
export function giveBackOffer({ calendar, waitlist, clock }: Deps) {
  return async ({ id, scheduling }: Clinic, entryId: WaitlistEntryId, holdId: string): Promise<void> => {
    for (let round = 0; round < mostRounds; round++) {
      const entry = await waitlist.get(id, entryId);
      if (entry?.status !== 'offered' || !entry.offer || !('holdId' in entry.offer)) return;
      const { offer } = entry;
      if (offer.holdId !== holdId) return;
      await calendar.release(id, [offer], scheduling.gridMinutes);
      const { holdId: _hold, holder: _holder, expiresAtMs: _expires, ...shown } = offer;
      const nowMs = clock.now();
      const { outcome } = await waitlist.update(
        { ...entry, status: 'matched', offer: shown, updatedAtMs: nowMs, version: entry.version + 1 },
        [auditOfOffer(entry, { freedId: freedIdOf(entryId, holdId) }, ['status', 'offer'], nowMs)],
      );
      if (outcome === 'updated') return;
    }
    throw new Error('an offer was changed by others five times in a row');
  };
}
