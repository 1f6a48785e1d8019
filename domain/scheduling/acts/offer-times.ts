import type { Clinic } from '../../clinics/clinic.ts';
import { holdableSlots, holdIdOf, holdingConversationsPerCaller } from '../slots/fairness.ts';
import { searchTimes, timesIn } from './find-times.ts';
import type { Requester } from '../requester.ts';
import type { SchedulingDeps } from '../scheduling-deps.ts';
import type { FoundTimes, Scheduling } from '../scheduling.ts';
import type { HeldTime, Slot } from '../slots/slot.ts';

/** So often a time that was taken under our hands is replaced by another. */
const mostRounds = 3;

/**
 * Finds times and holds, for an agent, those it may: `next` and the offers of a refusal too, since the caller hears of
 * them. What the fairness caps leave is offered without. The clinic's own people see the calendar and hold what they
 * choose. Where nothing is found because the question is wrong, former holds are left as they are.
 */
export function offerTimes(deps: Pick<SchedulingDeps, 'calendar' | 'clock'>): Scheduling['offer'] {
  const search = searchTimes(deps);
  return async (clinic, query, requester, formerHolds) => {
    let own = formerHolds.filter(({ holder }) => holder === requester.holder);
    let fresh: readonly HeldTime[] = [];
    for (let round = 1; ; round++) {
      const { found, cells } = await search(clinic, query, requester);
      const times = timesIn(found);
      if (found.code !== 'OK' && times.length === 0) return found;
      const nowMs = deps.clock.now();
      const { holder } = requester;
      const toHold =
        requester.kind === 'agent' ? holdableSlots(clinic, times, cells, { holder, nowMs, givenBack: own }) : [];
      const { held, taken } = await exchangeHolds(deps, clinic, requester, { own, fresh, toHold, nowMs });
      if (taken.length === 0) return { ...found, held };
      if (round === mostRounds) return { ...without(found, taken), held };
      own = fresh = held;
    }
  };
}

/**
 * Gives back what is not among the times to hold and takes those, what is held already for its full time again, unless
 * it is `fresh`. Former holds go first: new ones may want their cells. `taken` are those that somebody else got first.
 */
export async function exchangeHolds(
  { calendar }: Pick<SchedulingDeps, 'calendar'>,
  clinic: Clinic,
  requester: Requester,
  times: { own: readonly HeldTime[]; fresh: readonly HeldTime[]; toHold: readonly Slot[]; nowMs: number },
): Promise<{ held: HeldTime[]; taken: Slot[] }> {
  const { own, fresh, toHold, nowMs } = times;
  const { gridMinutes, holdMinutes } = clinic.scheduling;
  const { holder, callerNumber } = requester;
  const standing = own.filter(({ expiresAtMs }) => expiresAtMs >= nowMs);
  const givenBack = standing.filter((hold) => !toHold.some((slot) => isSameTime(slot, hold)));
  if (givenBack.length) await calendar.release(clinic.id, givenBack, gridMinutes, callerNumber);

  const limits = { conversationsPerCaller: holdingConversationsPerCaller, callerNumber };
  const expiresAtMs = nowMs + holdMinutes * 60_000;
  const held: HeldTime[] = [];
  const taken: Slot[] = [];
  for (const slot of toHold) {
    // Offers may overlap, and what was given back may have been a part of one that stays.
    const known = givenBack.length ? undefined : fresh.find((hold) => isSameTime(slot, hold));
    const time = known ?? { ...slot, holdId: holdIdOf(holder, slot), holder, expiresAtMs };
    const outcome = known ? 'held' : (await calendar.hold(clinic.id, time, gridMinutes, limits, nowMs)).outcome;
    if (outcome === 'caller-limit') break;
    if (outcome === 'held') held.push(time);
    else taken.push(slot);
  }
  return { held, taken };
}

const isSameTime = (a: Slot, b: Slot): boolean =>
  a.startMs === b.startMs && a.providerId === b.providerId && a.operatoryId === b.operatoryId && a.typeId === b.typeId;

/** What was found, less what somebody else has by now. */
function without(found: FoundTimes, taken: readonly Slot[]): FoundTimes {
  const left = (slots: readonly Slot[]) => slots.filter((slot) => !taken.includes(slot));
  if (found.code !== 'OK') return { ...found, offers: left(found.offers ?? []) };
  const { next, slots } = found;
  return { code: 'OK', slots: left(slots), ...(next && !taken.includes(next) && { next }) };
}
