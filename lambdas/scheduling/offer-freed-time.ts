import { type Clock, isoInstant } from '#domain/clock.ts';
import type { Clinic } from '#domain/clinics/clinic.ts';
import type { ClinicStore } from '#domain/clinics/clinic-store.ts';
import type { WaitlistEntryId } from '#domain/ids.ts';
import type { Log } from '#domain/log.ts';
import type { FreedTime, TimeFreed } from '#domain/messages/time-freed.ts';
import type { Calendar } from '#domain/scheduling/calendar/calendar.ts';
import type { Requester } from '#domain/scheduling/requester.ts';
import type { Scheduling } from '#domain/scheduling/scheduling.ts';
import type { HeldTime, Slot } from '#domain/scheduling/slots/slot.ts';
import { nextInLine } from '#domain/scheduling/waitlist/matching-entry.ts';
import type { WaitlistEntry, WaitlistOfferSender, WaitlistStore } from '#domain/scheduling/waitlist/waitlist.ts';
import {
  auditOfOffer,
  holdFor,
  isMatchedTo,
  offerHoldId,
  waitlistRequester,
} from '#domain/scheduling/waitlist/waitlist-offer.ts';
import { wallClock } from '#domain/wall-time.ts';

/** Time to read a message and answer it, for a patient who is at work. */
const answerWithinMs = 15 * 60_000;

/** Times and entries are wanted by few at once; who loses so often has met a fault. */
const mostRounds = 5;

interface Deps {
  clinics: Pick<ClinicStore, 'profile'>;
  scheduling: Pick<Scheduling, 'find'>;
  calendar: Pick<Calendar, 'hold' | 'release'>;
  waitlist: Pick<WaitlistStore, 'ofType' | 'update'>;
  sender: WaitlistOfferSender;
  clock: Clock;
  log: Log;
}

/** What the workflow goes by. `expiresAt` is ISO 8601: until then the time is kept. */
export type FreedTimeOffer =
  | { outcome: 'offered'; entryId: WaitlistEntryId; expiresAt: string }
  /** Whoever is next is not written to at this hour: nothing is kept, and the time is offered at `at`, ISO 8601. */
  | { outcome: 'later'; at: string }
  /** The clinic sees on its waitlist whom to call. */
  | { outcome: 'matched' }
  | { outcome: 'none' };

/**
 * Offers a freed time to the oldest who waits for it and was not passed over: kept for a quarter of an hour, then told.
 * A patient we cannot write to, or who may not book it themselves, gets nothing kept; the entry shows the clinic the time.
 * Nor one who sleeps: it waits for the morning, where that is early enough. Books nobody. Run twice, it finishes what it
 * began and answers the same.
 */
