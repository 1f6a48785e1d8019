import { holdableSlots, holdIdOf } from '../slots/fairness.ts';
import { judgeWish, lost, refuseWish } from './judge-wanted-time.ts';
import { exchangeHolds } from './offer-times.ts';
import type { SchedulingDeps } from '../scheduling-deps.ts';
import type { Scheduling } from '../scheduling.ts';

/** So often another provider or operatory is tried for one that was taken under our hands. */
const mostRounds = 3;

/**
 * Holds one time that can be booked, in place of the asker's other holds. Where a fairness cap forbids holding it,
 * `held` is empty: it can be booked all the same. Holding it again keeps it for the full time again. The others are given
 * back behind it, so that whoever comes too late has lost nothing.
 */
export const holdTime =
  ({ calendar, clock }: Pick<SchedulingDeps, 'calendar' | 'clock'>): Scheduling['hold'] =>
  async (clinic, wanted, requester, formerHolds) => {
    const own = formerHolds.filter(({ holder }) => holder === requester.holder);
    const wish = { wanted, requester };
    for (let round = 0; round < mostRounds; round++) {
      const judged = await judgeWish({ calendar, clock }, clinic, wish);
      if (judged.code !== 'OK') return refuseWish({ calendar, clock }, clinic, wish, judged, own);
      const { slot, cells, nowMs } = judged;
      const toHold = holdableSlots(clinic, [slot], cells, { holder: requester.holder, nowMs, givenBack: own });
      const sameName = own.filter(({ holdId }) => holdId === holdIdOf(requester.holder, slot));
      const exchange = { own: sameName, fresh: [], toHold, nowMs };
      const { held, taken } = await exchangeHolds({ calendar }, clinic, requester, exchange);
      if (taken.length > 0) continue;
      const others = own.filter((hold) => !sameName.includes(hold) && hold.expiresAtMs >= nowMs);
      await releaseTimes({ calendar })(clinic, others, requester);
      return { code: 'OK', slot, held };
    }
    return refuseWish({ calendar, clock }, clinic, wish, lost, own);
  };

/** Gives the asker's holds back; others' are left alone. */
export const releaseTimes =
  ({ calendar }: Pick<SchedulingDeps, 'calendar'>): Scheduling['release'] =>
  async (clinic, holds, { holder, callerNumber }) => {
    const own = holds.filter((hold) => hold.holder === holder);
    if (own.length) await calendar.release(clinic.id, own, clinic.scheduling.gridMinutes, callerNumber);
  };
