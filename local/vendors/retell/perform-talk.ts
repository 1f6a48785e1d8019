import { type Language, languageOf } from '#domain/language.ts';
import { spokenDate, wallClock } from '#domain/wall-time.ts';
import type { AnotherCall, FunctionNode, Scenario, ScriptStep, Talk } from '#local/scenarios/scenario.ts';
import { type FunctionAnswer, newToolCallId } from './call-function.ts';
import { fill } from './placeholders.ts';
import { type CalledFunction, speak, type Speech, type Spoken } from './speech.ts';

export interface PerformedTalk {
  speech: Speech;
  collected?: Record<string, string>;
  analysis?: Talk['analysis'];
  /** Variables nobody set: the caller heard their braces. */
  spokenInBraces: string[];
  /** Every variable at the end. */
  known: Record<string, string>;
}

/** What happens in a talk besides talking. */
export interface Stage {
  /** @param soFar what was said until now, this call included */
  callFunction(
    node: FunctionNode,
    asked: { toolCallId: string; extracted: object; variables: Record<string, string> },
    soFar: Speech,
  ): Promise<FunctionAnswer>;
  /** Answers what the flow of that call knew at its end. */
  anotherCall(call: AnotherCall): Promise<Record<string, string>>;
}

/** The talk in this language, or in whichever there is. */
export const chosenTalk = ({ talks }: Scenario, language: Language): Talk =>
  talks[language] ?? (Object.values(talks)[0] as Talk);

/**
 * Plays the talk of a scenario with the variables the call was given, in the language they name. What the agent and
 * the caller settle between them is added: `chosen_doctor` (the first on the clinic's list), `chosen_day` and
 * `chosen_date` (a Tuesday soon, in the clinic's zone), `later_date` (four weeks after it); and from each function what its answer stores.
 */
export async function performTalk(
  scenario: Scenario,
  { language: clinicLanguage, zone }: { language: string; zone: string },
  variables: Readonly<Record<string, string>>,
  nowMs: number,
  stage: Stage,
): Promise<PerformedTalk> {
  const language = languageOf(variables.language, clinicLanguage);
  const talk = chosenTalk(scenario, language);
  const spokenInBraces = new Set<string>();
  const known: Record<string, string> = {
    ...variables,
    ...agreed(variables.available_doctors, language, zone, nowMs),
  };
  const say = (text: string) => fill(text, known, spokenInBraces);

  const script: Spoken[] = [];
  for (const step of talk.script) {
    if (speak(script).durationMs >= (scenario.hangUpAfterSeconds ?? Infinity) * 1000) break;
    if ('another' in step) Object.assign(known, earlier(await stage.anotherCall(step)));
    else if ('call' in step) script.push(await calledFunction(step, script, known, say, stage));
    else if ('text' in step) script.push({ ...step, text: say(step.text) });
    // What only a live call can meet is passed over: here both sides speak in turn.
    else if ('node' in step) script.push(step);
  }
  const collected = talk.collected && mapValues(talk.collected, say);
  return {
    speech: speak(script, scenario.hangUpAfterSeconds),
    collected,
    analysis: talk.analysis && { ...talk.analysis, summary: talk.analysis.summary && say(talk.analysis.summary) },
    spokenInBraces: [...spokenInBraces],
    known,
  };
}

/**
 * How long the talk will be: a call has one start in all its events. What functions will answer is not known yet, so a
 * talk with functions is a few seconds off.
 */
export function expectedLengthMs(
  scenario: Scenario,
  { language: clinicLanguage, zone }: { language: string; zone: string },
  variables: Readonly<Record<string, string>>,
  nowMs: number,
): number {
  const language = languageOf(variables.language, clinicLanguage);
  const known = { ...variables, ...agreed(variables.available_doctors, language, zone, nowMs) };
  const said = chosenTalk(scenario, language).script.filter((step: ScriptStep) => 'text' in step || 'node' in step);
  const filled = said.map((step) => ('text' in step ? { ...step, text: fill(step.text, known, new Set()) } : step));
  return speak(filled, scenario.hangUpAfterSeconds).durationMs;
}

/** Calls the function and adds what it stores to what is known. */
async function calledFunction(
  node: FunctionNode,
  script: readonly Spoken[],
  known: Record<string, string>,
  say: (text: string) => string,
  stage: Stage,
): Promise<CalledFunction> {
  const toolCallId = newToolCallId();
  const extracted = Object.fromEntries(
    Object.entries(node.args ?? {}).map(([name, value]) => [name, typeof value === 'string' ? say(value) : value]),
  );
  const pending = { toolCallId, name: node.call, args: extracted, tookMs: 0 };
  const answer = await stage.callFunction(
    node,
    { toolCallId, extracted, variables: { ...known } },
    speak([...script, pending]),
  );
  Object.assign(known, answer.variables);
  return { ...pending, args: answer.args, result: answer.result, tookMs: answer.tookMs };
}

const earlier = (known: Record<string, string>) =>
  Object.fromEntries(Object.entries(known).map(([name, value]) => [`earlier_${name}`, value]));

const mapValues = (record: Readonly<Record<string, string>>, change: (value: string) => string) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));

const anyDoctor = { fr: 'un médecin de l’équipe', en: 'one of our doctors' } as const satisfies Record<
  Language,
  string
>;

/** What agent and caller settle between them in any talk. */
export function agreed(
  doctors: string | undefined,
  language: Language,
  zone: string,
  nowMs: number,
): Record<string, string> {
  const date = nextTuesday(nowMs, zone);
  return {
    // Without a list there is nobody to choose, and the placeholder shows it.
    ...(doctors !== undefined && { chosen_doctor: firstListed(doctors) ?? anyDoctor[language] }),
    chosen_day: spokenDate(date, language).replace(/,? \d{4}$/, ''),
    chosen_date: date,
    later_date: wallClock(Date.parse(`${date}T12:00:00Z`) + 28 * dayMs, 'UTC').date,
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
