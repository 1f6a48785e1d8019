import { foldSpeech, wordsOf } from '#domain/conversations/folded-speech.ts';
import type { FunctionNode, ScriptStep } from '#local/scenarios/scenario.ts';
import { fill } from '../retell/placeholders.ts';
import { factsIn, languageOfText, sayOf, variablesFrom } from './brain-facts.ts';
import {
  callsIn,
  type Remembered,
  remembered,
  type RememberedCall,
  requestIn,
  requestOf,
  saidBy,
} from './brain-history.ts';
import { farewells, phrases } from './brain-phrases.ts';
import { endOfLine, type NoPlace, type Place, placeIn } from './brain-place.ts';

/** What a model of this stand-in is shown. It keeps nothing in between: its place in a script follows from this. */
export interface Situation {
  instructions: string;
  /** Names of the functions it was given. */
  functions: readonly string[];
  history: readonly Remembered[];
  nowMs: number;
}

/** Something is said, or a function called. */
export type Move = { say: string } | FunctionMove;
export interface FunctionMove {
  call: string;
  args: Readonly<Record<string, string | number | boolean>>;
}

/** Somebody who thinks for a model: what it says and calls next. At most one function, and that last. */
export type Brain = (situation: Situation) => Move[];

/** The function by which a receptionist asks whoever has all the others. */
const askSupervisor = 'ask_supervisor';

/**
 * A scripted receptionist: finds the scenario that is being played by what the caller said, and does what its agent
 * does up to the caller's next line. A function is called only if it was given, one at a time, and its answer waited
 * for; one that was not given is the supervisor's, if there is one to ask.
 */
