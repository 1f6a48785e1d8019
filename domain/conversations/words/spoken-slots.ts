import type { Clinic } from '../../clinics/clinic.ts';
import { spokenProvider } from '../../clinics/practice/spoken-providers.ts';
import type { ProviderId } from '../../ids.ts';
import { languageOf, type LanguageTag } from '../../language.ts';
import { addDays } from '../../scheduling/slots/zoned-time.ts';
import { list, spokenDate, spokenTime, wallClock } from '../../wall-time.ts';
import type { SpokenTime, ToolWords } from './tool-words.ts';
import { wordsOfTag } from './words.ts';

/** What a time must tell of itself to be spoken of. */
export interface Spoken {
  providerId: ProviderId;
  startMs: number;
}

/** Whom and where a sentence is for. */
export interface Hearer {
  clinic: Pick<Clinic, 'zone' | 'providers'>;
  language: LanguageTag;
  nowMs: number;
}

/** A local date as it is said; today and tomorrow are called so too: `demain mardi 6 octobre 2026`. */
export function spokenDay(date: string, { clinic, language, nowMs }: Hearer): string {
  const words = wordsOfTag(language);
  const today = wallClock(nowMs, clinic.zone).date;
  const said = spokenDate(date, language);
  if (date === today) return words.today(said);
  return date === addDays(today, 1) ? words.tomorrow(said) : said;
}

/** The parts of a time, each ready to be spoken. A provider who has left the clinic since is not named. */
export function spokenParts({ providerId, startMs }: Spoken, hearer: Hearer): SpokenTime {
  const language = languageOf(hearer.language);
  const { date, time } = wallClock(startMs, hearer.clinic.zone);
  const provider = hearer.clinic.providers.find(({ id }) => id === providerId);
  return {
    date: spokenDay(date, hearer),
    time: spokenTime(time, language),
    provider: provider ? spokenProvider(provider, language) : '',
  };
}

/** One time: `demain mardi 6 octobre 2026 à 9 heures avec le docteur Awa Exemple`. */
export function spokenSlot(slot: Spoken, hearer: Hearer): string {
  const parts = spokenParts(slot, hearer);
  const words = wordsOfTag(hearer.language);
  return parts.provider ? words.offerItem(parts) : words.offerDay(parts.date, parts.time);
}

/** Nobody remembers more than three. */
export const mostSpoken = 3;

/**
 * The first times of a list, to choose from. What they share is said once: the day before its times, the provider after
 * all of them. Days in the order of the list, which is the order of “the first” and “the second”.
 */
export function spokenSlots(
  slots: readonly Spoken[],
  hearer: Hearer,
  type: 'disjunction' | 'conjunction' = 'disjunction',
): string {
  const words = wordsOfTag(hearer.language);
  const language = languageOf(hearer.language);
  const parts = slots.slice(0, mostSpoken).map((slot) => spokenParts(slot, hearer));
  const providers = new Set(parts.map(({ provider }) => provider));
  const [onlyProvider = ''] = providers.size === 1 ? providers : [];
  const days = byDay(parts);
  if (parts.length === 1 || (days.length === parts.length && !onlyProvider)) {
    return list(
      parts.map((part) => itemOf(part, words)),
      language,
      type,
    );
  }
  const spoken = days.map((day) => {
    const [first] = day as [SpokenTime, ...SpokenTime[]];
    const shared = !onlyProvider && day.every(({ provider }) => provider === first.provider);
    if (shared && first.provider) {
      const times = day.map(({ time }) => time);
      return words.offerItem({ ...first, time: list(times, language, type) });
    }
    const times = day.map(({ time, provider }) =>
      onlyProvider || !provider ? time : words.offerTimeWith(time, provider),
    );
    return words.offerDay(first.date, list(times, language, type));
  });
  // A list within a list needs a pause to be heard: “Monday at 9 or 10, or Tuesday at 9”.
  const nested = type === 'disjunction' && days.some((day) => day.length > 1) && days.length > 1;
  const all = nested ? spoken.join(words.or) : list(spoken, language, type);
  return onlyProvider ? words.offerAllWith(all, onlyProvider) : all;
}

const itemOf = (part: SpokenTime, words: ToolWords): string =>
  part.provider ? words.offerItem(part) : words.offerDay(part.date, part.time);

/** Neighbours of the same day together; the order stays. */
function byDay(parts: readonly SpokenTime[]): SpokenTime[][] {
  const days: SpokenTime[][] = [];
  for (const part of parts) {
    const last = days.at(-1);
    if (last && last[0]?.date === part.date) last.push(part);
    else days.push([part]);
  }
  return days;
}
