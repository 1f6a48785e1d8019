import { isoInstant } from '#domain/clock.ts';
import type { Block, Calendar } from '#domain/scheduling/calendar/calendar.ts';
import { placesOf } from '#domain/scheduling/calendar/occupied-cells.ts';
import { blockOf, blockRow } from './calendar-rows.ts';
import {
  addStep,
  type CalendarTables,
  giveBackStep,
  recordSteps,
  removeStep,
  takeStep,
  transactGivingBack,
  wordsOf,
} from './calendar-transactions.ts';
import { keys } from './keys.ts';
import type { Table } from './table.ts';
import { transact, transactionSize } from './transact.ts';

/** No block is longer than one transaction has cells, on the coarsest grid of 15 minutes. */
const longestBlockMs = transactionSize * 15 * 60_000;

const placesIn = ({ resource, fromMs, toMs }: Block, gridMinutes: number) =>
  placesOf(resource, fromMs, toMs, gridMinutes);

/** What is blocked in a range, for those who only look. */
export const createBlockList = (core: Table): Pick<Calendar, 'blocks'> => ({
  async blocks(clinicId, fromMs, toMs) {
    if (fromMs >= toMs) return [];
    const items = await core.query({
      index: 'GSI1',
      pk: keys.blocksByTime(clinicId),
      sk: 'GSI1SK BETWEEN :from AND :to',
      values: { ':from': isoInstant(fromMs - longestBlockMs), ':to': isoInstant(toMs) },
    });
    return items.map(blockOf).filter((block) => block.fromMs < toMs && block.toMs > fromMs);
  },
});

/** Time the clinic's people take out of a calendar: the same cells as a booking's, in one transaction. */
export function createBlocks({ core, audit }: CalendarTables): Pick<Calendar, 'block' | 'unblock' | 'blocks'> {
  return {
    async block(block, gridMinutes, events, nowMs) {
      const { clinicId, blockId } = block;
      const refused = await transact(
        core.client,
        [
          addStep('block', core, blockRow(block)),
          ...placesIn(block, gridMinutes).map((place) =>
            takeStep(core, clinicId, place, { kind: 'block', ref: blockId }, {}, nowMs),
          ),
          ...recordSteps(audit, events),
        ],
        'block',
      );
      // One with this id is this one: whoever lost the answer asks again.
      return { outcome: !refused.length || wordsOf(refused).has('block') ? 'blocked' : 'taken' };
    },

    async unblock(clinicId, blockId, gridMinutes, events) {
      const key = keys.block(clinicId, blockId);
      const item = await core.get(key);
      if (!item) return { outcome: 'no-such-block' };
      const refused = await transactGivingBack(core, [
        removeStep('block', core, key),
        ...placesIn(blockOf(item), gridMinutes).map((place) => giveBackStep(core, clinicId, place, 'block', blockId)),
        ...recordSteps(audit, events),
      ]);
      return { outcome: refused.length ? 'no-such-block' : 'unblocked' };
    },

    ...createBlockList(core),
  };
}
