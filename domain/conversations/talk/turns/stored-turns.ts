import { objectsToRecording, placeOfObjection, type RecordingSetting } from '../../recording-objection.ts';
import type { Turn } from './turn.ts';

/** Whether the caller objects to being recorded in one of these. */
export const showObjection = (turns: readonly Turn[], setting: RecordingSetting): boolean =>
  turns.some((turn) => objectsToRecording(saidByCaller(turn), setting));

/**
 * What of a talk may outlive it: all of it, or, where the caller objected to being recorded, what was said up to that
 * and the objection itself. Nothing where it is known that they objected, and no turn shows when.
 */
export function storedTurns(turns: readonly Turn[], hasObjected: boolean, setting: RecordingSetting): readonly Turn[] {
  if (!hasObjected) return turns;
  return turns.slice(0, placeOfObjection(turns.map(saidByCaller), setting) + 1);
}

const saidByCaller = ({ speaker, text }: Turn): string => (speaker === 'caller' ? text : '');
