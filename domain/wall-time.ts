import { type Language, type LanguageTag, languageOf } from './language.ts';

/** What a clock on the wall of a zone shows at an instant. */
export interface WallClock {
  /** `YYYY-MM-DD` */
  date: string;
  /** ISO weekday, 1 is Monday. */
  weekday: 1 | 2 | 3 | 4 | 5 | 6 | 7;
  /** `HH:mm`, 24 hours. */
  time: string;
}

/** Building a formatter costs a hundred times its use, so each zone and language keeps its own. */
const formatters = new Map<string, Intl.DateTimeFormat>();
function formatter(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  let found = formatters.get(key);
  if (!found) formatters.set(key, (found = new Intl.DateTimeFormat(locale, options)));
  return found;
}

const isoWeekday = { Mon: 1, Tue: 2, Wed: 3, Thu: 4, Fri: 5, Sat: 6, Sun: 7 } as const;

/** The wall clock of `zone` at `instantMs`. */
export function wallClock(instantMs: number, zone: string): WallClock {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  const format = formatter('en-US', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  for (const { type, value } of format.formatToParts(instantMs)) parts[type] = value;
  return {
    date: `${parts.year?.padStart(4, '0')}-${parts.month}-${parts.day}`,
    weekday: isoWeekday[parts.weekday as keyof typeof isoWeekday],
    time: `${parts.hour}:${parts.minute}`,
  };
}

/** ICU versions differ in the blanks they print; texts are compared and sent with plain ones. */
const plainBlanks = (text: string): string => text.replace(/[\u00a0\u202f\u2009]/g, ' ');

const localeOf = { fr: 'fr-FR', en: 'en-US' } as const satisfies Record<Language, string>;

/** Dates and times are written the British way for `en-GB`, the American way for any other English. */
const isBritish = (tag: LanguageTag): boolean => tag === 'en-GB';
const dateLocale = (tag: LanguageTag): string => (isBritish(tag) ? tag : localeOf[languageOf(tag)]);

/**
 * A calendar date in full, as it is said: `lundi 5 octobre 2026`, `1er` for the first; `Monday, October 5, 2026`, in
 * `en-GB` `Monday, 5 October 2026`.
 */
export function spokenDate(date: string, tag: LanguageTag): string {
  const text = formatter(dateLocale(tag), { timeZone: 'UTC', dateStyle: 'full' }).format(
    Date.parse(`${date}T00:00:00Z`),
  );
  return languageOf(tag) === 'fr' ? plainBlanks(text).replace(/ 1 /, ' 1er ') : plainBlanks(text);
}

/** A calendar date in short, as it is read: `5 oct. 2026`, `Oct 5, 2026`, in `en-GB` `5 Oct 2026`. */
export function shortDate(date: string, tag: LanguageTag): string {
  const format = formatter(dateLocale(tag), { timeZone: 'UTC', dateStyle: 'medium' });
  const text = plainBlanks(format.format(Date.parse(`${date}T00:00:00Z`)));
  return languageOf(tag) === 'fr' ? text.replace(/^1 /, '1er ') : text;
}

const hourAndMinute = (time: string): [number, number] => [Number(time.slice(0, 2)), Number(time.slice(3, 5))];

function englishTime(time: string, am: string, pm: string): string {
  const [hour, minute] = hourAndMinute(time);
  const onTwelve = hour % 12 === 0 ? 12 : hour % 12;
  return `${onTwelve}:${String(minute).padStart(2, '0')} ${hour % 24 < 12 ? am : pm}`;
}

/** A wall-clock time as it is said: `14 heures 30`, `midi`, `minuit`; `2:30 p.m.`. `Intl` prints `14:30` for French. */
export function spokenTime(time: string, language: Language): string {
  if (language === 'en') {
    if (time === '12:00') return 'noon';
    return time === '00:00' || time === '24:00' ? 'midnight' : englishTime(time, 'a.m.', 'p.m.');
  }
  const [hour, minute] = hourAndMinute(time);
  if (minute === 0 && hour === 12) return 'midi';
  if (minute === 0 && hour % 24 === 0) return 'minuit';
  return `${hour} heure${hour < 2 ? '' : 's'}${minute ? ` ${minute}` : ''}`;
}

/** A wall-clock time as it is read: `14 h 30`, `9 h`, `9 h 05`; `2:30 PM`, in `en-GB` `14:30`. */
export function writtenTime(time: string, tag: LanguageTag): string {
  if (isBritish(tag)) return time;
  if (languageOf(tag) === 'en') return englishTime(time, 'AM', 'PM');
  const [hour, minute] = hourAndMinute(time);
  return minute ? `${hour} h ${String(minute).padStart(2, '0')}` : `${hour} h`;
}

const listFormats = new Map<string, Intl.ListFormat>();

/** A list as it is said or read: `9 h, 14 h 30 ou 16 h`; `lundi, mardi et mercredi`. */
export function list(items: readonly string[], language: Language, type: 'conjunction' | 'disjunction'): string {
  const key = `${language} ${type}`;
  let format = listFormats.get(key);
  if (!format) listFormats.set(key, (format = new Intl.ListFormat(localeOf[language], { style: 'long', type })));
  return format.format(items);
}
