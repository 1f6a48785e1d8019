import { analysisNeverComes } from './analysis-never-comes.ts';
import { asksAQuestionInEnglish } from './asks-a-question-in-english.ts';
import { asksForHuman } from './asks-for-human.ts';
import { booksInFrench } from './books-in-french.ts';
import { cancels } from './cancels.ts';
import { emergencyInFrench } from './emergency-in-french.ts';
import { familyWithOneNumber } from './family-with-one-number.ts';
import { hangsUpAtOnce } from './hangs-up-at-once.ts';
import { lyingModel } from './lying-model.ts';
import { neverConnected } from './never-connected.ts';
import { reschedules } from './reschedules.ts';
import type { Scenario } from './scenario.ts';
import { slotTakenMeanwhile } from './slot-taken-meanwhile.ts';
import { wrongNumber } from './wrong-number.ts';

/** Every call that can be played, in the order a newcomer should try them. `docs/scenarios.md` tells their stories. */
export const scenarios: readonly Scenario[] = [
  booksInFrench,
  slotTakenMeanwhile,
  reschedules,
  cancels,
  familyWithOneNumber,
  emergencyInFrench,
  asksForHuman,
  lyingModel,
  asksAQuestionInEnglish,
  hangsUpAtOnce,
  neverConnected,
  analysisNeverComes,
  wrongNumber,
];

/** The scenario of that name, if there is one. */
export const scenarioNamed = (name: string): Scenario | undefined =>
  scenarios.find((scenario) => scenario.name === name);
