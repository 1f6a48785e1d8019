import * as z from 'zod';
import { isoInstant } from '#domain/clock.ts';
import { AppointmentId, ClinicId, OperatoryId, ProviderId } from '#domain/ids.ts';
import type { Appointment } from '#domain/scheduling/calendar/appointment.ts';
import type { Block } from '#domain/scheduling/calendar/calendar.ts';
import type { Cell, Resource } from '#domain/scheduling/calendar/cell.ts';
import type { Place } from '#domain/scheduling/calendar/occupied-cells.ts';
import { type Key, keys } from './keys.ts';
import type { Item } from './table.ts';

export type CalendarRow = Key & Item;

/** An instant as items carry it, read as epoch milliseconds. */
export const instant = z.iso.datetime({ precision: 3 }).transform((text) => Date.parse(text));

/** What every item carries besides its own. */
export const stamps = (entity: string, clinicId: ClinicId, createdMs: number, updatedMs = createdMs) => ({
  entity,
  clinicId,
  schemaVersion: 1,
  createdAt: isoInstant(createdMs),
  updatedAt: isoInstant(updatedMs),
});

/** An expired item is kept a day longer: time decides whether a hold stands, deletion only cleans. */
export const ttlAfter = (expiresAtMs: number): number => Math.ceil(expiresAtMs / 1000) + 24 * 60 * 60;

/** What a cell is occupied by. */
export type Occupation = Omit<Cell, 'resource' | 'startMs'>;

/** The attribute that names what occupies a cell, so that an auditor can join it. */
export const refAttribute = { booked: 'apptRef', hold: 'holdId', block: 'blockId' } as const;

export function cellRow(clinicId: ClinicId, place: Place, occupation: Occupation, nowMs: number): CalendarRow {
  const { kind, ref, holder, expiresAtMs } = occupation;
  return {
    ...keys.cell(clinicId, place.resource, place.startMs),
    ...stamps('Cell', clinicId, nowMs),
    kind,
    [refAttribute[kind]]: ref,
    holder,
    ...(expiresAtMs !== undefined && { expiresAt: isoInstant(expiresAtMs), ttl: ttlAfter(expiresAtMs) }),
  };
}

/** The attributes of a cell that say something to the engine. */
export const cellAttributes = ['SK', 'kind', ...Object.values(refAttribute), 'holder', 'expiresAt'] as const;

const StoredCell = z.object({
  SK: z.string().regex(/^\d{8}T\d{4}$/),
  kind: z.enum(['booked', 'hold', 'block']),
  apptRef: z.string().optional(),
  holdId: z.string().optional(),
  blockId: z.string().optional(),
  holder: z.string().optional(),
  expiresAt: instant.optional(),
});

export function cellOf(item: Item, resource: Resource): Cell {
  const { SK, kind, holder, expiresAt, ...refs } = StoredCell.parse(item);
  const [, year, month, day, hour, minute] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)$/.exec(SK) ?? [];
  return {
    resource,
    startMs: Date.parse(`${year}-${month}-${day}T${hour}:${minute}:00.000Z`),
    kind,
    ref: refs[refAttribute[kind]] ?? '',
    ...(holder !== undefined && { holder }),
    ...(expiresAt !== undefined && { expiresAtMs: expiresAt }),
  };
}

export const blockRow = ({ clinicId, blockId, resource, fromMs, toMs, reason, createdAtMs }: Block): CalendarRow => ({
  ...keys.block(clinicId, blockId),
  ...stamps('Block', clinicId, createdAtMs),
  blockId,
  ...(resource.kind === 'provider' ? { providerId: resource.id } : { operatoryId: resource.id }),
  fromUtc: isoInstant(fromMs),
  toUtc: isoInstant(toMs),
  reason,
  GSI1PK: keys.blocksByTime(clinicId),
  GSI1SK: `${isoInstant(fromMs)}#${blockId}`,
});

const StoredBlock = z.object({
  clinicId: ClinicId,
  blockId: z.string(),
  fromUtc: instant,
  toUtc: instant,
  createdAt: instant,
  reason: z.string().optional(),
});
const StoredResource = z.union([
  z.object({ providerId: ProviderId }).transform(({ providerId }): Resource => ({ kind: 'provider', id: providerId })),
  z
    .object({ operatoryId: OperatoryId })
    .transform(({ operatoryId }): Resource => ({ kind: 'operatory', id: operatoryId })),
]);

export function blockOf(item: Item): Block {
  const { fromUtc, toUtc, createdAt, reason, ...block } = StoredBlock.parse(item);
  return {
    ...block,
    resource: StoredResource.parse(item),
    fromMs: fromUtc,
    toMs: toUtc,
    createdAtMs: createdAt,
    ...(reason !== undefined && { reason }),
  };
}

/** What an appointment occupied before a move that is not finished yet. */
export const FormerTime = z.object({
  clinicId: ClinicId,
  appointmentId: AppointmentId,
  version: z.int(),
  gridMinutes: z.int(),
  providerId: ProviderId,
  operatoryId: OperatoryId.optional(),
  occFrom: instant,
  occTo: instant,
});

export const formerTimeRow = (
  before: Appointment,
  after: Appointment,
  gridMinutes: number,
  nowMs: number,
): CalendarRow => ({
  ...keys.unfinishedMove(after.clinicId, after.appointmentId, after.version),
  ...stamps('UnfinishedMove', after.clinicId, nowMs),
  appointmentId: after.appointmentId,
  version: after.version,
  gridMinutes,
  providerId: before.providerId,
  operatoryId: before.operatoryId,
  occFrom: isoInstant(before.occFromMs),
  occTo: isoInstant(before.occToMs),
});
