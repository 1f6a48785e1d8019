import { ConditionalCheckFailedException, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { isoInstant, systemClock } from '#domain/clock.ts';
import type { E164 } from '#domain/e164.ts';
import type { ClinicId } from '#domain/ids.ts';
import type { Calendar } from '#domain/scheduling/calendar/calendar.ts';
import { occupiedCells } from '#domain/scheduling/calendar/occupied-cells.ts';
import { mostRounds } from './calendar-bookings.ts';
import { type CalendarRow, instant, stamps, ttlAfter } from './calendar-rows.ts';
import {
  giveBackStep,
  takenBy,
  takeStep,
  transactGivingBack,
  versionedStep,
  wordsOf,
} from './calendar-transactions.ts';
import { keys } from './keys.ts';
import { type Item, type Table, toItem } from './table.ts';
import { transact, transactionSize } from './transact.ts';

/** The times one number holds, by hold. */
type CallerHolds = Record<string, { holder: string; expiresAt: number }>;

const StoredHolds = z.object({
  ver: z.int(),
  createdAt: instant,
  holds: z.record(z.string(), z.object({ holder: z.string(), expiresAt: instant })),
});

function callerHoldsRow(clinicId: ClinicId, number: E164, holds: CallerHolds, item: Item | undefined, nowMs: number) {
  const stored = item && StoredHolds.parse(item);
  const entries = Object.entries(holds);
  const row: CalendarRow = {
    ...keys.callerHolds(clinicId, number),
    ...stamps('CallerHolds', clinicId, stored?.createdAt ?? nowMs, nowMs),
    ver: (stored?.ver ?? 0) + 1,
    holds: Object.fromEntries(
      entries.map(([holdId, { holder, expiresAt }]) => [holdId, { holder, expiresAt: isoInstant(expiresAt) }]),
    ),
    ttl: ttlAfter(Math.max(nowMs, ...entries.map(([, { expiresAt }]) => expiresAt))),
  };
  return { row, ver: stored?.ver };
}

/** Times kept for one asker, each hold one transaction. */
export function createHolds(core: Table): Pick<Calendar, 'hold' | 'release'> {
  async function forget(clinicId: ClinicId, number: E164, holdIds: readonly string[]): Promise<void> {
    const names = Object.fromEntries(holdIds.map((holdId, index) => [`#h${index}`, holdId]));
    const removed = Object.keys(names).map((name) => `#holds.${name}`);
    const command = new UpdateItemCommand({
      TableName: core.name,
      Key: toItem({ ...keys.callerHolds(clinicId, number) }),
      UpdateExpression: `REMOVE ${removed.join(', ')} SET #ver = #ver + :one, #updatedAt = :now`,
      ConditionExpression: 'attribute_exists(PK)',
      ExpressionAttributeNames: { ...names, '#holds': 'holds', '#ver': 'ver', '#updatedAt': 'updatedAt' },
      ExpressionAttributeValues: toItem({ ':one': 1, ':now': isoInstant(systemClock.now()) }),
    });
    try {
      await core.client.send(command);
    } catch (error) {
      // Cleaned away, with everything it held.
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  return {
    async hold(clinicId, time, gridMinutes, { callerNumber, conversationsPerCaller }, nowMs) {
      const { holdId: ref, holder, expiresAtMs } = time;
      const takes = occupiedCells(time, gridMinutes).map((place) =>
        takeStep(core, clinicId, place, { kind: 'hold', ref, holder, expiresAtMs }, { holder }, nowMs),
      );
      for (let round = 0; round < mostRounds; round++) {
        const steps = [...takes];
        if (callerNumber) {
          const item = await core.get(keys.callerHolds(clinicId, callerNumber));
          const stored = Object.entries(item ? StoredHolds.parse(item).holds : {});
          const standing = Object.fromEntries(stored.filter(([, { expiresAt }]) => expiresAt >= nowMs));
          const holders = new Set(Object.values(standing).map((held) => held.holder)).add(holder);
          if (holders.size > conversationsPerCaller) return { outcome: 'caller-limit' };
          const holds = { ...standing, [ref]: { holder, expiresAt: expiresAtMs } };
          const { row, ver } = callerHoldsRow(clinicId, callerNumber, holds, item, nowMs);
          steps.push(versionedStep('caller', core, row, ver));
        }
        const refused = await transact(core.client, steps);
        if (!refused.length) return { outcome: 'held' };
        const outcome = takenBy(wordsOf(refused));
        if (outcome) return { outcome };
      }
      throw new Error('a hold lost to others eight times in a row');
    },

    async release(clinicId, times, gridMinutes, callerNumber) {
      // Times offered together may overlap, and no transaction takes two actions on one cell: each hold goes by itself.
      for (const time of times) {
        const steps = occupiedCells(time, gridMinutes).map((place) =>
          giveBackStep(core, clinicId, place, 'hold', time.holdId),
        );
        for (let at = 0; at < steps.length; at += transactionSize) {
          await transactGivingBack(core, steps.slice(at, at + transactionSize));
        }
      }
      const holdIds = times.map(({ holdId }) => holdId);
      if (callerNumber && holdIds.length) await forget(clinicId, callerNumber, holdIds);
    },
  };
}
