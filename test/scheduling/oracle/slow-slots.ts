import type { Clinic } from '#domain/clinics/clinic.ts';
import type { Interval, WeeklyHours } from '#domain/clinics/hours/weekly-hours.ts';
import type { AppointmentType } from '#domain/clinics/practice/appointment-type.ts';
import type { Operatory } from '#domain/clinics/practice/operatory.ts';
import type { Provider } from '#domain/clinics/practice/provider.ts';
import type { Cell } from '#domain/scheduling/calendar/cell.ts';
import type { Slot } from '#domain/scheduling/slots/slot.ts';
import { boundary, firstShowing, shown, wallMinutes } from './wall-minutes.ts';

/**
 * The rules once more, minute by minute: slow, without a clever thought, and sharing nothing with the engine but the
 * shapes of what goes in and comes out.
 */
export interface SlowQuestion {
  clinic: Clinic;
  type: AppointmentType;
  providers: readonly Provider[];
  operatoryId?: string;
  from: string;
  to: string;
  nowMs: number;
  leadTimeMin: number;
  preferredProviderId?: string;
  notBefore?: string;
  before?: string;
  cells: readonly Cell[];
  holder?: string;
  movingId?: string;
}

const minuteMs = 60_000;
const dayMinutes = 24 * 60;
const minutesOf = (time: string): number => {
  const [hours = '', minutes = ''] = time.split(':');
  return Number(hours) * 60 + Number(minutes);
};
const nextDate = (date: string): string =>
  new Date(Date.parse(`${date}T12:00:00Z`) + dayMinutes * minuteMs).toISOString().slice(0, 10);
/** What a wall clock shows, minute after minute. */
const shownTimes = Array.from({ length: dayMinutes }, (_, wall) =>
  [Math.floor(wall / 60), wall % 60].map((part) => String(part).padStart(2, '0')).join(':'),
);
const within = (wall: number, { from, to }: { from: string; to: string }): boolean => {
  const time = shownTimes[wall] as string;
  return from <= time && time < to;
};
const weekdayNames = new Map<string, keyof WeeklyHours>();
function weekdayName(date: string): keyof WeeklyHours {
  const names = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
  const name = weekdayNames.get(date) ?? (names[new Date(`${date}T12:00:00Z`).getUTCDay()] as keyof WeeklyHours);
  weekdayNames.set(date, name);
  return name;
}

/** Whether a provider works when the wall shows a minute of a date. */
export function worksOn(clinic: Clinic, provider: Provider, date: string): (wall: number) => boolean {
  const today = clinic.closures.filter((exception) => exception.date === date);
  const closed = today.filter(
    ({ open, provider: whose, operatory }) =>
      !open && operatory === undefined && (whose === undefined || whose === provider.id),
  );
  const openings = (whose: string | undefined, hours: WeeklyHours | undefined) => {
    const special = today.filter(
      (exception) => exception.open && exception.provider === whose && exception.operatory === undefined,
    );
    return special.length > 0 ? special.map(({ interval }) => interval) : hours?.[weekdayName(date)];
  };
  const clinics = openings(undefined, clinic.hours) ?? [];
  const own = openings(provider.id, provider.hours);
  return (wall) => {
    const isIn = (interval: Interval | undefined) => interval !== undefined && within(wall, interval);
    if (closed.some(({ interval }) => interval === undefined || isIn(interval))) return false;
    if (own === undefined) return clinics.some(isIn);
    return own.some(isIn) && (provider.overridesClinicHours || clinics.some(isIn));
  };
}

/** Whether a cell stands in the way of who asks. */
function standsInTheWay(cell: Cell, { holder, movingId, nowMs }: SlowQuestion): boolean {
  if (cell.kind === 'booked') return movingId === undefined || cell.ref !== movingId;
  if (cell.kind === 'block') return true;
  if (holder !== undefined && cell.holder === holder) return false;
  return !(cell.expiresAtMs !== undefined && cell.expiresAtMs < nowMs);
}

/** Every minute that is taken of a resource. */
function takenMinutes(question: SlowQuestion, kind: 'provider' | 'operatory', id: string): Set<number> {
  const taken = new Set<number>();
  for (const cell of question.cells) {
    if (cell.resource.kind !== kind || cell.resource.id !== id || !standsInTheWay(cell, question)) continue;
    for (let minute = 0; minute < question.clinic.scheduling.gridMinutes; minute++) {
      taken.add(cell.startMs + minute * minuteMs);
    }
  }
  return taken;
}