export const scriptedReceptionist: Brain = (situation) => {
  const history = remembered(situation.history);
  const place = placeIn(history);
  if ('reply' in place) return [{ say: reply(place, situation) }];

  const scene = sceneAt(place, history, situation);
  const { steps, calls, heard, given } = scene;
  const words = phrases[place.language];
  const moves: Move[] = [];
  // What stands before a function that was called is over, heard to its end or not.
  const over = calledSteps(steps, calls);
  let heardUntil = 0;
  for (const [index, step] of steps.entries()) {
    if ('text' in step) {
      const line = scene.fill(step.text);
      const end = endOfLine(wordsOf(line), heard, heardUntil);
      if (end !== undefined) heardUntil = end;
      else if (index > Math.max(...over.keys())) moves.push({ say: /\{\{/.test(line) ? words.cannot : line });
    } else if ('call' in step) {
      const called = over.get(index);
      if (called) {
        if (called.output === undefined) return [{ say: words.oneMoment }];
      } else if (given(step.call)) return [...moves, functionMove(step, scene)];
      else if (given(askSupervisor)) {
        moves.push(...viaSupervisor(history, scene, words.oneMoment));
        // Whatever follows in the script is part of the supervisor's answer.
        return moves.length > 0 ? moves : [{ say: words.listening }];
      }
    }
  }
  if (isOver(place, steps, history)) moves.push(...endOfCall(scene, words.goodbye));
  if (moves.length > 0) return moves;
  if (history.at(-1)?.kind === 'note') return [{ say: words.areYouThere }];
  const isLineBetween = steps.length === 0 && place.next < place.talk.script.length;
  return [{ say: isLineBetween ? words.takeYourTime : words.listening }];
};

/** What a supervisor answers a receptionist, or the function it needs first. */
export type Supervision = FunctionMove | { say: string; needsHuman: boolean };

/**
 * The scripted supervisor: does with its functions what the agent of the scenario does with them after the caller's last
 * line, and answers with what the agent says after the first of them.
 */
export function scriptedSupervisor(situation: Situation): Supervision {
  const history = remembered(requestIn(situation.history) ?? situation.history);
  const place = placeIn(history, true);
  if ('reply' in place) return { say: reply(place, situation), needsHuman: false };

  const scene = sceneAt(place, history, situation);
  const over = calledSteps(scene.steps, scene.calls);
  const lines: string[] = [];
  let isMissing = false;
  let hasActed = !scene.steps.some((step) => 'call' in step);
  for (const [index, step] of scene.steps.entries()) {
    if ('text' in step && hasActed) lines.push(scene.fill(step.text));
    if (!('call' in step)) continue;
    hasActed = true;
    if (over.has(index)) continue;
    if (scene.given(step.call)) return functionMove(step, scene);
    isMissing = true;
  }
  const say = lines.filter((line) => !/\{\{/.test(line)).join(' ');
  return { say: say || phrases[place.language][isMissing ? 'cannot' : 'listening'], needsHuman: isMissing };
}

/** The steps of the agent from here to the caller's next line, and all that is needed to take them. */
interface Scene {
  steps: readonly ScriptStep[];
  /** Functions called since the caller's last line. */
  calls: readonly RememberedCall[];
  /** The agent's words since then, folded. */
  heard: readonly string[];
  given(name: string): boolean;
  fill(text: string): string;
}

function sceneAt(place: Place, history: readonly Remembered[], situation: Situation): Scene {
  const { script } = place.talk;
  const isCallers = (step: ScriptStep) =>
    ('role' in step && step.role === 'user') || 'silent' in step || 'presses' in step;
  const end = script.findIndex((step, index) => index >= place.next && isCallers(step));
  const since = history.slice(place.since);
  const known = variablesFrom(situation, history, place.language);
  return {
    steps: script.slice(place.next, end === -1 ? undefined : end),
    calls: callsIn(since),
    heard: wordsOf(saidBy('agent', since).join(' ')),
    given: (name) => situation.functions.includes(name),
    fill: (text) => fill(text, known, new Set()),
  };
}

/** Which of the steps are functions that were called, in the order of the script. */
function calledSteps(steps: readonly ScriptStep[], calls: readonly RememberedCall[]): Map<number, RememberedCall> {
  const over = new Map<number, RememberedCall>([]);
  let next = 0;
  for (const [index, step] of steps.entries()) {
    if (!('call' in step)) continue;
    const at = calls.findIndex(({ name }, position) => position >= next && name === step.call);
    const call = calls[at];
    if (!call) break;
    over.set(index, call);
    next = at + 1;
  }
  return over;
}

/** An argument nobody knows is left out. What an earlier call arranged is asked for first, where it can be. */
function functionMove({ call, args = {} }: FunctionNode, { calls, given, fill: filled }: Scene): FunctionMove {
  const known = Object.entries(args).map(([name, value]) => [name, typeof value === 'string' ? filled(value) : value]);
  const isUnknown = ([, value]: unknown[]) => typeof value === 'string' && value.includes('{{');
  const lookUp = 'find_my_appointments';
  const wasLookedUp = calls.some(({ name }) => name === lookUp);
  if (call !== lookUp && known.some(isUnknown) && given(lookUp) && !wasLookedUp) return { call: lookUp, args: {} };
  return { call, args: Object.fromEntries(known.filter((entry) => !isUnknown(entry))) };
}

/** Asks, waits, and says what was answered, once. */
function viaSupervisor(history: readonly Remembered[], { calls, heard }: Scene, oneMoment: string): Move[] {
  const asked = calls.findLast(({ name }) => name === askSupervisor);
  if (!asked) return [{ call: askSupervisor, args: { request: requestOf(history) } }];
  if (asked.output === undefined) return [{ say: oneMoment }];
  const say = sayOf(asked.output);
  return say === '' || endOfLine(wordsOf(say), heard, 0) !== undefined ? [] : [{ say }];
}

/** The caller has had the last word, or says goodbye and hears the script's last line. */
function isOver(
  { scenario, talk, next }: Place,
  steps: readonly ScriptStep[],
  history: readonly Remembered[],
): boolean {
  if (next + steps.length < talk.script.length) return false;
  const hasLastWord = steps.every((step) => !('text' in step));
  const saysGoodbye = farewells.test(foldSpeech(saidBy('caller', history).at(-1) ?? ''));
  return hasLastWord || saysGoodbye || scenario.disconnectionReason === 'agent_hangup';
}

function endOfCall({ calls, heard, given }: Scene, goodbye: string): Move[] {
  const ended = calls.findLast(({ name }) => name === 'end_call');
  if (!ended && given('end_call')) return [{ call: 'end_call', args: {} }];
  if (ended && ended.output === undefined) return [];
  const say = (ended && sayOf(ended.output)) || goodbye;
  return endOfLine(wordsOf(say), heard, 0) === undefined ? [{ say }] : [];
}

function reply({ reply: kind, language }: NoPlace, { instructions, history }: Situation): string {
  const words = phrases[language ?? languageOfText(instructions)];
  if (kind === 'fragment') return words.goOn;
  if (kind === 'unknown') return words.sayAgain;
  return history.some((item) => item.kind === 'said')
    ? words.areYouThere
    : words.greeting(factsIn(instructions).clinic_name);
}
