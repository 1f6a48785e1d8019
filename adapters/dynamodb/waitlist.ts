import type { Put } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { isoInstant } from '#domain/clock.ts';
import { AppointmentTypeId } from '#domain/ids.ts';
import { WaitlistEntry, type WaitlistStore } from '#domain/scheduling/waitlist/waitlist.ts';
import { instant, stamps } from './calendar-rows.ts';
import { auditWrite } from './clinic-writes.ts';
import { type Key, keys } from './keys.ts';
import { heldTimeOf, heldTimeRow, slotOf, slotRow } from './slot-rows.ts';
import { type Item, type Table, toItem } from './table.ts';
import { type Step, transact } from './transact.ts';

const placeOf = ({ clinicId, typeId, entryId, createdAtMs }: WaitlistEntry): Key =>
  keys.waitlistPlace(clinicId, typeId, isoInstant(createdAtMs), entryId);

function entryRow(entry: WaitlistEntry): Key & Item {
  const { consentAtMs, createdAtMs, updatedAtMs, offer, ...rest } = entry;
  return {
    ...placeOf(entry),
    ...stamps('WaitlistEntry', entry.clinicId, createdAtMs, updatedAtMs),
    ...rest,
    consentAt: isoInstant(consentAtMs),
    offer: offer && ('holdId' in offer ? heldTimeRow(offer) : slotRow(offer)),
  };
}

const StoredInstants = z.object({ createdAt: instant, updatedAt: instant, consentAt: instant });

function entryOf(item: Item): WaitlistEntry {
  const { createdAt, updatedAt, consentAt } = StoredInstants.parse(item);
  const { offer, ...rest } = item as Item & { offer?: Item };
  return WaitlistEntry.parse({
    ...rest,
    ...(offer && { offer: 'holdId' in offer ? heldTimeOf(offer) : slotOf(offer) }),
    createdAtMs: createdAt,
    updatedAtMs: updatedAt,
    consentAtMs: consentAt,
  });
}

const pointerRow = ({ clinicId, entryId, typeId, createdAtMs }: WaitlistEntry): Key & Item => ({
  ...keys.waitlistEntry(clinicId, entryId),
  ...stamps('WaitlistPointer', clinicId, createdAtMs),
  entryId,
  typeId,
});

/**
 * Waitlists: an entry lies in the list of its type, by the time of joining, and a pointer finds it by its id. Pointers
 * never change, so that nothing can disagree with the entry.
 */
export function createWaitlistStore({ core, audit }: { core: Table; audit: Table }): WaitlistStore {
  const steps = (puts: Omit<Put, 'TableName'>[], events: readonly PendingAuditEvent[]): Step<'entry' | 'record'>[] => [
    ...puts.map((Put): Step<'entry'> => ({ word: 'entry', action: { Put: { ...Put, TableName: core.name } } })),
    ...events.map((event): Step<'record'> => ({ word: 'record', action: auditWrite(audit.name, event) })),
  ];

  return {
    async join(entry, events) {
      const added = [pointerRow(entry), entryRow(entry)].map((row) => ({
        Item: toItem(row),
        ConditionExpression: 'attribute_not_exists(PK)',
      }));
      const refused = await transact(core.client, steps(added, events));
      return { outcome: refused.length ? 'already-joined' : 'joined' };
    },

    async get(clinicId, entryId) {
      const pointer = await core.get(keys.waitlistEntry(clinicId, entryId));
      if (!pointer) return undefined;
      const typeId = AppointmentTypeId.parse(pointer.typeId);
      const item = await core.get(keys.waitlistPlace(clinicId, typeId, String(pointer.createdAt), entryId));
      return item && entryOf(item);
    },

    async ofType(clinicId, typeId) {
      return (await core.query({ pk: keys.waitlist(clinicId, typeId) })).map(entryOf);
    },

    async update(entry, events) {
      const replaced = {
        Item: toItem(entryRow(entry)),
        ConditionExpression: '#version = :before',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: toItem({ ':before': entry.version - 1 }),
      };
      const refused = await transact(core.client, steps([replaced], events));
      return { outcome: refused.length ? 'changed-meanwhile' : 'updated' };
    },
  };
}
