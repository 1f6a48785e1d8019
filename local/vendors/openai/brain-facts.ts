import type { Language } from '#domain/language.ts';
import { spokenDate, wallClock } from '#domain/wall-time.ts';
import { callsIn, type Remembered } from './brain-history.ts';

export type Variables = Record<string, string>;

/** French says `vous`, `Langue :` or `clinique` on any page of instructions. */
export const languageOfText = (text: string): Language =>
  /\b(vous|langue|bonjour|appelant)\b/i.test(text) ? 'fr' : 'en';

const labels: Record<string, RegExp> = {
  clinic_name: /^(?:Nom|Name)\s*:\s*(.+)$/m,
  clinic_address: /^(?:Adresse|Address)\s*:\s*(.+)$/m,
  clinic_phone: /^(?:Téléphone|Phone)\s*:\s*(.+)$/m,
  business_hours: /^(?:Horaires|Opening hours)\s*:\s*(.+)$/m,
  emergency_numbers: /^(?:Numéros d’urgence|Emergency numbers)\s*:\s*(.+)$/m,
  today: /^(?:Aujourd’hui|Today)\s*:\s*([^(\n]+?)\s*\(/m,
  today_date: /^(?:Aujourd’hui|Today)\s*:[^\n]*\((\d{4}-\d{2}-\d{2})\)/m,
  // The first of a numbered list, without the specialties.
  chosen_doctor: /^\s*1[.)]\s*([^,\n]+)/m,
};

/** What a model reads in its instructions. */
export function factsIn(instructions: string): Variables {
  return Object.fromEntries(
    Object.entries(labels).flatMap(([name, label]) => {
      const found = label.exec(instructions)?.[1]?.trim();
      return found ? [[name, found]] : [];
    }),
  );
}

const dayMs = 24 * 60 * 60 * 1000;
const anyDoctor: Record<Language, string> = { fr: 'un médecin de l’équipe', en: 'one of our doctors' };

/** Everything that can be filled into a script: facts, what is settled in a talk, and what functions answered. */
export function variablesFrom(
  { instructions, nowMs }: { instructions: string; nowMs: number },
  history: readonly Remembered[],
  language: Language,
): Variables {
  const facts = factsIn(instructions);
  const date = nextTuesday(facts.today_date ?? wallClock(nowMs, 'UTC').date);
  const answers = callsIn(history).flatMap(({ name, output }) =>
    Object.entries(fieldsOf(output)).map(([field, value]) => [`${name}_${field}`, value]),
  );
  const known: Variables = {
    chosen_doctor: anyDoctor[language],
    emergency_numbers: '112',
    clinic_name: language === 'fr' ? 'la clinique' : 'the clinic',
    ...facts,
    chosen_day: spokenDate(date, language).replace(/,? \d{4}$/, ''),
    chosen_date: date,
    later_date: wallClock(Date.parse(`${date}T12:00:00Z`) + 28 * dayMs, 'UTC').date,
    ...Object.fromEntries(answers),
  };
  // An appointment of an earlier call is known by asking for it.
  for (const field of ['date', 'time']) {
    const found = known[`find_my_appointments_first_${field}`];
    if (found) known[`earlier_book_appointment_${field}`] = found;
  }
  return known;
}

/** At least two days ahead, so that the clinic has a day to call back. */
function nextTuesday(today: string): string {
  for (let days = 2; ; days += 1) {
    const { date, weekday } = wallClock(Date.parse(`${today}T12:00:00Z`) + days * dayMs, 'UTC');
    if (weekday === 2) return date;
  }
}

/** The fields of an answer, flat, as text. */
function fieldsOf(output: string | undefined): Variables {
  let answer: unknown;
  try {
    answer = JSON.parse(output ?? '{}');
  } catch {
    return { say: output ?? '' }; // An answer may be plain text.
  }
  if (typeof answer !== 'object' || answer === null) return {};
  const { data, ...rest } = answer as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries({ ...(typeof data === 'object' ? data : {}), ...rest }).map(([field, value]) => [
      field,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

export const sayOf = (output: string | undefined): string => fieldsOf(output).say ?? '';
