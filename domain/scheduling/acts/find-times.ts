import type { Clinic } from '../../clinics/clinic.ts';
import { bookable } from '../slots/bookable.ts';
import type { Cell } from '../calendar/cell.ts';
import { chooseSlots } from '../slots/choose-slots.ts';
import { freeSlots, occupiedRange, type SlotSearch } from '../slots/free-slots.ts';
import { dateProblem } from '../slots/judge-start.ts';
import { type Occupancy, occupancyOf } from '../slots/occupancy.ts';
import type { Requester } from '../requester.ts';
import type { SchedulingDeps } from '../scheduling-deps.ts';
import type { FoundTimes, Scheduling, TimesQuery } from '../scheduling.ts';
import type { Slot } from '../slots/slot.ts';
import { providerWindows } from '../slots/windows.ts';
import { addDays, localDate } from '../slots/zoned-time.ts';

/** What was found, and the cells that were read on the way. */
export interface Findings {
  found: FoundTimes;
  cells: Cell[];
}

/** Days that are loaded at once. Most callers want the soonest; whoever gets further wants more of the calendar. */
const daysAtOnce = [3, 7, 14, 30];

/** Times that are really free now. Writes nothing. */
export function findTimes(deps: SchedulingDeps): Scheduling['find'] {
  const search = searchTimes(deps);
  return async (clinic, query, requester) => (await search(clinic, query, requester)).found;
}

/**
 * Finds times from the first day asked for on, reading no more of the calendars than it takes. Days before today and
 * beyond the horizon are left out of a range that begins or ends there; a range of nothing else is `PAST` or
 * `OUTSIDE_HORIZON`. Where the days asked for are full, the first time after them comes as `next`; where nobody works on
 * any of them the answer is `CLOSED`, with the first times after them as offers.
 */
export const searchTimes =
  ({ calendar, clock }: Pick<SchedulingDeps, 'calendar' | 'clock'>) =>
  async (clinic: Clinic, query: TimesQuery, requester: Requester): Promise<Findings> => {
    const nowMs = clock.now();
    const dates = datesOf(clinic, query, nowMs);
    if ('code' in dates) return { found: dates, cells: [] };
    const asked = bookable(clinic, query.typeId, query.providerIds, requester);
    if (asked.code !== 'OK') return { found: { code: asked.code }, cells: [] };

    const { preferredProviderId, notBefore, before, moving, strategy = 'soonest' } = query;
    const { count = clinic.scheduling.maxOffers } = query;
    const { type, providers, leadTimeMin } = asked;
    const base = { clinic, type, providers, nowMs, leadTimeMin, preferredProviderId, notBefore, before };
    const { gridMinutes } = clinic.scheduling;
    const asker = { gridMinutes, zone: clinic.zone, nowMs, holder: requester.holder, moving };
    const cells: Cell[] = [];

    async function choose(from: string, to: string, choice: { count: number; strategy: 'soonest' | 'spread' }) {
      const loaded: { search: SlotSearch; occupancy: Occupancy }[] = [];
      let chosen: Slot[] = [];
      let nextDate: string | undefined = from;
      for (let part = 0; nextDate && nextDate <= to && !isEnough(chosen, choice, clinic.zone); part++) {
        const first = firstDate({ ...base, from: nextDate, to });
        if (!first) break;
        const last = addDays(first, (daysAtOnce[part] ?? 30) - 1);
        const search = { ...base, from: first, to: last < to ? last : to };
        const range = occupiedRange(search);
        const read = await calendar.cells(clinic.id, range.resources, range.fromMs, range.toMs);
        cells.push(...read);
        loaded.push({ search, occupancy: occupancyOf(read, asker) });
        chosen = chooseSlots(slotsOf(loaded, query), { ...choice, zone: clinic.zone });
        nextDate = addDays(last, 1);
      }
      return chosen;
    }

    const slots = await choose(dates.from, dates.to, { count, strategy });
    if (slots.length || count < 1) return { found: { code: 'OK', slots }, cells };
    const afterwards = { from: addDays(dates.to, 1), to: dates.horizon };
    if (isClosed(clinic, providers, dates)) {
      const offers = await choose(afterwards.from, afterwards.to, { count, strategy });
      return { found: { code: 'CLOSED', ...(offers.length && { offers }) }, cells };
    }
    const [next] = await choose(afterwards.from, afterwards.to, { count: 1, strategy: 'soonest' });
    return { found: { code: 'OK', slots, ...(next && { next }) }, cells };
  };

/** The times of an answer that are there to be taken, whatever it says of the days that were asked for. */
export function timesIn(found: FoundTimes): Slot[] {
  if (found.code !== 'OK') return found.offers ?? [];
  return found.slots.length || !found.next ? found.slots : [found.next];
}

type Dates = { from: string; to: string; horizon: string };

/** The days to search, both included: those asked for that are neither over nor beyond the horizon. */
function datesOf(
  clinic: Clinic,
  { from, to }: TimesQuery,
  nowMs: number,
): Dates | { code: 'SLOT_INVALID' | 'PAST' | 'OUTSIDE_HORIZON' } {
  const today = localDate(nowMs, clinic.zone);
  const horizon = addDays(today, clinic.scheduling.horizonDays);
  if (from && to && from > to) return { code: 'SLOT_INVALID' };
  if (dateProblem(clinic, to ?? from ?? today, undefined, nowMs) === 'PAST') return { code: 'PAST' };
  if (dateProblem(clinic, from ?? today, undefined, nowMs) === 'OUTSIDE_HORIZON') return { code: 'OUTSIDE_HORIZON' };
  return { from: from && from > today ? from : today, to: to && to < horizon ? to : horizon, horizon };
}

/** The first day on which there would be a time if nothing were occupied: days without are not worth reading. */
function firstDate(search: SlotSearch): string | undefined {
  const { gridMinutes } = search.clinic.scheduling;
  const empty = occupancyOf([], { gridMinutes, zone: search.clinic.zone, nowMs: search.nowMs });
  const first = freeSlots(search, empty).next();
  return first.done ? undefined : localDate(first.value.startMs, search.clinic.zone);
}

/** Whoever would move is not offered the time they have, unless it is another provider they ask for. */
function* slotsOf(
  loaded: readonly { search: SlotSearch; occupancy: Occupancy }[],
  { moving, providerIds }: TimesQuery,
): Generator<Slot, void, undefined> {
  for (const { search, occupancy } of loaded) {
    for (const slot of freeSlots(search, occupancy)) {
      const isSame = slot.startMs === moving?.startMs && (!providerIds || slot.providerId === moving.providerId);
      if (!isSame) yield slot;
    }
  }
}

/** Offers that are to be spread go on being looked for until they lie on two days. */
function isEnough(
  chosen: readonly Slot[],
  { count, strategy }: { count: number; strategy: 'soonest' | 'spread' },
  zone: string,
): boolean {
  if (chosen.length < count) return false;
  return strategy === 'soonest' || count < 2 || new Set(chosen.map(({ startMs }) => localDate(startMs, zone))).size > 1;
}

/** Whether none of the providers works on any of the days. */
function isClosed(clinic: Clinic, providers: Parameters<typeof providerWindows>[1][], { from, to }: Dates): boolean {
  for (let date = from; date <= to; date = addDays(date, 1)) {
    if (providers.some((provider) => providerWindows(clinic, provider, date).length > 0)) return false;
  }
  return true;
}
