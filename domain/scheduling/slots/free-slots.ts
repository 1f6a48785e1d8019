import type { Clinic } from '../../clinics/clinic.ts';
import type { Closure } from '../../clinics/hours/closure.ts';
import type { AppointmentType } from '../../clinics/practice/appointment-type.ts';
import type { Operatory } from '../../clinics/practice/operatory.ts';
import type { Provider } from '../../clinics/practice/provider.ts';
import type { OperatoryId, ProviderId } from '../../ids.ts';
import { candidateStarts } from './candidate-starts.ts';
import type { Resource } from '../calendar/cell.ts';
import type { Occupancy } from './occupancy.ts';
import type { Slot } from './slot.ts';
import { closuresOn, operatoryClosed, providerWindows } from './windows.ts';
import { addDays, localDate, localDay, type LocalDay } from './zoned-time.ts';

/** Whose free times are wanted, for what, and when. Dates are local to the clinic, times of day its wall clock. */
export interface SlotSearch {
  clinic: Clinic;
  type: AppointmentType;
  /** Only these; of them, those who are active and perform the type. */
  providers: readonly Provider[];
  /** Only in this one. */
  operatoryId?: OperatoryId;
  /** Both included, `YYYY-MM-DD`. Days before today and beyond the clinic's horizon have no slots. */
  from: string;
  to: string;
  nowMs: number;
  /** Elapsed minutes from now within which nothing starts. */
  leadTimeMin: number;
  /** First among equals at the same time. */
  preferredProviderId?: ProviderId;
  /** The start lies at `notBefore` or later and before `before`, `HH:mm`. */
  notBefore?: string;
  before?: string;
}

/** By the clinic's order, then by id: the same everywhere and always. */
const byDisplayOrder = <T extends { displayOrder: number; id: string }>(a: T, b: T): number =>
  a.displayOrder - b.displayOrder || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** Who can be booked for a type: active, and among those it names if it names any. In the clinic's order. */
export function eligibleProviders(clinic: Pick<Clinic, 'providers'>, type: AppointmentType): Provider[] {
  const performs = ({ id }: Provider) => !type.providers || type.providers.some((named) => named.id === id);
  return clinic.providers.filter((provider) => provider.active && performs(provider)).sort(byDisplayOrder);
}

/**
 * Where a type can take place: active operatories with all it needs, among those it names if it names any. In the order
 * in which they are filled. None for a type that needs none.
 */
export function eligibleOperatories(clinic: Pick<Clinic, 'operatories'>, type: AppointmentType): Operatory[] {
  if (!type.needsOperatory) return [];
  const suits = ({ id, capabilities }: Operatory) =>
    (!type.operatories || type.operatories.includes(id)) &&
    type.capabilities.every((needed) => capabilities.includes(needed));
  return clinic.operatories.filter((operatory) => operatory.active && suits(operatory)).sort(byDisplayOrder);
}

/** How long a type takes with a provider, in minutes. */
export const durationWith = (type: AppointmentType, providerId: ProviderId): number =>
  type.providers?.find(({ id }) => id === providerId)?.durationMin ?? type.durationMin;

/** The dates a search can find anything on, both included; `from` lies after `to` when there are none. */
function searchedDates({ clinic, from, to, nowMs }: SlotSearch): { from: string; to: string } {
  const today = localDate(nowMs, clinic.zone);
  const last = addDays(today, clinic.scheduling.horizonDays);
  return { from: from < today ? today : from, to: to > last ? last : to };
}

/** Those of the providers asked for who can be booked, in the clinic's order. */
export const searchedProviders = ({
  clinic,
  type,
  providers,
}: Pick<SlotSearch, 'clinic' | 'type' | 'providers'>): Provider[] =>
  eligibleProviders(clinic, type).filter(({ id }) => providers.some((wanted) => wanted.id === id));

const searchedOperatories = ({ clinic, type, operatoryId }: SlotSearch): Operatory[] =>
  eligibleOperatories(clinic, type).filter(({ id }) => !operatoryId || id === operatoryId);