function everyMinute(fromMs: number, toMs: number, holds: (utcMs: number) => boolean): boolean {
  for (let utcMs = fromMs; utcMs < toMs; utcMs += minuteMs) if (!holds(utcMs)) return false;
  return true;
}

export const durationOf = (type: AppointmentType, provider: Provider): number => {
  const own = (type.providers ?? []).filter(({ id }) => id === provider.id).map(({ durationMin }) => durationMin);
  return own[0] ?? type.durationMin;
};

export const isEligible = (type: AppointmentType, provider: Provider): boolean =>
  provider.active && (type.providers === undefined || type.providers.some(({ id }) => id === provider.id));

/** Starts the rules allow a provider on a date, whatever stands in the calendars and whatever the time is. */
export function startsOn({ clinic, type }: SlowQuestion, provider: Provider, date: string): Set<number> {
  const minutes = wallMinutes(date, clinic.zone);
  const duration = durationOf(type, provider);
  const step = clinic.scheduling.slotStepMin ?? duration;
  const starts = new Set<number>();
  const works = worksOn(clinic, provider, date);
  let windowStart: number | undefined;
  for (let wall = 0; wall <= dayMinutes; wall++) {
    if (wall < dayMinutes && works(wall)) windowStart ??= wall;
    else if (windowStart !== undefined) {
      for (let at = windowStart; at < wall; at += step) {
        const utcMs = firstShowing(minutes, at);
        if (utcMs !== undefined && utcMs + duration * minuteMs <= boundary(minutes, wall)) starts.add(utcMs);
      }
      windowStart = undefined;
    }
  }
  return starts;
}

/** All free times, as they must be offered. */
export function slowSlots(question: SlowQuestion): Slot[] {
  const { clinic, type, nowMs } = question;
  const today = shown(nowMs, clinic.zone).date;
  const found: { slot: Slot; key: (number | string)[] }[] = [];
  const taken = new Map<string, Set<number>>();
  const takenOf = (kind: 'provider' | 'operatory', id: string): Set<number> => {
    const minutes = taken.get(kind + id) ?? takenMinutes(question, kind, id);
    taken.set(kind + id, minutes);
    return minutes;
  };

  for (let date = today, ahead = 0; ahead <= clinic.scheduling.horizonDays; date = nextDate(date), ahead++) {
    if (date > question.to) break;
    if (date < question.from) continue;
    const minutes = wallMinutes(date, clinic.zone);
    for (const provider of question.providers) {
      if (!isEligible(type, provider)) continue;
      const appointments = new Set(
        question.cells
          .filter((cell) => cell.resource.kind === 'provider' && cell.resource.id === provider.id)
          .filter((cell) => cell.kind === 'booked' && standsInTheWay(cell, question))
          .filter(({ startMs }) => shown(startMs, clinic.zone).date === date)
          .map(({ ref }) => ref),
      ).size;
      for (const startMs of startsOn(question, provider, date)) {
        if (startMs < nowMs + question.leadTimeMin * minuteMs) continue;
        const { wall } = minutes.find(({ utcMs }) => utcMs === startMs) ?? { wall: NaN };
        if (question.notBefore !== undefined && wall < minutesOf(question.notBefore)) continue;
        if (question.before !== undefined && wall >= minutesOf(question.before)) continue;
        const slot = freeAt(question, provider, startMs, date, takenOf);
        if (slot.why !== undefined) continue;
        const preferred = provider.id === question.preferredProviderId ? 0 : 1;
        found.push({ slot: slot.slot, key: [startMs, preferred, appointments, provider.displayOrder, provider.id] });
      }
    }
  }
  return found.sort((a, b) => compare(a.key, b.key)).map(({ slot }) => slot);
}

function compare(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  for (let index = 0; index < a.length; index++) {
    const [mine, theirs] = [a[index] as number | string, b[index] as number | string];
    if (mine !== theirs) return mine < theirs ? -1 : 1;
  }
  return 0;
}

type FreeAt = { slot: Slot; why?: undefined } | { why: 'provider' | 'operatory' };

