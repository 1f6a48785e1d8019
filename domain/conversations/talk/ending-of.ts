import { E164 } from '../../clinics/clinic.ts';
import type { ToolResult } from '../tools/tool.ts';
import type { Ending } from './talk.ts';

/** The end that puts the caller through to a number, if it is one. */
export function transferTo(number: unknown): Ending | undefined {
  const parsed = E164.safeParse(number);
  return parsed.success ? { kind: 'transfer', number: parsed.data } : undefined;
}

/** How a talk is to end after what a tool answered: with a person, where one is named, or with the goodbye. */
export function endingOf({ data }: Pick<ToolResult, 'data'>): Ending | undefined {
  return transferTo(data.transfer_number) ?? (data.end_call === true ? { kind: 'hangup' } : undefined);
}

/** Of the ends that one answer asked for, the last stands, but whoever was to be put through is not hung up on. */
export const strongerEnding = (standing: Ending | undefined, wanted: Ending): Ending =>
  standing?.kind === 'transfer' && wanted.kind !== 'transfer' ? standing : wanted;