/** The cells a search depends on: whole days, so that appointments are counted right, and what buffers reach of the next. */
export function occupiedRange(search: SlotSearch): { resources: Resource[]; fromMs: number; toMs: number } {
  const { clinic, type } = search;
  const { from, to } = searchedDates(search);
  const resources: Resource[] = [
    ...searchedProviders(search).map(({ id }) => ({ kind: 'provider' as const, id })),
    ...searchedOperatories(search).map(({ id }) => ({ kind: 'operatory' as const, id })),
  ];
  const fromMs = localDay(from, clinic.zone).startMs - type.bufferBeforeMin * 60_000;
  if (from > to) return { resources: [], fromMs, toMs: fromMs };
  return { resources, fromMs, toMs: localDay(to, clinic.zone).endMs + type.bufferAfterMin * 60_000 };
}

/**
 * Times that are free, earliest first, found as they are asked for. At the same time the preferred provider comes first,
 * then who has the fewest appointments that day, then the clinic's order, then the id. Each takes the first operatory
 * that is free for it. `occupancy` must know the cells of `occupiedRange`. Whether the type may be booked is asked before.
 */
export function* freeSlots(search: SlotSearch, occupancy: Occupancy): Generator<Slot, void, undefined> {
  const providers = searchedProviders(search);
  const operatories = searchedOperatories(search);
  const { from, to } = searchedDates(search);
  for (let date = from; date <= to; date = addDays(date, 1)) {
    yield* slotsOfDay(search, localDay(date, search.clinic.zone), providers, operatories, occupancy);
  }
}

function* slotsOfDay(
  search: SlotSearch,
  day: LocalDay,
  providers: readonly Provider[],
  operatories: readonly Operatory[],
  occupancy: Occupancy,
): Generator<Slot, void, undefined> {
  const { clinic, type, nowMs, leadTimeMin } = search;
  const closures = closuresOn(clinic, day.date);
  const earliestMs = nowMs + leadTimeMin * 60_000;
  const candidates: { slot: Slot; rank: number }[] = [];
  for (const [rank, provider] of ranked(search, day, providers, occupancy).entries()) {
    const durationMin = durationWith(type, provider.id);
    const windows = providerWindows(clinic, provider, day.date, closures);
    for (const startMs of candidateStarts(windows, day, durationMin, clinic.scheduling, search)) {
      if (startMs >= earliestMs) candidates.push({ slot: slotAt(type, provider.id, startMs, durationMin), rank });
    }
  }
  candidates.sort((a, b) => a.slot.startMs - b.slot.startMs || a.rank - b.rank);
  for (const { slot } of candidates) {
    if (!isProviderFree(slot, occupancy)) continue;
    if (!type.needsOperatory) {
      yield slot;
      continue;
    }
    const operatory = firstFreeOperatory(slot, operatories, day, closures, occupancy);
    if (operatory) yield { ...slot, operatoryId: operatory.id };
  }
}

/** Providers in the order in which one time is offered with them. They come in the clinic's order. */
function ranked(
  { preferredProviderId }: SlotSearch,
  { date }: LocalDay,
  providers: readonly Provider[],
  occupancy: Occupancy,
): readonly Provider[] {
  if (providers.length < 2) return providers;
  return providers
    .map((provider) => ({ provider, load: occupancy.appointmentsOn(provider.id, date) }))
    .sort(
      (a, b) =>
        Number(b.provider.id === preferredProviderId) - Number(a.provider.id === preferredProviderId) ||
        a.load - b.load,
    )
    .map(({ provider }) => provider);
}

/** What a type would occupy of a provider from this start on. */
export function slotAt(type: AppointmentType, providerId: ProviderId, startMs: number, durationMin: number): Slot {
  const endMs = startMs + durationMin * 60_000;
  return {
    typeId: type.id,
    providerId,
    startMs,
    endMs,
    occFromMs: startMs - type.bufferBeforeMin * 60_000,
    occToMs: endMs + type.bufferAfterMin * 60_000,
  };
}

export const isProviderFree = ({ providerId, occFromMs, occToMs }: Slot, occupancy: Occupancy): boolean =>
  occupancy.isFree({ kind: 'provider', id: providerId }, occFromMs, occToMs);

const firstFreeOperatory = (
  { startMs, endMs, occFromMs, occToMs }: Slot,
  operatories: readonly Operatory[],
  day: LocalDay,
  closures: readonly Closure[],
  occupancy: Occupancy,
): Operatory | undefined =>
  operatories.find(
    (operatory) =>
      occupancy.isFree({ kind: 'operatory', id: operatory.id }, occFromMs, occToMs) &&
      !operatoryClosed(closures, operatory, day, startMs, endMs),
  );
