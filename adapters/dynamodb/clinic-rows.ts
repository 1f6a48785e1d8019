import * as z from 'zod';
import { isoInstant } from '#domain/clock.ts';
import { Clinic } from '#domain/clinics/clinic.ts';
import { Closure } from '#domain/clinics/hours/closure.ts';
import { WeeklyHours } from '#domain/clinics/hours/weekly-hours.ts';
import { HumanLine } from '#domain/clinics/numbers/clinic-number.ts';
import { AppointmentType, TypeProvider } from '#domain/clinics/practice/appointment-type.ts';
import { Operatory } from '#domain/clinics/practice/operatory.ts';
import { Provider } from '#domain/clinics/practice/provider.ts';
import { SchedulingSettings } from '#domain/clinics/practice/scheduling-settings.ts';
import { EmailSettings, Recipient } from '#domain/clinics/settings/email-settings.ts';
import { OutboundSettings } from '#domain/clinics/settings/outbound-settings.ts';
import { RetentionSettings } from '#domain/clinics/settings/retention-settings.ts';
import { TextingSettings } from '#domain/clinics/settings/texting-settings.ts';
import { VoiceSettings } from '#domain/clinics/settings/voice-settings.ts';
import { type ClinicProfile, disabledReasons, type RecipientState } from '#domain/clinics/clinic-store.ts';
import { recipientIdOf } from '#domain/clinics/recipients/recipient-id.ts';
import { AppointmentTypeId, ClinicId, OperatoryId, ProviderId } from '#domain/ids.ts';
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
  operatories: _operatories,
  appointmentTypes: _appointmentTypes,
  ...metaFields
} = Clinic.shape;
const { recipients: _recipients, ...settingsFields } = EmailSettings.shape;
const { id: _providerId, ...providerFields } = Provider.shape;
const { id: _operatoryId, ...operatoryFields } = Operatory.shape;
const { id: _typeId, ...typeFields } = AppointmentType.shape;

/** Places keep the order of the file, which a partition sorted by id would lose. */
const place = { position: z.int() };

/** A clinic stored before one of these came about has no such attribute, and the defaults. */
const Line = z.object(HumanLine.shape).optional();
const added = {
  scheduling: z.object(SchedulingSettings.shape).prefault({}),
  voice: z.object(VoiceSettings.shape).prefault({}),
  texting: z.object(TextingSettings.shape).prefault({}),
  retention: z.object(RetentionSettings.shape).prefault({}),
  outbound: z.object(OutboundSettings.shape).prefault({}),
  humanLine: Line,
  emergencyLine: Line,
};

export const MetaRow = z.object({
  ...metaFields,
  ...added,
  clinicId: ClinicId,
  version: z.int(),
  changedByPeopleAt: z.string().optional(),
});
const Rows = z.object({
  meta: MetaRow,
  settings: z.object(settingsFields),
  hours: z.object({ hours: WeeklyHours }).optional(),
  closures: z.array(z.object({ ...Closure.shape, ...place })),
  providers: z.array(z.object({ ...providerFields, providerId: ProviderId, ...place })),
  operatories: z.array(z.object({ ...operatoryFields, operatoryId: OperatoryId, ...place })),
  appointmentTypes: z.array(
    z.object({
      ...typeFields,
      providers: z.array(z.object(TypeProvider.out.shape)).optional(),
      typeId: AppointmentTypeId,
      ...place,
    }),
  ),
  recipients: z.array(
    z.object({
      ...Recipient.shape,
      ...place,
      recipientId: z.string(),
      disabledReason: z.enum(disabledReasons).optional(),
      disabledAt: z.string().optional(),
      awaitingSince: z.string().optional(),
    }),
  ),
});

const kinds = { META: 'meta', SETTINGS: 'settings', HOURS: 'hours' } as const;
const listKinds = {
  CLOSURE: 'closures',
  PRV: 'providers',
  OPR: 'operatories',
  TYPE: 'appointmentTypes',
  RECIPIENT: 'recipients',
} as const;
type ListKind = (typeof listKinds)[keyof typeof listKinds];

