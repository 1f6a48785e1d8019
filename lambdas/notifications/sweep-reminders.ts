import type { Clock } from '#domain/clock.ts';
import { errorFields, type Log } from '#domain/log.ts';
import type { Notices } from '#domain/messages/notice.ts';
import { agreedAt, isReminded, reminderDue, startsDueIn } from '#domain/notifications/reminders/reminder-due.ts';
import type { Reminder, RemindingClinic, Reminders } from '#domain/notifications/reminders/reminder.ts';
import type { ClinicDirectory } from '#domain/routing/clinic-directory.ts';
import type { Appointment } from '#domain/scheduling/calendar/appointment.ts';
import type { AppointmentStore } from '#domain/scheduling/calendar/calendar.ts';

interface Deps {
  directory: Pick<ClinicDirectory, 'clinicIds'>;
  appointments: Pick<AppointmentStore, 'list'>;
  reminders: Pick<Reminders, 'reminding' | 'waiting' | 'mark' | 'setMark'>;
  notices: Notices;
  clock: Clock;
  log: Log;
}

const minuteMs = 60_000;
/** A clinic whose reminders were never looked for: what became due before it wanted any is past. */
const firstLookMs = 10 * minuteMs;
/** Whatever was due before has its appointment behind it. */
const longestLookMs = 25 * 60 * minuteMs;
/** The index of appointments may lag by as much, so that this is looked at twice. */
const overlapMs = 2 * minuteMs;
/** The mark of a clinic with nothing to tell is moved this seldom: a longer look costs less than a write. */
const markEveryMs = 10 * minuteMs;
/** Each asks its tables a handful of questions. */
const clinicsAtOnce = 16;

/**
 * Finds the reminders that have become due, from the appointments themselves: what is moved or cancelled has its
 * reminder moved or cancelled with it, and nothing can be out of step. Each is told of once it is found and then the
 * mark is moved, so that a run that dies is done again; whoever is told decides, and does it once.
 */
export function sweepReminders({ directory, appointments, reminders, notices, clock, log }: Deps) {
  async function dueAt({ clinicId, zone }: RemindingClinic, fromMs: number, nowMs: number): Promise<Appointment[]> {
    const starts = startsDueIn(fromMs, nowMs, zone);
    // A reminder after the appointment is none.
    const range = { fromMs: Math.max(starts.fromMs, nowMs), toMs: starts.toMs + 1 };
    const { appointments: listed } = await appointments.list(clinicId, range);
    return listed.filter((appointment) => {
      const dueMs = reminderDue(appointment.startMs, zone);
      return isReminded(appointment) && dueMs >= fromMs && dueMs <= nowMs && agreedAt(appointment) < dueMs;
    });
  }

  async function sweep(clinic: RemindingClinic, nowMs: number): Promise<number> {
    const { clinicId } = clinic;
    const [mark = nowMs - firstLookMs, waiting] = await Promise.all([
      reminders.mark(clinicId),
      reminders.waiting(clinicId, nowMs),
    ]);
    const due = await dueAt(clinic, Math.max(mark - overlapMs, nowMs - longestLookMs), nowMs);
    const told: Pick<Reminder, 'appointmentId' | 'patientId' | 'startMs'>[] = [...due, ...waiting];
    for (const { appointmentId, patientId, startMs } of told) {
      await notices.tell({ kind: 'reminder-due', clinicId, appointmentId, patientId, startMs });
    }
    if (due.length || nowMs - mark >= markEveryMs) await reminders.setMark(clinicId, nowMs);
    return told.length;
  }

  return async (): Promise<void> => {
    const nowMs = clock.now();
    const clinics = await reminders.reminding(await directory.clinicIds());
    let count = 0;
    const next = clinics.values();
    await Promise.all(
      Array.from({ length: clinicsAtOnce }, async () => {
        for (const clinic of next) {
          try {
            count += await sweep(clinic, nowMs);
          } catch (error) {
            // One that fails stops no other, and is looked at again from its mark.
            log.error('request.failed', { route: 'task', clinicId: clinic.clinicId, ...errorFields(error) });
          }
        }
      }),
    );
    log.info('reminders.swept', { count });
  };
}
