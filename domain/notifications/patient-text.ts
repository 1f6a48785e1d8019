import type { Clinic } from '../clinics/clinic.ts';
import { shownPhone } from '../clinics/numbers/shown-phone.ts';
import { plainTypography, smsParts, mostParts, withinParts } from '../conversations/texting/sms-text.ts';
import { type Language, type LanguageTag, languageOf } from '../language.ts';
import { shortDate, wallClock, writtenTime } from '../wall-time.ts';
import { en } from './words/patient-text.en.ts';
import { fr } from './words/patient-text.fr.ts';
import type { PatientTextWords } from './words/patient-text-words.ts';

const words: Record<Language, PatientTextWords> = { fr, en };

/** What a patient is told of by SMS: clinic, date and time, and nothing of who, with whom or why. */
export type PatientTextOf =
  | { kind: 'booked' | 'moved' | 'cancelled' | 'reminder' | 'gone' | 'refused'; startMs: number }
  | { kind: 'offered'; startMs: number; untilMs: number };

/** The text of a message, short enough for three parts whatever the clinic's name. */
export function patientText(clinic: Clinic, told: PatientTextOf, tag: LanguageTag): string {
  const language = words[languageOf(tag)];
  const timeAt = (ms: number) => {
    const { date, time } = wallClock(ms, clinic.zone);
    return { date: shortDate(date, tag), time: writtenTime(time, tag) };
  };
  const phone = shownPhone(clinic);
  const facts = { clinic: clinic.name, ...timeAt(told.startMs) };
  const first =
    told.kind === 'offered'
      ? language.offered({ ...facts, until: timeAt(told.untilMs).time })
      : language[told.kind](facts);
  const questions = told.kind === 'offered' || !phone ? [] : [language.questions(phone)];
  const whole = plainTypography([first, ...questions, language.optOut].join(' '));
  if (smsParts(whole).parts <= mostParts) return whole;
  return withinParts(plainTypography([first, language.optOut].join(' ')));
}
