import {
  type CountryCode,
  isSupportedCountry,
  type NumberType,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import type { Language } from './language.ts';

export interface NormalizedPhone {
  kind: 'e164' | 'withheld' | 'sip' | 'client' | 'short' | 'invalid';
  /** `+` and digits, also when not valid: what rang is what is stored. */
  e164?: string;
  /** Absent for satellite and other global numbers. The country, not the calling code: +1 876 is Jamaica. */
  country?: string;
  type?: NumberType;
  /** Assigned by the numbering plan of its country. A caller's number may be invalid; that is no reason to refuse a call. */
  valid: boolean;
  /** `BJ8`: a Beninese number of eight digits, as they were until 30 November 2024; `e164` has the ten of today. */
  legacy?: 'BJ8';
  extension?: string;
  raw: string;
}

/** Invisible in print and fatal to parsing: soft hyphen, zero-width characters, marks of writing direction. */
const invisible = /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;

/** A caller who hides the number arrives as one of these words, or as the word typed on a keypad (`anonymous` = 266696687). */
const withheld = new Set(
  (
    ' anonymous restricted unavailable unknown private blocked withheld' +
    ' 266696687 7378742833 86282452253 8656696 2562533'
  ).split(' '),
);

/** Public numbers have two to six digits, and no country would prefix them. */
const shortNumber = /^\d{2,6}$/;

/** Whether a code is that of a country with a numbering plan: GB is, UK is not. */
export const isCountry = (code: string): boolean => isSupportedCountry(code);

/**
 * Reads a number as vendors, people and files write it. A number in national form is read by the clinic's country:
 * `0197000000` is Beninese in Benin and Parisian in France. Never throws; what cannot be read is `invalid`.
 */
export function normalizePhone(input: string | null | undefined, clinicCountry: string): NormalizedPhone {
  const raw = input ?? '';
  const text = raw.normalize('NFKC').replace(invisible, '').replace(/\s/gu, ' ').trim();
  if (withheld.has(text.toLowerCase().replace(/^\+/, ''))) return { kind: 'withheld', valid: false, raw };
  if (/^sips?:/i.test(text)) return { kind: 'sip', valid: false, raw };
  if (/^client:/i.test(text)) return { kind: 'client', valid: false, raw };
  const number = text.replace(/^tel:\s*/i, '');
  if (shortNumber.test(number.replace(/[ .-]/g, ''))) return { kind: 'short', valid: false, raw };

  const country = isSupportedCountry(clinicCountry) ? clinicCountry : undefined;
  const parsed = parsePhoneNumberFromString(number, country);
  if (!parsed) return { kind: 'invalid', valid: false, raw };
  if (parsed.countryCallingCode === '229' && parsed.nationalNumber.length === 8) {
    const renumbered = parsePhoneNumberFromString(`+22901${parsed.nationalNumber}`);
    if (renumbered) return { ...described(renumbered), extension: parsed.ext, legacy: 'BJ8', raw };
  }
  return { ...described(parsed), extension: parsed.ext, raw };
}

type ParsedNumber = NonNullable<ReturnType<typeof parsePhoneNumberFromString>>;

const described = (parsed: ParsedNumber): Omit<NormalizedPhone, 'raw'> => ({
  kind: 'e164',
  e164: parsed.number,
  country: parsed.country,
  type: parsed.getType(),
  valid: parsed.isValid(),
});

const regionNames = new Intl.DisplayNames('en', { type: 'region' });

/** Types no clinic answers on: the caller would pay extra, or a machine that is not ours would answer. */
const notForClinics: NumberType[] = ['PREMIUM_RATE', 'SHARED_COST', 'PAGER', 'VOICEMAIL'];

/** What is wrong with a number as the number of a clinic, in words that follow the number; `undefined` when it is right. */
export function clinicNumberProblem(e164: string): string | undefined {
  const phone = normalizePhone(e164, '');
  if (phone.legacy) return 'is not a valid number; Benin numbers have 10 digits since 2024';
  if (!phone.valid) return `is not a valid number${phone.country ? ` of ${regionNames.of(phone.country)}` : ''}`;
  if (!phone.country) return 'belongs to no country, and satellite and global numbers cannot be those of a clinic';
  if (phone.type && notForClinics.includes(phone.type)) {
    return `is a ${phone.type.toLowerCase().replaceAll('_', '-')} number`;
  }
  return undefined;
}

/** What is wrong with a number we would dial or write to, given the countries the clinic allows; `undefined` when nothing. */
export function destinationProblem(phone: NormalizedPhone, allowedCountries: readonly string[]): string | undefined {
  if (phone.kind !== 'e164') return `is not a number that can be dialled (${phone.kind})`;
  const problem = clinicNumberProblem(phone.e164 ?? '');
  if (problem) return problem;
  if (phone.type === 'UAN') return 'is a uan number';
  if (!phone.country || !allowedCountries.includes(phone.country)) return 'is in a country the clinic does not call';
  return undefined;
}

/**
 * Whether nobody is to be written to there, whichever countries a clinic allows: its owner may earn by it, or it is of no
 * country or no telephone. A number that the plan of its country does not know yet may be somebody's all the same.
 */
export const isBarred = ({ kind, country, type }: NormalizedPhone): boolean =>
  kind !== 'e164' || !country || type === 'UAN' || (type !== undefined && notForClinics.includes(type));

/** A stored number as staff read it: `01 99 00 12 34`, `(202) 555-0142`; with its calling code outside the clinic's country. */
export function displayPhone(e164: string, clinicCountry: string): string {
  const parsed = parsePhoneNumberFromString(e164);
  if (!parsed) return e164;
  return parsed.country === (clinicCountry as CountryCode) ? parsed.formatNational() : parsed.formatInternational();
}

/** A stored number as it is said: its national digits in pairs in French, in the groups of its country in English. */
export function spokenPhone(e164: string, language: Language): string {
  const national = parsePhoneNumberFromString(e164)?.formatNational() ?? e164;
  const digits = national.replace(/\D/g, '');
  const groups = language === 'fr' ? digits.match(/^\d(?=(?:\d\d)+$)|\d\d/g) : national.match(/\d+/g);
  return groups?.join(' ') ?? digits;
}
