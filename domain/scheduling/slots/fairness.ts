import { isoInstant } from '../../clock.ts';
import type { Clinic } from '../../clinics/clinic.ts';
import type { ProviderId } from '../../ids.ts';
import { type Cell, cellStarts } from '../calendar/cell.ts';
import type { HeldTime, Slot } from './slot.ts';
import { providerWindows } from './windows.ts';
import { boundaryInstant, localDate, localDay } from './zoned-time.ts';

/** So many times one conversation keeps from others at once. */
export const mostHolds = 3;
/** So many conversations of one number hold at once: a family calls twice, a machine that empties calendars more often. */
export const holdingConversationsPerCaller = 2;
/** So much of a provider's day may be held by all who ask, so that none are sent away for times nobody takes. */
const mostOfDay = 0.25;

/**
 * Of the slots to offer, in their order, those that may be held for an asker: never more than three times at once, and
 * never more than a quarter of a provider's open day, counted in cells, by all who hold. The rest is offered without.
 *
 * @param cells of all the days of the slots, as the calendars stand
 * @param givenBack the asker's former holds, which are over before the new ones begin
 */
export function holdableSlots(
  clinic: Clinic,
  slots: readonly Slot[],
  cells: readonly Cell[],
  { holder, nowMs, givenBack }: { holder: string; nowMs: number; givenBack: readonly HeldTime[] },
): Slot[] {
  const standing = cells.filter(
    (cell) =>
      cell.kind === 'hold' &&
      (cell.expiresAtMs ?? Infinity) >= nowMs &&
      !(cell.holder === holder && givenBack.some(({ holdId }) => holdId === cell.ref)),
  );
  const own = new Set(standing.filter((cell) => cell.holder === holder).map(({ ref }) => ref));
  const held = new Map<string, Set<number>>();
  return slots.filter((slot) => {
    const refs = new Set(own).add(holdIdOf(holder, slot));
    if (refs.size > mostHolds) return false;
    const date = localDate(slot.startMs, clinic.zone);
    const { startMs, endMs } = localDay(date, clinic.zone);
    const inDay = (cellMs: number) => cellMs >= startMs && cellMs < endMs;
    const key = `${slot.providerId} ${date}`;
    const before =
      held.get(key) ??
      new Set(
        standing
          .filter(({ resource, startMs: cellMs }) => resource.id === slot.providerId && inDay(cellMs))
          .map((cell) => cell.startMs),
      );
    const after = new Set([
      ...before,
      ...cellStarts(slot.occFromMs, slot.occToMs, clinic.scheduling.gridMinutes).filter(inDay),
    ]);
    if (after.size > openCells(clinic, slot.providerId, date) * mostOfDay) return false;
    held.set(key, after);
    own.add(holdIdOf(holder, slot));
    return true;
  });
}

/** One holder holds one thing at a time at any instant, so that holder and start name a hold. */
export const holdIdOf = (holder: string, { startMs }: Pick<Slot, 'startMs'>): string =>
  `${holder}@${isoInstant(startMs)}`;

/** Cells of a provider's windows on a local date, whatever occupies them. */
function openCells(clinic: Clinic, providerId: ProviderId, date: string): number {
  const provider = clinic.providers.find(({ id }) => id === providerId);
  if (!provider) return 0;
  const openMs = providerWindows(clinic, provider, date).reduce(
    (sum, { from, to }) => sum + boundaryInstant(date, to, clinic.zone) - boundaryInstant(date, from, clinic.zone),
    0,
  );
  return openMs / (clinic.scheduling.gridMinutes * 60_000);
}
