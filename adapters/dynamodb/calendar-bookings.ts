import { isDeepStrictEqual } from 'node:util';
import { AppointmentId } from '#domain/ids.ts';
import { type Appointment, ownsCells } from '#domain/scheduling/calendar/appointment.ts';
import type { BookOutcome, Calendar, NewBooking } from '#domain/scheduling/calendar/calendar.ts';
import { occupiedCells } from '#domain/scheduling/calendar/occupied-cells.ts';
import { guardTime, unguardTime } from '#domain/scheduling/calendar/patient-guard.ts';
import { appointmentOf, appointmentRow, bookingRow } from './appointment-rows.ts';
import { isAtLimit, readTold, toldSteps } from './calendar-conversation.ts';
import { guardStep, readGuard } from './calendar-guard.ts';
import {
  addStep,
  appointmentStep,
  asStep,
  type CalendarTables,
  giveBackStep,
  putStep,
  recordSteps,
  type Step,
  takenBy,
  takeStep,
  transactGivingBack,
  wordsOf,
} from './calendar-transactions.ts';
import { keys } from './keys.ts';
import { patientPuts } from './patient-rows.ts';
import { fromItem, type Table, toItem } from './table.ts';
import { readSettled, transact } from './transact.ts';

/** Patient and conversation are written by few; who loses so often to others has met a fault. */
export const mostRounds = 8;

/** Bookings and changes of status, each one transaction whose conditions are the whole of the guarantee. */
export function createBookings({ core, audit }: CalendarTables): Pick<Calendar, 'book' | 'changeStatus'> {
  /** What the same wish made before, unless the one it made is to be replaced. */
  async function madeBefore({
    appointment,
    holder,
    bookingKey,
    replaces,
  }: NewBooking): Promise<BookOutcome | undefined> {
    const { clinicId } = appointment;
    const booking = await readSettled(core, keys.booking(clinicId, holder, bookingKey));
    if (!booking || booking.appointmentId === replaces) return undefined;
    const made = await readSettled(core, keys.appointment(clinicId, AppointmentId.parse(booking.appointmentId)));
    if (!made) throw new Error('a booking points to an appointment that is not there');
    return { outcome: 'replayed', appointment: appointmentOf(made) };
  }

  function bookingStep({ appointment, holder, bookingKey, replaces, nowMs }: NewBooking): Step {
    const row = bookingRow(appointment, holder, bookingKey, nowMs);
    if (!replaces) return addStep('wish', core, row);
    return putStep('wish', core, row, {
      expression: 'attribute_not_exists(PK) OR #appointmentId = :replaces',
      names: ['appointmentId'],
      values: { ':replaces': replaces },
    });
  }

  const patientSteps = ({ newPatient }: NewBooking): Step[] =>
    newPatient ? patientPuts(core.name, newPatient).map((action) => asStep('patient', action)) : [];

  return {
    async book(booking) {
      const { appointment, gridMinutes, holder, conversation, nowMs } = booking;
      const { clinicId, appointmentId } = appointment;
      const occupation = { kind: 'booked', ref: appointmentId } as const;
      const fixed = [
        ...occupiedCells(appointment, gridMinutes).map((place) =>
          takeStep(core, clinicId, place, occupation, { holder }, nowMs),
        ),
        addStep('appointment', core, appointmentRow(appointment, gridMinutes)),
        bookingStep(booking),
      ];
      let patient = [...patientSteps(booking), ...recordSteps(audit, booking.audit)];
      for (let round = 0; round < mostRounds; round++) {
        const [guard, told] = await Promise.all([readGuard(core, appointment), readTold(core, clinicId, conversation)]);
        const guarded = guardTime(guard.times, appointment, booking);
        if (guarded.outcome !== 'free') return (await madeBefore(booking)) ?? { outcome: guarded.outcome };
        if (isAtLimit(told, conversation)) return (await madeBefore(booking)) ?? { outcome: 'conversation-limit' };
        const refused = await transact(
          core.client,
          [
            ...fixed,
            guardStep(core, appointment, guard, guarded.times, nowMs),
            ...toldSteps(core, appointment, conversation, told, nowMs),
            ...patient,
          ],
          'wish',
        );
        if (!refused.length) return { outcome: 'booked', appointment };
        const words = wordsOf(refused);
        const made = words.has('wish') ? await madeBefore(booking) : undefined;
        if (made) return made;
        const outcome = takenBy(words);
        if (outcome) return { outcome };
        if (words.has('appointment')) throw new Error('the id of a new appointment is taken');
        // Somebody added the same person a moment ago: the one on record is left alone, and so is its record.
        if (words.has('patient')) {
          patient = recordSteps(
            audit,
            booking.audit.filter(({ act }) => act !== 'patient.create'),
          );
        }
      }
      throw new Error('a booking lost to others eight times in a row');
    },

    async changeStatus({ before, after, gridMinutes, conversation, audit: events, nowMs }) {
      const { clinicId, appointmentId } = before;
      const over = !ownsCells(after.status);
      const fixed = [
        appointmentStep(core, before, after, gridMinutes),
        ...(over ? occupiedCells(before, gridMinutes) : []).map((place) =>
          giveBackStep(core, clinicId, place, 'booked', appointmentId),
        ),
        ...recordSteps(audit, events),
      ];
      for (let round = 0; round < mostRounds; round++) {
        const [guard, told] = await Promise.all([
          over ? readGuard(core, before) : undefined,
          readTold(core, clinicId, conversation),
        ]);
        const refused = await transactGivingBack(core, [
          ...fixed,
          ...(guard?.ver === undefined
            ? []
            : [guardStep(core, before, guard, unguardTime(guard.times, appointmentId, nowMs), nowMs)]),
          ...toldSteps(core, after, conversation, told, nowMs),
        ]);
        if (!refused.length) return { outcome: 'changed' };
        if (wordsOf(refused).has('appointment')) {
          return { outcome: (await isWritten(core, after, gridMinutes)) ? 'changed' : 'changed-meanwhile' };
        }
      }
      throw new Error('a change of status lost to others eight times in a row');
    },
  };
}

/** Whether a change is on record already, to the letter: whoever lost the answer to it may ask again. */
export async function isWritten(core: Table, appointment: Appointment, gridMinutes: number): Promise<boolean> {
  const item = await core.get(keys.appointment(appointment.clinicId, appointment.appointmentId));
  return isDeepStrictEqual(item, fromItem(toItem(appointmentRow(appointment, gridMinutes))));
}
