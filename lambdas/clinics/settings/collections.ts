import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Clinic } from '#domain/clinics/clinic.ts';
import { Closure, closureName } from '#domain/clinics/hours/closure.ts';
import { ClinicNumber } from '#domain/clinics/numbers/clinic-number.ts';
import { AppointmentType } from '#domain/clinics/practice/appointment-type.ts';
import { Operatory } from '#domain/clinics/practice/operatory.ts';
import { Provider } from '#domain/clinics/practice/provider.ts';
import { Recipient } from '#domain/clinics/settings/email-settings.ts';
import type { ClinicProfile, RecipientState } from '#domain/clinics/clinic-store.ts';
import { recipientIdOf } from '#domain/clinics/recipients/recipient-id.ts';
import { isoInstant } from '#domain/clock.ts';
import type { Path } from '../written-path.ts';
import { placed, valueAt } from './places.ts';

type Entry = Record<string, unknown>;

/** A list of a clinic whose entries are read and changed one by one. */
export interface Collection {
  /** What the list is called in an answer. */
  key: string;
  /** Where it stands in the clinic. */
  at: Path;
  /** One entry, as it is sent. */
  body: z.ZodObject;
  /** What tells an entry, as the schema reads it, from the others. */
  idOf(entry: Entry): string;
  /** Fields that say which one it is, so that another value is another entry. */
  fixed: readonly string[];
  /** The entry has an id of its own, which we give it. */
  named?: boolean;
  /** Entries come and go by the people who run the deployment alone. */
  operatorsAlone?: boolean;
}

const without = <Shape extends z.ZodRawShape, Key extends keyof Shape>(shape: Shape, key: Key): z.ZodObject => {
  const { [key]: _left, ...rest } = shape;
  return z.strictObject(rest as z.ZodRawShape);
};

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
const ownId = (entry: Entry): string => String(entry.id);

export const collections: Readonly<Record<string, Collection>> = {
  providers: {
    key: 'providers',
    at: ['providers'],
    body: without(Provider.shape, 'id'),
    idOf: ownId,
    fixed: [],
    named: true,
  },
  operatories: {
    key: 'operatories',
    at: ['operatories'],
    body: without(Operatory.shape, 'id'),
    idOf: ownId,
    fixed: [],
    named: true,
  },
  'appointment-types': {
    key: 'appointmentTypes',
    at: ['appointmentTypes'],
    body: without(AppointmentType.shape, 'id'),
    idOf: ownId,
    fixed: [],
    named: true,
  },
  closures: {
    key: 'closures',
    at: ['closures'],
    body: z.strictObject(Closure.shape),
    idOf: (entry) => shortHash(closureName(entry as Closure)),
    fixed: [],
  },
  recipients: {
    key: 'recipients',
    at: ['email', 'recipients'],
    body: z.strictObject(Recipient.shape),
    idOf: ({ address }) => recipientIdOf(String(address)),
    fixed: ['address'],
  },
  numbers: {
    key: 'numbers',
    at: ['numbers'],
    body: z.strictObject(ClinicNumber.shape),
    idOf: ({ number }) => String(number).slice(1),
    fixed: ['number'],
    operatorsAlone: true,
  },
};

/** What only we say of an entry: it comes with answers, and whoever sends it back changes nothing by it. */
export const saidByUs = ['id', 'state'] as const;

export const RecipientStatus = z.object({
  status: z.enum(['active', 'awaiting', 'disabled']).meta({
    description:
      '`awaiting`: nobody has clicked the link we sent to the address, and until then it gets nothing of patients. `disabled`: mail came back.',
  }),
  since: z.iso.datetime({ precision: 3 }).optional(),
  reason: z.enum(['bounce', 'complaint']).optional(),
});

function stateOf({ disabled, awaiting }: RecipientState): z.infer<typeof RecipientStatus> {
  if (disabled) return { status: 'disabled', since: isoInstant(disabled.at), reason: disabled.reason };
  return awaiting ? { status: 'awaiting', since: isoInstant(awaiting.sinceMs) } : { status: 'active' };
}

export const entriesOf = ({ at }: Collection, clinic: Clinic): Entry[] => valueAt(clinic, at) as Entry[];

/** An entry as it is answered. */
export function shownEntry(collection: Collection, entry: Entry, { recipients }: ClinicProfile): Entry {
  const id = collection.idOf(entry);
  const state = collection.key === 'recipients' ? recipients.find(({ recipientId }) => recipientId === id) : undefined;
  return { id, ...entry, ...(state && { state: stateOf(state) }) };
}

export const withEntries = ({ at }: Collection, clinic: Clinic, entries: readonly unknown[]): unknown =>
  placed(clinic, at, entries);
