import * as z from 'zod';
import { isoInstant } from '#domain/clock.ts';
import { Clinic, Closure, EmailSettings, Provider, Recipient, WeeklyHours } from '#domain/clinics/clinic.ts';
import { type ClinicProfile, disabledReasons, type RecipientState } from '#domain/clinics/clinic-store.ts';
import { recipientIdOf } from '#domain/clinics/recipient-id.ts';
import { ClinicId, ProviderId } from '#domain/ids.ts';
import { type Key, keys } from './keys.ts';
import type { Item } from './table.ts';

/*
 * A clinic is one partition of `core`: what is read together lies together, what changes apart is an item of its own.
 * Rows were checked as a whole when they were written, so reading checks each field once and drops what it does not
 * know: a row written by a newer release must not silence a telephone.
 */

const {
  id: _id,
  email: _email,
  hours: _hours,
  closures: _closures,
  providers: _providers,
  ...metaFields
} = Clinic.shape;
const { recipients: _recipients, ...settingsFields } = EmailSettings.shape;
const { id: _providerId, ...providerFields } = Provider.shape;

/** Places keep the order of the file, which a partition sorted by id would lose. */
const place = { position: z.int() };

export const MetaRow = z.object({ ...metaFields, clinicId: ClinicId, version: z.int() });
const Rows = z.object({
  meta: MetaRow,
  settings: z.object(settingsFields),
  hours: z.object({ hours: WeeklyHours }).optional(),
  closures: z.array(z.object({ ...Closure.shape, ...place })),
  providers: z.array(z.object({ ...providerFields, providerId: ProviderId, ...place })),
  recipients: z.array(
    z.object({
      ...Recipient.shape,
      ...place,
      recipientId: z.string(),
      disabledReason: z.enum(disabledReasons).optional(),
      disabledAt: z.string().optional(),
    }),
  ),
});

const kinds = { META: 'meta', SETTINGS: 'settings', HOURS: 'hours' } as const;
const listKinds = { CLOSURE: 'closures', PRV: 'providers', RECIPIENT: 'recipients' } as const;

const rowKind = (item: Item): string => String(item.SK).split('#', 1)[0] as string;

/** Whether an item of a clinic's partition is part of its profile; other capabilities keep items there as well. */
export const isProfileRow = (item: Item): boolean => rowKind(item) in kinds || rowKind(item) in listKinds;

/** The profile that the items of a partition hold; `undefined` without its `META`. @throws ZodError when a row is not as written by us. */
export function profileOf(items: Item[]): ClinicProfile | undefined {
  const found: Item & Record<'closures' | 'providers' | 'recipients', Item[]> = {
    closures: [],
    providers: [],
    recipients: [],
  };
  for (const item of items) {
    const kind = rowKind(item);
    if (kind in kinds) found[kinds[kind as keyof typeof kinds]] = item;
    else if (kind in listKinds) found[listKinds[kind as keyof typeof listKinds]].push(item);
  }
  if (!found.meta) return undefined;
  const { meta, settings, hours, closures, providers, recipients } = Rows.parse(found);
  const { clinicId, version, ...fields } = meta;
  const states = inOrder(recipients).map(recipientState);
  return {
    id: clinicId,
    ...fields,
    providers: inOrder(providers).map(({ providerId, ...provider }) => ({ id: providerId, ...provider })),
    ...(hours && { hours: hours.hours }),
    closures: inOrder(closures),
    email: {
      ...settings,
      recipients: states.map(({ address, events, alternative }) => ({ address, events, alternative })),
    },
    version,
    recipients: states,
  };
}

const inOrder = <Row extends { position: number }>(rows: Row[]): Omit<Row, 'position'>[] =>
  rows.sort((a, b) => a.position - b.position).map(({ position: _position, ...row }) => row);

function recipientState({
  disabledReason,
  disabledAt,
  ...recipient
}: Omit<z.infer<typeof Rows>['recipients'][number], 'position'>): RecipientState {
  const disabled = disabledReason && disabledAt ? { reason: disabledReason, at: Date.parse(disabledAt) } : undefined;
  return { ...recipient, ...(disabled && { disabled }) };
}

/** An item without the times of its writing. */
export type Row = Key & Item & { entity: string };

/** The items of a clinic but its `META`. */
export function profileRows({ id: clinicId, email, hours, closures, providers }: Clinic): Row[] {
  const { recipients, ...settings } = email;
  const onDate = new Map<string, number>();
  const rows: Row[] = [
    { ...keys.clinicSettings(clinicId), entity: 'ClinicSettings', ...settings },
    ...closures.map((closure, position) => {
      const n = (onDate.get(closure.date) ?? 0) + 1;
      onDate.set(closure.date, n);
      return { ...keys.closure(clinicId, closure.date, n), entity: 'Closure', ...closure, position };
    }),
    ...providers.map(({ id: providerId, ...provider }, position) => ({
      ...keys.provider(clinicId, providerId),
      entity: 'Provider',
      providerId,
      ...provider,
      position,
    })),
    ...recipients.map((recipient, position) => {
      const recipientId = recipientIdOf(recipient.address);
      return { ...keys.recipient(clinicId, recipientId), entity: 'Recipient', recipientId, ...recipient, position };
    }),
  ];
  if (hours) rows.push({ ...keys.weeklyHours(clinicId), entity: 'WeeklyHours', hours });
  return rows.map((row) => ({ ...row, clinicId, schemaVersion: 1 }));
}

/** The item that carries a clinic's version, by which every change of the clinic is ordered. */
export function metaRow(clinic: Clinic, version: number): Row {
  const { id: clinicId, email: _email, hours: _hours, closures: _closures, providers: _providers, ...fields } = clinic;
  return { ...keys.clinicMeta(clinicId), entity: 'Clinic', clinicId, schemaVersion: 1, version, ...onlyKnown(fields) };
}

/** A clinic read from the table carries its version and delivery states, which have items of their own. */
const onlyKnown = (fields: Item): Item =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => name in metaFields));

/** The row with the times of its writing; it keeps the time of its creation when it replaces another. */
export const stamped = (row: Row, at: number, replaced?: Item): Row & { createdAt: string; updatedAt: string } => ({
  ...row,
  createdAt: typeof replaced?.createdAt === 'string' ? replaced.createdAt : isoInstant(at),
  updatedAt: isoInstant(at),
});
