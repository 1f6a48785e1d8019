import type { AppointmentTypeId } from '../../../ids.ts';
import type { Appointment } from '../../../scheduling/calendar/appointment.ts';
import { dateProblem } from '../../../scheduling/slots/judge-start.ts';
import type { WantedTime } from '../../../scheduling/scheduling.ts';
import type { Slot } from '../../../scheduling/slots/slot.ts';
import { instantOf } from '../../../scheduling/slots/zoned-time.ts';
import type { Weekday } from '../../../clinics/hours/weekly-hours.ts';
import { wallClock } from '../../../wall-time.ts';
import {
  askFor,
  dateRefused,
  providerAmbiguous,
  providerUnknown,
  refused,
  refusedBy,
  typeRefused,
} from '../refusals.ts';
import type { ToolAnswer, ToolCall } from '../tool.ts';
import { type ResolvedProvider, resolveProvider } from './resolve-provider.ts';
import { resolveType } from './resolve-type.ts';
import { spokenOrdinal } from './spoken-ordinal.ts';

/** How a caller says which time they want. */
export interface TimeWish {
  choice?: string;
  date?: string;
  weekday?: Weekday;
  time?: string;
  doctor?: string;
  appointment_type?: string;
}

export type ResolvedTime = { outcome: 'time'; wanted: WantedTime } | { outcome: 'refused'; answer: ToolAnswer };

const refuse = (answer: ToolAnswer): ResolvedTime => ({ outcome: 'refused', answer });

/**
 * The one time a caller means: by its place among those last told, or by date and time. What is said twice must agree:
 * “the first” with the date of the second is no time. Whether it is free, and a time at all, the engine decides.
 *
 * @param moving the appointment that is to be moved, whose type and doctor are meant where nothing else is said
 */
export function resolveTime(wish: TimeWish, call: ToolCall, moving?: Appointment): ResolvedTime {
  const provider = resolveProvider(wish.doctor, call.clinic, typeOf(wish, call));
  if (provider.outcome === 'unknown') return refuse(providerUnknown(call));
  if (provider.outcome === 'ambiguous') return refuse(providerAmbiguous(call, provider.providers));
  if (wish.date) {
    const problem = dateProblem(call.clinic, wish.date, wish.weekday, call.nowMs);
    if (problem) return refuse(dateRefused(call, problem, wish.date));
  }
  return wish.choice === undefined ? named(wish, provider, call, moving) : chosen(wish, provider, call, moving);
}

const typeOf = ({ appointment_type }: TimeWish, { clinic }: ToolCall) => {
  const resolved = appointment_type === undefined ? undefined : resolveType(appointment_type, clinic);
  return resolved?.outcome === 'one' ? resolved.type : undefined;
};

const fits = (resolved: ResolvedProvider, { providerId }: Slot): boolean =>
  (resolved.outcome !== 'one' || resolved.provider.id === providerId) &&
  (resolved.outcome !== 'some' || resolved.providers.some(({ id }) => id === providerId));

const wantedOf = ({ typeId, providerId, startMs }: Slot): ResolvedTime => ({
  outcome: 'time',
  wanted: { typeId, providerId, startMs },
});

function chosen(wish: TimeWish, provider: ResolvedProvider, call: ToolCall, moving?: Appointment): ResolvedTime {
  const { offers } = call.state;
  const index = spokenOrdinal(wish.choice ?? '', offers.length);
  const slot = index === undefined ? undefined : offers[index];
  if (!slot) {
    if (wish.date && wish.time) return named(wish, provider, call, moving);
    return refuse(offers.length ? notAmong(call) : askFor(call, 'date'));
  }
  const { date, time } = wallClock(slot.startMs, call.clinic.zone);
  const agrees =
    (wish.date ?? date) === date &&
    (wish.time ?? time) === time &&
    (typeOf(wish, call)?.id ?? slot.typeId) === slot.typeId &&
    (moving?.typeId ?? slot.typeId) === slot.typeId &&
    fits(provider, slot);
  return agrees ? wantedOf(slot) : refuse(notAmong(call));
}

/** The times that were told are told again. */
const notAmong = (call: ToolCall): ToolAnswer =>
  refusedBy(call, { code: 'SLOT_INVALID', offers: [...call.state.offers] });

function named(wish: TimeWish, provider: ResolvedProvider, call: ToolCall, moving?: Appointment): ResolvedTime {
  const { clinic, state } = call;
  const fitting = state.offers.filter((slot) => {
    const { date, time } = wallClock(slot.startMs, clinic.zone);
    return (wish.date ?? date) === date && wish.time === time && fits(provider, slot);
  });
  const [offered] = fitting;
  const type = typeOf(wish, call)?.id ?? moving?.typeId;
  if (offered && fitting.length === 1 && (type ?? offered.typeId) === offered.typeId) return wantedOf(offered);
  if (!wish.date) return refuse(askFor(call, 'date'));
  if (!wish.time) return refuse(askFor(call, 'time'));

  const typeId = type ?? onlyType(state.offers);
  const resolved = typeId ? undefined : resolveType(wish.appointment_type, clinic);
  if (resolved && resolved.outcome !== 'one') return refuse(typeRefusal(call, resolved));
  if (provider.outcome === 'some') return refuse(providerAmbiguous(call, provider.providers));
  const startMs = instantOf(wish.date, wish.time, clinic.zone);
  if (startMs === undefined) return refuse(refused(call, 'SLOT_INVALID'));
  const providerId = provider.outcome === 'one' ? provider.provider.id : moving?.providerId;
  const wantedType = typeId ?? (resolved?.outcome === 'one' ? resolved.type.id : undefined);
  if (!wantedType) return refuse(typeRefused(call, 'TYPE_AMBIGUOUS'));
  return { outcome: 'time', wanted: { typeId: wantedType, ...(providerId && { providerId }), startMs } };
}

/** Why a type cannot be told from what was said. */
export function typeRefusal(
  call: ToolCall,
  resolved: Exclude<ReturnType<typeof resolveType>, { outcome: 'one' }>,
): ToolAnswer {
  switch (resolved.outcome) {
    case 'ambiguous':
      return typeRefused(call, 'TYPE_AMBIGUOUS', resolved.types);
    case 'not-bookable':
      return refused(call, 'TYPE_NOT_BOOKABLE');
    case 'unknown':
      return typeRefused(call, 'TYPE_UNKNOWN');
  }
}

const onlyType = (offers: readonly Slot[]): AppointmentTypeId | undefined =>
  new Set(offers.map(({ typeId }) => typeId)).size === 1 ? offers[0]?.typeId : undefined;
