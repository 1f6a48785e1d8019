import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { createCalendar } from '#adapters/dynamodb/calendar.ts';
import { appointmentOf, appointmentRow, bookingRow } from '#adapters/dynamodb/appointment-rows.ts';
import { guardOf, guardRow } from '#adapters/dynamodb/calendar-guard.ts';
import { cellRow } from '#adapters/dynamodb/calendar-rows.ts';
import type { CalendarTables } from '#adapters/dynamodb/calendar-transactions.ts';
import { auditWrite } from '#adapters/dynamodb/clinic-writes.ts';
import { keys } from '#adapters/dynamodb/keys.ts';
import { AppointmentId } from '#domain/ids.ts';
import type { Calendar } from '#domain/scheduling/calendar/calendar.ts';
import { occupies } from '#domain/scheduling/calendar/cell.ts';
import { occupiedCells } from '#domain/scheduling/calendar/occupied-cells.ts';
import { guardTime } from '#domain/scheduling/calendar/patient-guard.ts';

/**
 * A calendar as it is often written: look whether the time is free, then insert. It reads all the real one reads, with
 * strong consistency, and checks all of it; only the writes carry no condition. Here to show what that sells.
 */
export function createNaiveCalendar({ core, audit }: CalendarTables): Calendar {
  const real = createCalendar({ core, audit });
  return {
    ...real,
    async book({ appointment, gridMinutes, holder, bookingKey, maxFutureAppts, audit: events, nowMs }) {
      const { clinicId, appointmentId, providerId, operatoryId, occFromMs, occToMs } = appointment;
      const made = await core.get(keys.booking(clinicId, holder, bookingKey));
      if (made) {
        const item = await core.get(keys.appointment(clinicId, AppointmentId.parse(made.appointmentId)));
        if (item) return { outcome: 'replayed', appointment: appointmentOf(item) };
      }
      const resources = [
        { kind: 'provider' as const, id: providerId },
        ...(operatoryId ? [{ kind: 'operatory' as const, id: operatoryId }] : []),
      ];
      const [occupied, guardItem] = await Promise.all([
        real.cells(clinicId, resources, occFromMs, occToMs),
        core.get(keys.patientGuard(clinicId, appointment.patientId)),
      ]);
      const taken = occupied.filter((cell) => occupies(cell, holder, nowMs));
      if (taken.some(({ resource }) => resource.kind === 'provider')) return { outcome: 'provider-taken' };
      if (taken.length) return { outcome: 'operatory-taken' };
      const guard = guardOf(guardItem);
      const guarded = guardTime(guard.times, appointment, { nowMs, maxFutureAppts });
      if (guarded.outcome !== 'free') return { outcome: guarded.outcome };

      await core.put(appointmentRow(appointment, gridMinutes));
      const occupation = { kind: 'booked' as const, ref: appointmentId };
      const cells = occupiedCells(appointment, gridMinutes);
      await Promise.all(cells.map((place) => core.put(cellRow(clinicId, place, occupation, nowMs))));
      await core.put(guardRow(appointment, guard, guarded.times, nowMs));
      await core.put(bookingRow(appointment, holder, bookingKey, nowMs));
      for (const event of events) {
        const { Put } = auditWrite(audit.name, event);
        if (Put) await audit.client.send(new PutItemCommand({ TableName: Put.TableName, Item: Put.Item }));
      }
      return { outcome: 'booked', appointment };
    },
  };
}
