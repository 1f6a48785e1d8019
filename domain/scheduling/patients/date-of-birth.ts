import * as z from 'zod';
import { type LanguageTag, languageOf } from '../../language.ts';

/** Nobody on record ever lived longer by much; further back it is a slip. */
const oldestYears = 120;

export type DateOfBirth = { outcome: 'valid'; dob: string } | { outcome: 'impossible' | 'future' | 'too-old' };

/**
 * A date of birth as a model passes it, `YYYY-MM-DD`. A date that is in no calendar is `impossible`, as is any other
 * way of writing: whether the third or the fourth is the month is for the caller to say, not for us to guess.
 *
 * @param today the clinic's local date
 */
export function parseDateOfBirth(text: string, today: string): DateOfBirth {
  const parsed = z.iso.date().safeParse(text.trim());
  if (!parsed.success) return { outcome: 'impossible' };
  const dob = parsed.data;
  if (dob > today) return { outcome: 'future' };
  if (dob < yearsBefore(today, oldestYears)) return { outcome: 'too-old' };
  return { outcome: 'valid', dob };
}

const yearsBefore = (date: string, years: number): string =>
  `${String(Number(date.slice(0, 4)) - years).padStart(4, '0')}${date.slice(4)}`;

/**
 * Whether a date told in figures must be read back with its month in words: day and month could be each other. French
 * speakers say the day first, Americans the month.
 */
export const needsReadBack = (dob: string): boolean => Number(dob.slice(8, 10)) <= 12;

const locales = { fr: 'fr-FR', en: 'en-US' } as const;

/** A date of birth as it is read back, its month in words: `4 mars 2019`, `1er` for the first; `March 4, 2019`. */
export function spokenDateOfBirth(dob: string, tag: LanguageTag): string {
  const language = languageOf(tag);
  const locale = tag === 'en-GB' ? tag : locales[language];
  const format = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', dateStyle: 'long' });
  const text = format.format(Date.parse(`${dob}T00:00:00Z`)).replace(/[\u00a0\u202f\u2009]/g, ' ');
  return language === 'fr' ? text.replace(/^1 /, '1er ') : text;
}
