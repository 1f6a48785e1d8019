import type { Language } from '../../language.ts';
import { list, spokenDate, spokenTime, wallClock } from '../../wall-time.ts';
import type { Clinic } from '../clinic.ts';
import { isWholeClinics, openIntervals } from './opening.ts';
import { type Interval, weekdays, type WeeklyHours } from './weekly-hours.ts';

/** How far ahead an exception to the usual hours is worth a caller's time. */
const announcedDays = 14;
const mostAnnounced = 3;
const dayMs = 24 * 60 * 60 * 1000;

const words = {
  fr: {
    days: ['lundi', 'mardi', 'mercredi', 'jeudi', 'vendredi', 'samedi', 'dimanche'],
    range: (first: string, last: string) => `du ${first} au ${last}`,
    days_: (days: string) => `le ${days}`,
    open: (days: string, hours: string) => `${days}, ${hours}`,
    interval: (from: string, to: string) => `de ${from} à ${to}`,
    always: 'tous les jours',
    aroundTheClock: '24 heures sur 24',
    closed: (days: string) => `fermé ${days}`,
    closedOn: (date: string) => `exceptionnellement fermé le ${date}`,
    openOn: (date: string, hours: string) => `exceptionnellement ouvert le ${date}, ${hours}`,
    unknown: 'horaires non communiqués',
    join: ' ; ',
  },
  en: {
    days: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
    range: (first: string, last: string) => `${first} to ${last}`,
    days_: (days: string) => days,
    open: (days: string, hours: string) => `${days}, ${hours}`,
    interval: (from: string, to: string) => `from ${from} to ${to}`,
    always: 'every day',
    aroundTheClock: '24 hours a day',
    closed: (days: string) => `closed ${days}`,
    closedOn: (date: string) => `exceptionally closed on ${date}`,
    openOn: (date: string, hours: string) => `exceptionally open on ${date}, ${hours}`,
    unknown: 'opening hours not provided',
    join: '; ',
  },
} as const satisfies Record<Language, unknown>;

/**
 * The clinic's hours as the agent says them: days with the same hours together, breaks told, closed days named, and
 * the exceptions of the next two weeks. Hours the clinic has not given are called unknown, never invented.
 */
export function spokenHours(
  clinic: Pick<Clinic, 'hours' | 'closures' | 'zone'>,
  language: Language,
  nowMs: number,
): string {
  const say = words[language];
  if (!clinic.hours) return say.unknown;
  return [...usualHours(clinic.hours, language), ...exceptions(clinic, language, nowMs)].join(say.join);
}

function usualHours(hours: WeeklyHours, language: Language): string[] {
  const say = words[language];
  const byHours = new Map<string, number[]>();
  weekdays.forEach((weekday, index) => {
    const spoken = spokenIntervals(hours[weekday], language);
    byHours.set(spoken, [...(byHours.get(spoken) ?? []), index]);
  });
  const closed = byHours.get('') ?? [];
  byHours.delete('');
  const open = [...byHours].map(([spoken, days]) => say.open(spokenDays(days, language), spoken));
  return closed.length ? [...open, say.closed(spokenDays(closed, language))] : open;
}

/** `du lundi au vendredi`, `le lundi et le jeudi`: three or more days in a row are a range. */
function spokenDays(days: number[], language: Language): string {
  const say = words[language];
  if (days.length === 7) return say.always;
  const runs: number[][] = [];
  for (const day of days) {
    const run = runs.at(-1);
    if (run && run.at(-1) === day - 1) run.push(day);
    else runs.push([day]);
  }
  const name = (day: number) => say.days[day] as string;
  const parts = runs.flatMap((run) =>
    run.length > 2
      ? [say.range(name(run[0] as number), name(run.at(-1) as number))]
      : run.map((day) => say.days_(name(day))),
  );
  return list(parts, language, 'conjunction');
}

function spokenIntervals(intervals: readonly Interval[], language: Language): string {
  const say = words[language];
  const spoken = intervals.map(({ from, to }) =>
    from === '00:00' && to === '24:00'
      ? say.aroundTheClock
      : say.interval(spokenTime(from, language), spokenTime(to, language)),
  );
  return list(spoken, language, 'conjunction');
}

function exceptions(clinic: Pick<Clinic, 'hours' | 'closures' | 'zone'>, language: Language, nowMs: number): string[] {
  const closures = clinic.closures.filter(isWholeClinics);
  if (closures.length === 0) return [];
  const say = words[language];
  const first = wallClock(nowMs, clinic.zone).date;
  const last = wallClock(nowMs + announcedDays * dayMs, clinic.zone).date;
  const dates = [...new Set(closures.map(({ date }) => date))].filter((date) => date >= first && date <= last);
  return dates
    .sort()
    .slice(0, mostAnnounced)
    .map((date) => {
      // Noon keeps the date whatever the zone's offset does; only the weekday is read from it.
      const { weekday } = wallClock(Date.parse(`${date}T12:00:00Z`), 'UTC');
      const spoken = spokenIntervals(openIntervals(clinic, { date, weekday }) ?? [], language);
      const day = spokenDate(date, language);
      return spoken ? say.openOn(day, spoken) : say.closedOn(day);
    });
}
