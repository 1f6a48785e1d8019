import type { TimesQuery } from '../../../scheduling/scheduling.ts';
import type { PartOfDay } from '../../words/tool-words.ts';

/** Parts of a day as wall-clock bounds of a start. */
export const partsOfDay: Record<PartOfDay, Pick<TimesQuery, 'notBefore' | 'before'>> = {
  morning: { before: '12:00' },
  afternoon: { notBefore: '12:00' },
  evening: { notBefore: '17:00' },
};
