import * as z from 'zod';
import { type Clock, isoInstant } from '#domain/clock.ts';
import { ClinicId } from '#domain/ids.ts';
import { Reminder, type Reminders } from '#domain/notifications/reminders/reminder.ts';
import { instant, ttlAfter } from './calendar-rows.ts';
import { auditWrite } from './clinic-writes.ts';
import { keys } from './keys.ts';
import { type Table, toItem } from './table.ts';
import { transact } from './transact.ts';

interface Tables {
  core: Table;
  audit: Table;
}

/** Of the appointment they are about, in days after its start; then nobody moves it back to that time. */
const keptMs = 30 * 24 * 60 * 60 * 1000;
const batchSize = 100;

const Row = Reminder.omit({ startMs: true, nextAtMs: true })
  .extend({ startUtc: instant, nextAt: instant.optional() })
  .transform(({ startUtc, nextAt, ...reminder }): Reminder => ({
    ...reminder,
    startMs: startUtc,
    ...(nextAt !== undefined && { nextAtMs: nextAt }),
  }));

/** As much of a clinic as says whether it reminds anybody. */
const Meta = z.object({
  clinicId: ClinicId,
  zone: z.string(),
  status: z.string(),
  outbound: z.object({ reminders: z.string() }).optional(),
});

/** Reminders beside their appointments; those that wait lie in a sparse index of their clinic. */
export function createReminders({ core, audit }: Tables, clock: Clock): Pick<Reminders, 'get' | 'settle'> {
  return {
    async get(clinicId, appointmentId, startMs) {
      const item = await core.get(keys.reminder(clinicId, appointmentId, isoInstant(startMs)));
      return item && Row.parse(item);
    },

    async settle({ startMs, nextAtMs, ...reminder }, act) {
      const { clinicId, appointmentId, state } = reminder;
      const at = isoInstant(clock.now());
      const waits = state === 'waiting' && nextAtMs !== undefined && isoInstant(nextAtMs);
      await transact(core.client, [
        {
          word: 'reminder',
          action: {
            Put: {
              TableName: core.name,
              Item: toItem({
                ...keys.reminder(clinicId, appointmentId, isoInstant(startMs)),
                entity: 'Reminder',
                schemaVersion: 1,
                ...reminder,
                startUtc: isoInstant(startMs),
                createdAt: at,
                updatedAt: at,
                ttl: ttlAfter(startMs + keptMs),
                ...(waits && {
                  nextAt: waits,
                  GSI2PK: keys.waitingReminders(clinicId),
                  GSI2SK: `${waits}#${appointmentId}`,
                }),
              }),
            },
          },
        },
        { word: 'record', action: auditWrite(audit.name, act) },
      ]);
    },
  };
}

/** How far reminders were looked for, for whoever looks. */
export function createReminderSweeps(
  core: Table,
  clock: Clock,
): Pick<Reminders, 'waiting' | 'reminding' | 'mark' | 'setMark'> {
  return {
    async waiting(clinicId, nowMs) {
      const items = await core.query({
        index: 'GSI2',
        pk: keys.waitingReminders(clinicId),
        sk: 'GSI2SK <= :now',
        // Behind every id of that instant.
        values: { ':now': `${isoInstant(nowMs)}#~` },
      });
      return items.map((item) => Row.parse(item));
    },

    async reminding(clinicIds) {
      const found = [];
      for (let at = 0; at < clinicIds.length; at += batchSize) {
        const items = await core.getMany(clinicIds.slice(at, at + batchSize).map((id) => keys.clinicMeta(id)));
        found.push(...items.map((item) => Meta.parse(item)));
      }
      return found
        .filter(({ status, outbound }) => status === 'active' && outbound && outbound.reminders !== 'off')
        .map(({ clinicId, zone }) => ({ clinicId, zone }));
    },

    async mark(clinicId) {
      const item = await core.get(keys.remindersMark(clinicId));
      return item && instant.parse(item.sweptTo);
    },

    async setMark(clinicId, atMs) {
      const updatedAt = isoInstant(clock.now());
      await core.put({
        ...keys.remindersMark(clinicId),
        entity: 'RemindersMark',
        schemaVersion: 1,
        clinicId,
        sweptTo: isoInstant(atMs),
        createdAt: updatedAt,
        updatedAt,
      });
    },
  };
}
