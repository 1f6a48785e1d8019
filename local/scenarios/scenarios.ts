import { analysisNeverComes } from './analysis-never-comes.ts';
import { asksAQuestionInEnglish } from './asks-a-question-in-english.ts';
import { asksForHuman } from './asks-for-human.ts';
import { bargesIn } from './barges-in.ts';
import { booksInFrench } from './books-in-french.ts';
import { cancels } from './cancels.ts';
import { deployDuringCall } from './deploy-during-call.ts';
import { emergencyInFrench } from './emergency-in-french.ts';
import { familyWithOneNumber } from './family-with-one-number.ts';
import { hangsUpAtOnce } from './hangs-up-at-once.ts';
import { longTool } from './long-tool.ts';
import { lyingModel } from './lying-model.ts';
import { neverConnected } from './never-connected.ts';
import { noisyLine } from './noisy-line.ts';
import { openaiDiesMidCall } from './openai-dies-mid-call.ts';
import { reminderCall, reminderCallCancels, reminderCallMoves } from './reminder-call.ts';
import { reschedules } from './reschedules.ts';
import type { Scenario } from './scenario.ts';
import { silentCaller } from './silent-caller.ts';
import { slotTakenMeanwhile } from './slot-taken-meanwhile.ts';
import { supervisorBooks } from './supervisor-books.ts';
import { taskDiesMidCall } from './task-dies-mid-call.ts';
import { tasksDieAllTheTime } from './tasks-die-all-the-time.ts';
import { twoHundredAtOnce } from './two-hundred-at-once.ts';
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
  reminderCall,
  reminderCallMoves,
  reminderCallCancels,
  analysisNeverComes,
  wrongNumber,
  bargesIn,
  silentCaller,
  noisyLine,
  longTool,
  supervisorBooks,
  taskDiesMidCall,
  openaiDiesMidCall,
  deployDuringCall,
  twoHundredAtOnce,
  tasksDieAllTheTime,
];

/** The scenario of that name, if there is one. */
export const scenarioNamed = (name: string): Scenario | undefined =>
  scenarios.find((scenario) => scenario.name === name);
