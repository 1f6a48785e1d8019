import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { isoInstant } from '#domain/clock.ts';
import type { AppointmentId, ClinicId } from '#domain/ids.ts';
import type { Appointment } from '#domain/scheduling/calendar/appointment.ts';
import type { Cell } from '#domain/scheduling/calendar/cell.ts';
import type { Place } from '#domain/scheduling/calendar/occupied-cells.ts';
import { appointmentRow } from './appointment-rows.ts';
import { type CalendarRow, cellRow, type Occupation, refAttribute } from './calendar-rows.ts';
import { auditWrite } from './clinic-writes.ts';
import { type Key, keys } from './keys.ts';
import { type Item, type Table, toItem } from './table.ts';
import { type Step as StepOf, transact } from './transact.ts';

export interface CalendarTables {
  core: Table;
  audit: Table;
}

/** What the refusal of a step is about; a cell's is about its resource. */
export type Word =
  | Place['resource']['kind']
  | 'wish'
  | 'appointment'
  | 'guard'
  | 'conversation'
  | 'caller'
  | 'patient'
  | 'block'
  | 'record';
export type Step = StepOf<Word>;

interface Condition {
  expression: string;
  /** Attribute names that the expression aliases as `#name`. */
  names?: readonly string[];
  values?: Item;
}

const conditionOf = ({ expression, names, values }: Condition) => ({
  ConditionExpression: expression,
  ...(names && { ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])) }),
  ...(values && { ExpressionAttributeValues: toItem(values) }),
});

const absent: Condition = { expression: 'attribute_not_exists(PK)' };
const present: Condition = { expression: 'attribute_exists(PK)' };

export const putStep = (word: Word, { name }: Table, row: CalendarRow, condition: Condition): Step => ({
  word,
  action: { Put: { TableName: name, Item: toItem(row), ...conditionOf(condition) } },
});

const deleteStep = (word: Word, { name }: Table, { PK, SK }: Key, condition: Condition): Step => ({
  word,
  action: { Delete: { TableName: name, Key: toItem({ PK, SK }), ...conditionOf(condition) } },
});

const checkStep = (word: Word, { name }: Table, { PK, SK }: Key, condition: Condition): Step => ({
  word,
  action: { ConditionCheck: { TableName: name, Key: toItem({ PK, SK }), ...conditionOf(condition) } },
});

/** Adds an item that is not there yet. */
export const addStep = (word: Word, table: Table, row: CalendarRow): Step => putStep(word, table, row, absent);
/** Removes an item that is still there. */
export const removeStep = (word: Word, table: Table, key: Key): Step => deleteStep(word, table, key, present);
/** Removes an item, if it is there. */
export const dropStep = ({ name }: Table, { PK, SK }: Key): Step => ({
  word: 'record',
  action: { Delete: { TableName: name, Key: toItem({ PK, SK }) } },
});

/** Writes an item in place of the one that was read under `ver`, or where none was. */
export const versionedStep = (word: Word, table: Table, row: CalendarRow, ver: number | undefined): Step =>
  ver === undefined
    ? addStep(word, table, row)
    : putStep(word, table, row, { expression: '#ver = :ver', names: ['ver'], values: { ':ver': ver } });

/** Whose occupations count as free besides run-out holds. */
export interface Own {
  holder?: string;
  /** Cells of this appointment, left behind by a move that is not finished yet. */
  appointmentId?: AppointmentId;
}

/** Takes a cell that nobody has, or whose hold has run out or is the asker's own. All of double booking ends here. */
export function takeStep(
  core: Table,
  clinicId: ClinicId,
  place: Place,
  occupation: Occupation,
  { holder, appointmentId }: Own,
  nowMs: number,
): Step {
  const ownHold = holder === undefined ? '' : '#holder = :holder OR ';
  const ownCell = appointmentId === undefined ? '' : ' OR #apptRef = :own';
  return putStep(place.resource.kind, core, cellRow(clinicId, place, occupation, nowMs), {
    expression: `attribute_not_exists(PK) OR (#kind = :hold AND (${ownHold}#expiresAt < :now))${ownCell}`,
    names: ['kind', 'expiresAt', ...(ownHold && ['holder']), ...(ownCell && ['apptRef'])],
    values: { ':hold': 'hold', ':now': isoInstant(nowMs), ':holder': holder, ':own': appointmentId },
  });
}