export function offerFreedTime({ clinics, scheduling, calendar, waitlist, sender, clock, log }: Deps) {
  /** From when on there is a way to tell of a time in time; nothing where there is none. */
  async function tellableFrom(entry: WaitlistEntry, clinic: Clinic, startMs: number): Promise<number | undefined> {
    const nowMs = clock.now();
    const fromMs = await sender.tellableFrom(entry, clinic, nowMs);
    return fromMs === nowMs || (fromMs && fromMs + answerWithinMs <= startMs) ? fromMs : undefined;
  }

  async function findTime(
    clinic: Clinic,
    entry: WaitlistEntry,
    freed: FreedTime,
    kind: Requester['kind'],
  ): Promise<Slot | undefined> {
    const { date, time } = wallClock(freed.startMs, clinic.zone);
    const found = await scheduling.find(
      clinic,
      {
        typeId: freed.typeId,
        providerIds: [freed.providerId],
        from: date,
        to: date,
        notBefore: time,
        count: 1,
      },
      waitlistRequester(entry, freed, kind),
    );
    return found.code === 'OK' ? found.slots.find(({ startMs }) => startMs === freed.startMs) : undefined;
  }

  /** Only one of two writers turns the same version of an entry into an offer. */
  async function turn(entry: WaitlistEntry, status: 'offered' | 'matched', offer: Slot | HeldTime, freed: FreedTime) {
    const nowMs = clock.now();
    const next: WaitlistEntry = { ...entry, status, offer, updatedAtMs: nowMs, version: entry.version + 1 };
    const { outcome } = await waitlist.update(next, [auditOfOffer(entry, freed, ['status', 'offer'], nowMs)]);
    return outcome === 'updated' ? next : undefined;
  }

  async function match(entry: WaitlistEntry, slot: Slot, freed: FreedTime): Promise<FreedTimeOffer | undefined> {
    if (!(await turn(entry, 'matched', slot, freed))) return undefined;
    log.info('waitlist.matched', { clinicId: freed.clinicId });
    return { outcome: 'matched' };
  }

  async function tell(entry: WaitlistEntry, held: HeldTime, grid: number, freed: FreedTime) {
    const { outcome } = await sender.send(entry, held);
    if (outcome === 'no-channel') {
      await calendar.release(freed.clinicId, [held], grid);
      const { holdId: _hold, holder: _holder, expiresAtMs: _expires, ...slot } = held;
      return match(entry, slot, freed);
    }
    log.info('waitlist.offered', { clinicId: freed.clinicId });
    return { outcome: 'offered', entryId: entry.entryId, expiresAt: isoInstant(held.expiresAtMs) } as const;
  }

  async function offer(clinic: Clinic, entry: WaitlistEntry, slot: Slot, freed: FreedTime) {
    const { gridMinutes } = clinic.scheduling;
    const nowMs = clock.now();
    const held: HeldTime = {
      ...slot,
      holdId: offerHoldId(entry.entryId, freed),
      holder: waitlistRequester(entry, freed, 'agent').holder,
      expiresAtMs: Math.min(nowMs + answerWithinMs, slot.startMs),
    };
    const { outcome } = await calendar.hold(clinic.id, held, gridMinutes, { conversationsPerCaller: 1 }, nowMs);
    if (outcome !== 'held') return undefined;
    const offered = await turn(entry, 'offered', held, freed);
    if (offered) return tell(offered, held, gridMinutes, freed);
    await calendar.release(clinic.id, [held], gridMinutes);
    return undefined;
  }

  return async ({ freed, passedOver }: TimeFreed): Promise<FreedTimeOffer> => {
    const { clinicId, typeId } = freed;
    const clinic = await clinics.profile(clinicId);
    if (!clinic) throw new Error('a time came free at a clinic that is not there');
    for (let round = 0; round < mostRounds; round++) {
      const entries = await waitlist.ofType(clinicId, typeId);
      const open = entries.filter(({ entryId }) => !passedOver.includes(entryId));
      const begun = open.find((entry) => entry.status === 'offered' && holdFor(entry, freed));
      const held = begun && holdFor(begun, freed);
      if (begun && held) {
        const told = await tell(begun, held, clinic.scheduling.gridMinutes, freed);
        if (told) return told;
        continue;
      }
      if (open.some((entry) => isMatchedTo(entry, freed))) {
        return { outcome: 'matched' };
      }

      const entry = await nextInLine(open, freed, {
        zone: clinic.zone,
        nowMs: clock.now(),
        passedOver,
        isFree: async (matched, { providerId, startMs }) =>
          (await findTime(clinic, matched, { ...freed, providerId, startMs }, 'staff')) !== undefined,
      });
      if (!entry) return { outcome: 'none' };
      const fromMs = await tellableFrom(entry, clinic, freed.startMs);
      // Where the rules for callers say no, the clinic's people may still call and book.
      const byText = fromMs === undefined ? undefined : await findTime(clinic, entry, freed, 'agent');
      const slot = byText ?? (await findTime(clinic, entry, freed, 'staff'));
      if (!slot) return { outcome: 'none' };
      if (byText && fromMs !== undefined && fromMs > clock.now()) return { outcome: 'later', at: isoInstant(fromMs) };
      const answer = await (byText ? offer(clinic, entry, slot, freed) : match(entry, slot, freed));
      if (answer) return answer;
    }
    throw new Error('a freed time was lost to others five times in a row');
  };
}
