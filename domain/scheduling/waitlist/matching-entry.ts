import type { WaitlistEntryId } from '../../ids.ts';
import type { FreedTime } from '../../messages/time-freed.ts';
import { wallClock } from '../../wall-time.ts';
import type { Slot } from '../slots/slot.ts';
import type { WaitlistEntry } from './waitlist.ts';

/** Whether a freed time is what an entry waits for. Its dates and times are those of the clinic's wall clock. */
export function suits(entry: WaitlistEntry, freed: FreedTime, zone: string): boolean {
  const { date, time } = wallClock(freed.startMs, zone);
  return (
    entry.typeId === freed.typeId &&
    (entry.providerId === undefined || entry.providerId === freed.providerId) &&
    (entry.from === undefined || entry.from <= date) &&
    (entry.to === undefined || date <= entry.to) &&
    (entry.notBefore === undefined || entry.notBefore <= time) &&
    (entry.before === undefined || time < entry.before)
  );
}

/**
 * Whether an entry is free for an offer now. One whose offer ran out without anybody settling it waits again, and so
 * does one for which the clinic was shown a time that is past.
 */
export function awaitsOffer({ status, offer }: WaitlistEntry, nowMs: number): boolean {
  if (status === 'waiting') return true;
  if (status === 'offered') return offer === undefined || !('holdId' in offer) || offer.expiresAtMs < nowMs;
  return status === 'matched' && (offer === undefined || offer.startMs <= nowMs);
}

/**
 * Who hears of a freed time next: the oldest entry that it suits. One for which the clinic was shown a time that somebody
 * else has by now waits again. Everybody on the list agreed to be contacted.
 *
 * @param entries oldest first
 */
export async function nextInLine(
  entries: readonly WaitlistEntry[],
  freed: FreedTime,
  { zone, nowMs, passedOver, isFree }: Line,
): Promise<WaitlistEntry | undefined> {
  for (const entry of entries) {
    if (passedOver.includes(entry.entryId) || !suits(entry, freed, zone)) continue;
    if (awaitsOffer(entry, nowMs)) return entry;
    const { status, offer } = entry;
    if (status === 'matched' && offer && !(await isFree(entry, offer))) return entry;
  }
  return undefined;
}

interface Line {
  zone: string;
  nowMs: number;
  passedOver: readonly WaitlistEntryId[];
  /** Whether the clinic could still book the time it was shown for an entry. */
  isFree(entry: WaitlistEntry, shown: Slot): Promise<boolean>;
}
