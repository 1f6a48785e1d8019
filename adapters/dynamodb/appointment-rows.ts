import * as z from 'zod';
import { isoInstant } from '#domain/clock.ts';
import { Appointment, ownsCells } from '#domain/scheduling/calendar/appointment.ts';
import { occupiedCells } from '#domain/scheduling/calendar/occupied-cells.ts';
import { type CalendarRow, instant, stamps } from './calendar-rows.ts';
import { keys } from './keys.ts';
import { slotRow } from './slot-rows.ts';
import type { Item } from './table.ts';

/** Where an appointment stands in the order of starts. */
export const appointmentPosition = ({ startMs, appointmentId }: Appointment): string =>
  `${isoInstant(startMs)}#${appointmentId}`;

/** With the number of cells it owns, which an auditor compares with the cells there are. */
export function appointmentRow(appointment: Appointment, gridMinutes: number): CalendarRow {
  const { createdAtMs, updatedAtMs, history, ...rest } = appointment;
  const { clinicId, appointmentId, patientId, status } = appointment;
  return {
    ...keys.appointment(clinicId, appointmentId),
    ...stamps('Appointment', clinicId, createdAtMs, updatedAtMs),
    ...slotRow(rest),
    cells: ownsCells(status) ? occupiedCells(appointment, gridMinutes).length : 0,
    history: history.map(({ atMs, fromStartMs, ...change }) => ({
      at: isoInstant(atMs),
      ...change,
      ...(fromStartMs !== undefined && { fromStartUtc: isoInstant(fromStartMs) }),
    })),
    GSI1PK: keys.appointmentsByTime(clinicId),
    GSI1SK: appointmentPosition(appointment),
    GSI2PK: keys.appointmentsOfPatient(clinicId, patientId),
    GSI2SK: `APT#${appointmentPosition(appointment)}`,
  };
}

const StoredInstants = z.object({
  startUtc: instant,
  endUtc: instant,
  occFrom: instant,
  occTo: instant,
  createdAt: instant,
  updatedAt: instant,
  history: z.array(z.looseObject({ at: instant, fromStartUtc: instant.optional() })),
});

export function appointmentOf(item: Item): Appointment {
  const { startUtc, endUtc, occFrom, occTo, createdAt, updatedAt, history } = StoredInstants.parse(item);
  return Appointment.parse({
    ...item,
    startMs: startUtc,
    endMs: endUtc,
    occFromMs: occFrom,
    occToMs: occTo,
    createdAtMs: createdAt,
    updatedAtMs: updatedAt,
    history: history.map(({ at, fromStartUtc, ...change }) => ({
      ...change,
      atMs: at,
      ...(fromStartUtc !== undefined && { fromStartMs: fromStartUtc }),
    })),
  });
}

/** The answer a wish got, permanent. */
export const bookingRow = (
  { clinicId, appointmentId }: Appointment,
  holder: string,
  bookingKey: string,
  nowMs: number,
): CalendarRow => ({
  ...keys.booking(clinicId, holder, bookingKey),
  ...stamps('Booking', clinicId, nowMs),
  holder,
  bookingKey,
  appointmentId,
});
