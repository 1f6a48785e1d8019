import type { Clinic } from '../../clinics/clinic.ts';
import { type Weekday, weekdays } from '../../clinics/hours/weekly-hours.ts';
import type { ProviderId } from '../../ids.ts';
import { candidateStarts } from './candidate-starts.ts';
import { durationWith, freeSlots, isProviderFree, searchedProviders, slotAt, type SlotSearch } from './free-slots.ts';
import type { Occupancy } from './occupancy.ts';
import type { Slot } from './slot.ts';
import { providerWindows } from './windows.ts';
import { addDays, boundaryInstant, localDate, localDay, weekdayOf } from './zoned-time.ts';

/** What is asked about one start: a search without days, which the start itself tells. */
export type StartQuestion = Omit<SlotSearch, 'from' | 'to' | 'notBefore' | 'before'>;

export type StartJudgement =
  | { code: 'OK'; slot: Slot }
  /**
   * In the order of weight: it is over, beyond the horizon, within the lead time; nobody asked for works then; it is no
   * time that would ever be offered; they are occupied; they are free, but no operatory is.
   */
  | {
      code: 'PAST' | 'OUTSIDE_HORIZON' | 'TOO_SOON' | 'CLOSED' | 'SLOT_INVALID' | 'SLOT_TAKEN' | 'NO_OPERATORY';
    };

/** The search of the one day on which an instant lies. Its `occupiedRange` is what judging that start needs. */
export function searchOfStart(question: StartQuestion, startMs: number): SlotSearch {
  const date = localDate(startMs, question.clinic.zone);
  return { ...question, from: date, to: date, notBefore: undefined, before: undefined };
}

/**
 * Whether something can start at an instant, by the very function that lists times, and why not otherwise. Without a
 * provider the one is taken with whom listing would offer it first.
 */
export function judgeStart(
  question: StartQuestion,
  startMs: number,
  providerId: ProviderId | undefined,
  occupancy: Occupancy,
): StartJudgement {
  const { clinic, type, nowMs, leadTimeMin } = question;
  if (startMs < nowMs) return { code: 'PAST' };
  const search = searchOfStart(question, startMs);
  if (search.from > lastDate(clinic, nowMs)) return { code: 'OUTSIDE_HORIZON' };
  if (startMs < nowMs + leadTimeMin * 60_000) return { code: 'TOO_SOON' };

  const providers = question.providers.filter(({ id }) => !providerId || id === providerId);
  for (const slot of freeSlots({ ...search, providers }, occupancy)) {
    if (slot.startMs === startMs) return { code: 'OK', slot };
    if (slot.startMs > startMs) break;
  }

  const day = localDay(search.from, clinic.zone);
  const asked = searchedProviders({ clinic, type, providers });
  if (asked.length === 0) return { code: 'SLOT_INVALID' };
  const views = asked.map((provider) => {
    const durationMin = durationWith(type, provider.id);
    const windows = providerWindows(clinic, provider, day.date);
    return {
      works: windows.some(
        ({ from, to }) =>
          boundaryInstant(day.date, from, clinic.zone) <= startMs &&
          startMs < boundaryInstant(day.date, to, clinic.zone),
      ),
      starts: candidateStarts(windows, day, durationMin, clinic.scheduling).includes(startMs),
      isFree: isProviderFree(slotAt(type, provider.id, startMs, durationMin), occupancy),
    };
  });
  if (views.some(({ starts, isFree }) => starts && isFree)) return { code: 'NO_OPERATORY' };
  if (views.some(({ starts }) => starts)) return { code: 'SLOT_TAKEN' };
  return { code: views.some(({ works }) => works) ? 'SLOT_INVALID' : 'CLOSED' };
}

const lastDate = ({ zone, scheduling }: Clinic, nowMs: number): string =>
  addDays(localDate(nowMs, zone), scheduling.horizonDays);

/**
 * What is wrong with a local date that somebody named, with the weekday they named for it. The weekday comes first: where
 * the two contradict each other, nothing that the date says can be relied on.
 */
export function dateProblem(
  clinic: Clinic,
  date: string,
  weekday: Weekday | undefined,
  nowMs: number,
): 'DATE_WEEKDAY_MISMATCH' | 'PAST' | 'OUTSIDE_HORIZON' | undefined {
  if (weekday && weekday !== weekdays[weekdayOf(date) - 1]) return 'DATE_WEEKDAY_MISMATCH';
  if (date < localDate(nowMs, clinic.zone)) return 'PAST';
  return date > lastDate(clinic, nowMs) ? 'OUTSIDE_HORIZON' : undefined;
}