/** Holds only while a cell is this appointment's. */
export const keepStep = (core: Table, clinicId: ClinicId, place: Place, appointmentId: AppointmentId): Step =>
  checkStep(place.resource.kind, core, keys.cell(clinicId, place.resource, place.startMs), {
    expression: '#apptRef = :ref',
    names: ['apptRef'],
    values: { ':ref': appointmentId },
  });

/** Gives back a cell of this occupation. One that is gone already is given back; one of somebody else is refused. */
export const giveBackStep = (core: Table, clinicId: ClinicId, place: Place, kind: Cell['kind'], ref: string): Step =>
  deleteStep(place.resource.kind, core, keys.cell(clinicId, place.resource, place.startMs), {
    expression: `attribute_not_exists(PK) OR #${refAttribute[kind]} = :ref`,
    names: [refAttribute[kind]],
    values: { ':ref': ref },
  });

const versionIs = (version: number): Condition => ({
  expression: '#version = :version',
  names: ['version'],
  values: { ':version': version },
});

/** The next version of an appointment, if nobody wrote since `before`. */
export const appointmentStep = (core: Table, before: Appointment, after: Appointment, gridMinutes: number): Step =>
  putStep('appointment', core, appointmentRow(after, gridMinutes), versionIs(before.version));

/** Holds only while an appointment is what was read. */
export const sameAppointmentStep = (core: Table, read: Appointment): Step =>
  checkStep('appointment', core, keys.appointment(read.clinicId, read.appointmentId), versionIs(read.version));

/** Sets attributes of an item, if its version is what was read. */
export function updateStep(word: Word, { name }: Table, { PK, SK }: Key, changes: Item, version: number): Step {
  const entries = Object.entries(changes);
  const { ExpressionAttributeNames, ...condition } = conditionOf(versionIs(version));
  return {
    word,
    action: {
      Update: {
        TableName: name,
        Key: toItem({ PK, SK }),
        ...condition,
        UpdateExpression: `SET ${entries.map((_, index) => `#u${index} = :u${index}`).join(', ')}`,
        ExpressionAttributeNames: {
          ...ExpressionAttributeNames,
          ...Object.fromEntries(entries.map(([attribute], index) => [`#u${index}`, attribute])),
        },
        ExpressionAttributeValues: toItem({
          ':version': version,
          ...Object.fromEntries(entries.map(([, value], index) => [`:u${index}`, value])),
        }),
      },
    },
  };
}

export const asStep = (word: Word, action: TransactWriteItem): Step => ({ word, action });

export const recordSteps = (audit: Table, events: readonly PendingAuditEvent[]): Step[] =>
  events.map((event) => asStep('record', auditWrite(audit.name, event)));

export const wordsOf = (refused: readonly Step[]): ReadonlySet<Word> => new Set(refused.map(({ word }) => word));

const isCell = ({ word }: Step) => word === 'provider' || word === 'operatory';

/**
 * Writes all steps, leaving out cells that turn out to be somebody else's by now: what is not ours any more need not be
 * given back. Answers the other steps whose condition did not hold.
 */
export async function transactGivingBack({ client }: Table, steps: readonly Step[]): Promise<Step[]> {
  let left = [...steps];
  while (left.length) {
    const refused = await transact(client, left);
    const others = refused.filter((step) => !isCell(step));
    if (!refused.length || others.length) return others;
    left = left.filter((step) => !refused.includes(step));
  }
  return [];
}

/** The provider's cells count before the operatory's: without the provider no other room helps. */
export function takenBy(words: ReadonlySet<Word>): 'provider-taken' | 'operatory-taken' | undefined {
  if (words.has('provider')) return 'provider-taken';
  return words.has('operatory') ? 'operatory-taken' : undefined;
}
