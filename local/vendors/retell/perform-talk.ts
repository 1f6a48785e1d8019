import { type Language, languageOf } from '#domain/language.ts';
import { spokenDate, wallClock } from '#domain/wall-time.ts';
import type { Scenario, Talk } from '#local/scenarios/scenario.ts';
import { fill } from './placeholders.ts';
import { speak, type Speech } from './speech.ts';

export interface PerformedTalk {
  speech: Speech;
  collected?: Record<string, string>;
  analysis?: Talk['analysis'];
  /** Variables nobody set: the caller heard their braces. */
  spokenInBraces: string[];
}

/**
 * Plays the talk of a scenario with the variables the call was given, in the language they name. What the agent and
 * the caller settle between them is added: `chosen_doctor` (the first on the clinic's list), `chosen_day` and
 * `chosen_date` (a Tuesday soon, in the clinic's zone).
 */
export function performTalk(
  scenario: Scenario,
  { language: clinicLanguage, zone }: { language: string; zone: string },
  variables: Readonly<Record<string, string>>,
  nowMs: number,
): PerformedTalk {
  const wanted = languageOf(variables.language, clinicLanguage);
  const language = scenario.talks[wanted] ? wanted : (Object.keys(scenario.talks)[0] as Language);
  const talk = scenario.talks[language] as Talk;
  const spokenInBraces = new Set<string>();
  const known = { ...variables, ...choices(variables.available_doctors, language, zone, nowMs) };
  const say = (text: string) => fill(text, known, spokenInBraces);

  const script = talk.script.map((step) => ('text' in step ? { ...step, text: say(step.text) } : step));
  const collected = talk.collected && mapValues(talk.collected, say);
  return {
    speech: speak(script, scenario.hangUpAfterSeconds),
    collected,
    analysis: talk.analysis && { ...talk.analysis, summary: talk.analysis.summary && say(talk.analysis.summary) },
    spokenInBraces: [...spokenInBraces],
  };
}

const mapValues = (record: Readonly<Record<string, string>>, change: (value: string) => string) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));

const anyDoctor = { fr: 'un médecin de l’équipe', en: 'one of our doctors' } as const satisfies Record<
  Language,
  string
>;

function choices(doctors: string | undefined, language: Language, zone: string, nowMs: number): Record<string, string> {
  const date = nextTuesday(nowMs, zone);
  return {
    // Without a list there is nobody to choose, and the placeholder shows it.
    ...(doctors !== undefined && { chosen_doctor: firstListed(doctors) ?? anyDoctor[language] }),
    chosen_day: spokenDate(date, language).replace(/,? \d{4}$/, ''),
    chosen_date: date,
  };
}

/** Name of the first line of a numbered list, without the specialties: `1. le docteur Awa Exemple, pédiatrie`. */
const firstListed = (doctors: string): string | undefined => /^\s*1[.)]\s*([^,\n]+)/.exec(doctors)?.[1]?.trim();

const dayMs = 24 * 60 * 60 * 1000;
const tuesday = 2;

/** At least two days ahead, so that the clinic has a day to call back. */
function nextTuesday(nowMs: number, zone: string): string {
  for (let days = 2; ; days += 1) {
    const { date, weekday } = wallClock(nowMs + days * dayMs, zone);
    if (weekday === tuesday) return date;
  }
}
