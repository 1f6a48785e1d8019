import { type Clinic, clinicPhone } from '../clinics/clinic.ts';
import { isOpenAt } from '../clinics/hours/opening.ts';
import { spokenHours } from '../clinics/hours/spoken-hours.ts';
import { spokenProviders } from '../clinics/practice/spoken-providers.ts';
import { type Language, languageOf, type LanguageTag } from '../language.ts';
import { list, spokenDate, wallClock } from '../wall-time.ts';
import type { RingVariables } from './ring-answer.ts';

/** The first sentence of every call. It names the machine as one, and no clinic can edit it away. */
const disclosure = {
  fr: (clinic: string) =>
    `Bonjour, vous êtes bien à ${clinic}. Je suis l’assistant vocal automatique de la clinique, une intelligence artificielle.`,
  en: (clinic: string) =>
    `Hello, you've reached ${clinic}. I'm the clinic's automated voice assistant, an artificial intelligence.`,
} as const satisfies Record<Language, (clinic: string) => string>;

/** What the agent knows of a clinic when its phone rings, in the language of the call. Nothing about the caller. */
export function ringVariables(clinic: Clinic, tag: LanguageTag, nowMs: number): RingVariables {
  const language = languageOf(tag);
  const now = wallClock(nowMs, clinic.zone);
  const open = isOpenAt(clinic, now);
  const greeting = clinic.greeting[tag] ?? clinic.greeting[language];
  return {
    clinic_id: clinic.id,
    clinic_name: clinic.name,
    clinic_address: clinic.address,
    clinic_phone: clinicPhone(clinic) ?? generic[language].unknown,
    available_doctors: spokenProviders(clinic.providers, language),
    business_hours: spokenHours(clinic, language, nowMs),
    open_now: open === undefined ? 'unknown' : open ? 'true' : 'false',
    today: spokenDate(now.date, language),
    language: tag,
    greeting: [disclosure[language](clinic.name), greeting].filter(Boolean).join(' '),
    emergency_numbers: list(clinic.emergencyNumbers, language, 'disjunction'),
    call_purpose: 'inbound',
  };
}

const generic = {
  fr: {
    name: 'la clinique',
    greeting:
      'Bonjour. Je suis un assistant vocal automatique, une intelligence artificielle. Je peux prendre un message.',
    unknown: 'non communiqué',
  },
  en: {
    name: 'the clinic',
    greeting: "Hello. I'm an automated voice assistant, an artificial intelligence. I can take a message.",
    unknown: 'not provided',
  },
} as const satisfies Record<Language, unknown>;

/** Calling codes of countries whose callers expect French: France, Benin, Togo, Ivory Coast, Senegal, Burkina, Niger, Mali. */
const frenchCallingCodes = /^\+(33|229|228|225|221|226|227|223)/;

/**
 * What an agent may say while the clinic behind a number cannot be known: no name, no hours, no doctors, one language.
 * Every variable is there, so that nothing is read aloud in braces.
 */
export function safeVariables(dialledNumber: string, nowMs: number): RingVariables {
  const language: Language = frenchCallingCodes.test(dialledNumber) ? 'fr' : 'en';
  const words = generic[language];
  return {
    clinic_id: '',
    clinic_name: words.name,
    clinic_address: words.unknown,
    clinic_phone: words.unknown,
    available_doctors: words.unknown,
    business_hours: words.unknown,
    open_now: 'unknown',
    today: spokenDate(wallClock(nowMs, 'UTC').date, language),
    language,
    greeting: words.greeting,
    // Which of them answers depends on where the caller stands; two are safer than the wrong one.
    emergency_numbers: list(['112', '911'], language, 'disjunction'),
    call_purpose: 'inbound',
  };
}
