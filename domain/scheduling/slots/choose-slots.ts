import { wallClock } from '../../wall-time.ts';
import type { Slot } from './slot.ts';

export interface Choice {
  /** At most so many. */
  count: number;
  /** `spread`: at most two a half-day, on two days or more if possible. */
  strategy: 'soonest' | 'spread';
  zone: string;
}

const mostPerHalfDay = 2;

/**
 * The slots to offer, in order, of slots that come earliest first; no more of them are read than are needed. A start is
 * never offered twice, also where that makes fewer offers: the first of its slots is with whom the clinic would have it,
 * and "ten o'clock or ten o'clock" is no choice on the telephone.
 */
export function chooseSlots(slots: Iterable<Slot>, { count, strategy, zone }: Choice): Slot[] {
  return strategy === 'soonest' ? soonest(distinctStarts(slots), count) : spread(distinctStarts(slots), count, zone);
}

function* distinctStarts(slots: Iterable<Slot>): Generator<Slot, void, undefined> {
  let lastMs: number | undefined;
  for (const slot of slots) {
    if (slot.startMs !== lastMs) yield slot;
    lastMs = slot.startMs;
  }
}

function soonest(slots: Iterable<Slot>, count: number): Slot[] {
  const chosen: Slot[] = [];
  if (count < 1) return chosen;
  for (const slot of slots) if (chosen.push(slot) === count) break;
  return chosen;
}

/** The last place is kept for another day, until it turns out that no other day has any. */
function spread(slots: Iterable<Slot>, count: number, zone: string): Slot[] {
  const chosen: Slot[] = [];
  if (count < 1) return chosen;
  const taken = new Map<string, number>();
  let firstDate: string | undefined;
  let inReserve: Slot | undefined;
  for (const slot of slots) {
    const { date, time } = wallClock(slot.startMs, zone);
    const halfDay = `${date} ${time < '12:00' ? 'morning' : 'afternoon'}`;
    const there = taken.get(halfDay) ?? 0;
    if (there === mostPerHalfDay) continue;
    firstDate ??= date;
    if (count > 1 && chosen.length === count - 1 && date === firstDate) {
      inReserve ??= slot;
      continue;
    }
    taken.set(halfDay, there + 1);
    if (chosen.push(slot) === count) return chosen;
  }
  if (inReserve) chosen.push(inReserve);
  return chosen;
}
