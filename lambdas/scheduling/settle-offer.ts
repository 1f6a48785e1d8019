import type { Clock } from '#domain/clock.ts';
import type { ClinicStore } from '#domain/clinics/clinic-store.ts';
import type { WaitlistEntryId } from '#domain/ids.ts';
import type { Log } from '#domain/log.ts';
import type { OfferRanOut } from '#domain/messages/time-freed.ts';
import type { Calendar } from '#domain/scheduling/calendar/calendar.ts';
import type { WaitlistStore } from '#domain/scheduling/waitlist/waitlist.ts';
import { auditOfOffer, holdFor, isMatchedTo } from '#domain/scheduling/waitlist/waitlist-offer.ts';

/** An entry has few writers; who loses to them so often has met a fault. */
const mostRounds = 5;

interface Deps {
  clinics: Pick<ClinicStore, 'profile'>;
  calendar: Pick<Calendar, 'release'>;
  waitlist: Pick<WaitlistStore, 'get' | 'update'>;
  clock: Clock;
  log: Log;
}

/** What the workflow goes by. `passedOver` takes the place of the former list. */
export type SettledOffer = { outcome: 'settled' } | { outcome: 'pass-on'; passedOver: WaitlistEntryId[] };

/**
 * What becomes of an offer whose time has run out. Accepted, or for the clinic to tell: nothing more is done. Otherwise
 * the time is given back, the entry waits on, unless the patient left the list, and the next in line is asked. Run twice,
 * it answers the same.
 */
export function settleOffer({ clinics, calendar, waitlist, clock, log }: Deps) {
  return async ({ freed, passedOver, entryId }: OfferRanOut): Promise<SettledOffer> => {
    const { clinicId } = freed;
    const clinic = await clinics.profile(clinicId);
    if (!clinic) throw new Error('an offer ran out at a clinic that is not there');
    for (let round = 0; round < mostRounds; round++) {
      const entry = await waitlist.get(clinicId, entryId);
      const held = entry && holdFor(entry, freed);
      if (entry?.status === 'booked' && held) {
        log.info('waitlist.settled', { clinicId, outcome: 'booked' });
        return { outcome: 'settled' };
      }
      // Told of nothing, for no message reached them: the clinic was shown the time, and calls them.
      if (entry && isMatchedTo(entry, freed)) {
        log.info('waitlist.settled', { clinicId, outcome: 'matched' });
        return { outcome: 'settled' };
      }
      if (held) await calendar.release(clinicId, [held], clinic.scheduling.gridMinutes);
      if (entry?.status === 'offered' && held) {
        const nowMs = clock.now();
        const { outcome } = await waitlist.update(
          { ...entry, status: 'waiting', updatedAtMs: nowMs, version: entry.version + 1 },
          [auditOfOffer(entry, freed, ['status'], nowMs)],
        );
        if (outcome === 'changed-meanwhile') continue;
      }
      log.info('waitlist.settled', { clinicId, outcome: 'passed-on' });
      return { outcome: 'pass-on', passedOver: [...new Set([...passedOver, entryId])] };
    }
    throw new Error('an offer was changed by others five times in a row');
  };
}
