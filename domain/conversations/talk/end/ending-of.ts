import { E164 } from '../../../e164.ts';
import type { ToolResult } from '../../tools/tool.ts';
import { sentences } from '../../words/words.ts';
import type { Alarm, ToolOutcome } from '../live-talk.ts';
import type { Ending } from '../talk.ts';

/** The end that puts the caller through to a number, if it is one. */
export function transferTo(number: unknown): Ending | undefined {
  const parsed = E164.safeParse(number);
  return parsed.success ? { kind: 'transfer', number: parsed.data } : undefined;
}

/** How a talk is to end after what a tool answered: with a person, where one is named, or with the goodbye. */
export function endingOf({ data }: Pick<ToolResult, 'data'>): Ending | undefined {
  return transferTo(data.transfer_number) ?? (data.end_call === true ? { kind: 'hangup' } : undefined);
}

/** Whether a tool answered to somebody who is in danger. */
export const isEmergency = ({ code, data }: Pick<ToolResult, 'code' | 'data'>): boolean =>
  code === 'EMERGENCY_ACTIVE' || data.emergency === true;

type Outcome = Pick<ToolOutcome, 'say' | 'ending' | 'emergency'>;

/**
 * What is said last, and how the talk ends after it, where a tool of one answer of the model asks for an end: an
 * emergency goes before a person, a person before the goodbye, and of two alike stands the last. Whoever is in danger is
 * not hung up on: without an ending the talk goes on. Who is put through besides hears first whom to call.
 */
export function lastWordOf(outcomes: readonly Outcome[]): Alarm | undefined {
  if (!outcomes.some(({ ending }) => ending)) return undefined;
  const gravest = outcomes.reduce((standing, next) => (gravityOf(next) < gravityOf(standing) ? standing : next));
  const { say, ending } = gravest;
  if (ending) return { say, ending };
  const person = outcomes.findLast((outcome) => outcome.ending?.kind === 'transfer');
  return { say: sentences(say, person?.say), ...(person && { ending: person.ending }) };
}

const gravityOf = ({ emergency, ending }: Outcome): number => {
  if (emergency) return ending ? 4 : 3;
  if (!ending) return 0;
  return ending.kind === 'hangup' ? 1 : 2;
};