const rowKind = (item: Item): string => String(item.SK).split('#', 1)[0] as string;

/** Whether an item of a clinic's partition is part of its profile; other capabilities keep items there as well. */
export const isProfileRow = (item: Item): boolean => rowKind(item) in kinds || rowKind(item) in listKinds;

/** The profile that the items of a partition hold; `undefined` without its `META`. @throws ZodError when a row is not as written by us. */
export function profileOf(items: Item[]): ClinicProfile | undefined {
  const found: Item & Record<ListKind, Item[]> = {
    closures: [],
    providers: [],
    operatories: [],
    appointmentTypes: [],
    recipients: [],
  };
  for (const item of items) {
    const kind = rowKind(item);
    if (kind in kinds) found[kinds[kind as keyof typeof kinds]] = item;
    else if (kind in listKinds) found[listKinds[kind as keyof typeof listKinds]].push(item);
  }
  if (!found.meta) return undefined;
  const { meta, settings, hours, closures, providers, operatories, appointmentTypes, recipients } = Rows.parse(found);
  const { clinicId, version, changedByPeopleAt, ...fields } = meta;
  const states = inOrder(recipients).map(recipientState);
  return {
    id: clinicId,
    ...fields,
    providers: inOrder(providers).map(({ providerId, ...provider }) => ({ id: providerId, ...provider })),
    operatories: inOrder(operatories).map(({ operatoryId, ...operatory }) => ({ id: operatoryId, ...operatory })),
    appointmentTypes: inOrder(appointmentTypes).map(({ typeId, ...type }) => ({ id: typeId, ...type })),
    ...(hours && { hours: hours.hours }),
    closures: inOrder(closures),
    email: {
      ...settings,
      recipients: states.map(({ address, events, alternative }) => ({ address, events, alternative })),
    },
    version,
    ...(changedByPeopleAt && { changedByPeopleAtMs: Date.parse(changedByPeopleAt) }),
    recipients: states,
  };
}

const inOrder = <Row extends { position: number }>(rows: Row[]): Omit<Row, 'position'>[] =>
  rows.sort((a, b) => a.position - b.position).map(({ position: _position, ...row }) => row);

function recipientState({
  disabledReason,
  disabledAt,
  awaitingSince,
  ...recipient
}: Omit<z.infer<typeof Rows>['recipients'][number], 'position'>): RecipientState {
  const disabled = disabledReason && disabledAt ? { reason: disabledReason, at: Date.parse(disabledAt) } : undefined;
  const awaiting = awaitingSince ? { sinceMs: Date.parse(awaitingSince) } : undefined;
  return { ...recipient, ...(disabled && { disabled }), ...(awaiting && { awaiting }) };
}

/** An item without the times of its writing. */
export type Row = Key & Item & { entity: string };

/** The items of a clinic but its `META`. */
export function profileRows(clinic: Clinic): Row[] {
  const { id: clinicId, email, hours, closures, providers, operatories, appointmentTypes } = clinic;
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
    ...operatories.map(({ id: operatoryId, ...operatory }, position) => ({
      ...keys.operatory(clinicId, operatoryId),
      entity: 'Operatory',
      operatoryId,
      ...operatory,
      position,
    })),
    ...appointmentTypes.map(({ id: typeId, ...type }, position) => ({
      ...keys.appointmentType(clinicId, typeId),
      entity: 'AppointmentType',
      typeId,
      ...type,
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
  const fields = Object.entries(clinic).filter(([name]) => name in metaFields);
  return {
    ...keys.clinicMeta(clinic.id),
    entity: 'Clinic',
    clinicId: clinic.id,
    schemaVersion: 1,
    version,
    ...Object.fromEntries(fields),
  };
}

/** The row with the times of its writing; it keeps the time of its creation when it replaces another. */
export const stamped = (row: Row, at: number, replaced?: Item): Row & { createdAt: string; updatedAt: string } => ({
  ...row,
  createdAt: typeof replaced?.createdAt === 'string' ? replaced.createdAt : isoInstant(at),
  updatedAt: isoInstant(at),
});