/** Whether provider and an operatory are free for a start, minute by minute. */
export function freeAt(
  question: SlowQuestion,
  provider: Provider,
  startMs: number,
  date: string,
  takenOf: (kind: 'provider' | 'operatory', id: string) => Set<number> = (kind, id) => takenMinutes(question, kind, id),
): FreeAt {
  const { type } = question;
  const endMs = startMs + durationOf(type, provider) * minuteMs;
  const occFromMs = startMs - type.bufferBeforeMin * minuteMs;
  const occToMs = endMs + type.bufferAfterMin * minuteMs;
  const busy = takenOf('provider', provider.id);
  if (!everyMinute(occFromMs, occToMs, (utcMs) => !busy.has(utcMs))) return { why: 'provider' };
  const slot: Slot = { typeId: type.id, providerId: provider.id, startMs, endMs, occFromMs, occToMs };
  if (!type.needsOperatory) return { slot };

  let chosen: Operatory | undefined;
  for (const operatory of question.clinic.operatories) {
    const used = takenOf('operatory', operatory.id);
    const fits =
      operatory.active &&
      (question.operatoryId === undefined || operatory.id === question.operatoryId) &&
      (type.operatories === undefined || type.operatories.includes(operatory.id)) &&
      type.capabilities.every((needed) => operatory.capabilities.includes(needed)) &&
      everyMinute(startMs, endMs, (utcMs) => !isRoomClosed(question.clinic, operatory, date, utcMs)) &&
      everyMinute(occFromMs, occToMs, (utcMs) => !used.has(utcMs));
    if (!fits) continue;
    const before = (other: Operatory) =>
      operatory.displayOrder < other.displayOrder ||
      (operatory.displayOrder === other.displayOrder && operatory.id < other.id);
    if (!chosen || before(chosen)) chosen = operatory;
  }
  return chosen ? { slot: { ...slot, operatoryId: chosen.id } } : { why: 'operatory' };
}

function isRoomClosed(clinic: Clinic, operatory: Operatory, date: string, utcMs: number): boolean {
  return clinic.closures.some((closure) => {
    if (closure.date !== date || closure.open || closure.operatory !== operatory.id) return false;
    return closure.interval === undefined || within(shown(utcMs, clinic.zone).wall, closure.interval);
  });
}

/** What must be said of one start, reasoned from the rules alone. */
export function slowJudgement(question: SlowQuestion, startMs: number): { code: string; slot?: Slot } {
  const { clinic, type, nowMs } = question;
  if (startMs < nowMs) return { code: 'PAST' };
  const { date } = shown(startMs, clinic.zone);
  let last = shown(nowMs, clinic.zone).date;
  for (let day = 0; day < clinic.scheduling.horizonDays; day++) last = nextDate(last);
  if (date > last) return { code: 'OUTSIDE_HORIZON' };
  if (startMs < nowMs + question.leadTimeMin * minuteMs) return { code: 'TOO_SOON' };
  const { notBefore: _from, before: _to, ...unbound } = question;
  const slot = slowSlots({ ...unbound, from: date, to: date }).find((candidate) => candidate.startMs === startMs);
  if (slot) return { code: 'OK', slot };

  const reasons = new Set<string>();
  const minutes = wallMinutes(date, clinic.zone);
  for (const provider of question.providers.filter((candidate) => isEligible(type, candidate))) {
    if (startsOn(question, provider, date).has(startMs)) {
      const free = freeAt(question, provider, startMs, date);
      reasons.add(free.why === 'operatory' ? 'NO_OPERATORY' : 'SLOT_TAKEN');
      continue;
    }
    // Open from the first minute of a window to its end, as instants.
    const works = worksOn(clinic, provider, date);
    let windowStart: number | undefined;
    let isOpen = false;
    for (let wall = 0; wall <= dayMinutes; wall++) {
      if (wall < dayMinutes && works(wall)) windowStart ??= wall;
      else if (windowStart !== undefined) {
        isOpen ||= boundary(minutes, windowStart) <= startMs && startMs < boundary(minutes, wall);
        windowStart = undefined;
      }
    }
    reasons.add(isOpen ? 'SLOT_INVALID' : 'CLOSED');
  }
  if (reasons.size === 0) return { code: 'SLOT_INVALID' };
  return { code: ['NO_OPERATORY', 'SLOT_TAKEN', 'SLOT_INVALID', 'CLOSED'].find((code) => reasons.has(code)) as string };
}
