import { QueryCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { isoInstant } from '#domain/clock.ts';
import type { CalendarOwner } from '#domain/clinics/clinic-registry.ts';
import type { AppointmentTypeId, ClinicId } from '#domain/ids.ts';
import { appointmentStatuses, ownsCells } from '#domain/scheduling/calendar/appointment.ts';
import { keys } from './keys.ts';
import { type Item, type Table, toItem } from './table.ts';

const standing = appointmentStatuses.filter(ownsCells);

/** Whether a query finds anything. Filters count after reading, so it reads page by page until one answers. */
async function findsAny(
  { client, name }: Table,
  { values, ...query }: Omit<QueryCommandInput, 'TableName' | 'ExpressionAttributeValues'> & { values: Item },
): Promise<boolean> {
  let from: QueryCommandInput['ExclusiveStartKey'];
  do {
    const page = await client.send(
      new QueryCommand({
        ...query,
        TableName: name,
        Select: 'COUNT',
        ExpressionAttributeValues: toItem(values),
        ExclusiveStartKey: from,
      }),
    );
    if (page.Count) return true;
    from = page.LastEvaluatedKey;
  } while (from);
  return false;
}

/** Whether anything occupies a calendar from an instant on. A hold that has run out occupies nothing. */
export const hasCells = (
  core: Table,
  clinicId: ClinicId,
  owner: CalendarOwner,
  fromMs: number,
  nowMs: number,
): Promise<boolean> =>
  findsAny(core, {
    ConsistentRead: true,
    KeyConditionExpression: 'PK = :pk AND SK >= :from',
    FilterExpression: '#kind <> :hold OR #expiresAt >= :now',
    ExpressionAttributeNames: { '#kind': 'kind', '#expiresAt': 'expiresAt' },
    values: {
      ':pk': keys.calendar(clinicId, owner),
      ':from': keys.cellTime(fromMs),
      ':hold': 'hold',
      ':now': isoInstant(nowMs),
    },
  });

/** Whether appointments of a type that start at `fromMs` or later still stand. From an index, which may lag by a moment. */
export const hasAppointments = (
  core: Table,
  clinicId: ClinicId,
  typeId: AppointmentTypeId,
  fromMs: number,
): Promise<boolean> =>
  findsAny(core, {
    IndexName: 'GSI1',
    KeyConditionExpression: 'GSI1PK = :pk AND GSI1SK >= :from',
    FilterExpression: `#typeId = :typeId AND #status IN (${standing.map((_, index) => `:s${index}`).join(', ')})`,
    ExpressionAttributeNames: { '#typeId': 'typeId', '#status': 'status' },
    values: {
      ':pk': keys.appointmentsByTime(clinicId),
      ':from': isoInstant(fromMs),
      ':typeId': typeId,
      ...Object.fromEntries(standing.map((status, index) => [`:s${index}`, status])),
    },
  });
