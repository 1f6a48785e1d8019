import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { type Clock, isoInstant } from '#domain/clock.ts';
import type { ClinicProfile, ClinicStore } from '#domain/clinics/clinic-store.ts';
import { isWritable } from '#domain/clinics/numbers/writable-number.ts';
import { callableFrom } from '#domain/conversations/outbound/quiet-hours.ts';
import type { CallActor, CallWish, PlacedCall } from '#domain/conversations/outbound/place-outbound-call.ts';
import { derivedUuid, OutboundCallId } from '#domain/ids.ts';
import type { ReminderDue } from '#domain/messages/notice.ts';
import { patientText } from '#domain/notifications/patient-text.ts';
import { isReminded } from '#domain/notifications/reminders/reminder-due.ts';
import type { Reminder, Reminders } from '#domain/notifications/reminders/reminder.ts';
import type { AppointmentStore } from '#domain/scheduling/calendar/calendar.ts';
import type { PatientStore } from '#domain/scheduling/patients/patient-store.ts';
import { spoken, type WriteDeps, writesFrom, writeTo } from './tell-patient.ts';

interface Deps extends WriteDeps {
  clinics: Pick<ClinicStore, 'profile'>;
  appointments: Pick<AppointmentStore, 'get'>;
  patients: Pick<PatientStore, 'get'>;
  reminders: Pick<Reminders, 'get' | 'settle'>;
  place(clinic: ClinicProfile, callId: OutboundCallId, wish: CallWish, by: CallActor): Promise<PlacedCall>;
  clock: Clock;
}

/** What is done about a reminder now. */
type Done =
  | { state: 'sent'; callId?: OutboundCallId; reason?: string }
  | { state: 'dropped'; reason: string }
  | { state: 'waiting'; reason: string; nextAtMs: number };

const hourMs = 60 * 60 * 1000;
/** Nearer to the appointment than this, whoever forgot it is not helped any more, and the others are disturbed. */
const latestMs = 2 * hourMs;
/** A vendor that does not answer is asked again. */
const againMs = 5 * 60 * 1000;

const dropped = (reason: string): Done => ({ state: 'dropped', reason });

/**
 * Reminds a patient of an appointment, if it is as it was when the reminder became due and every rule lets it: once for
 * one start, by SMS or by a call as the clinic has it, or not at all. What is decided goes on record with its reason;
 * what may not be done at this hour waits for one at which it may.
 */
export function remindPatient(deps: Deps) {
  const { clinics, appointments, patients, reminders, place, clock, suppressions, log } = deps;
  const write = writeTo(deps);

  /** Not at night, and not so late that it helps nobody. */
  function wait(reason: string, nextAtMs: number | undefined, startMs: number): Done {
    if (nextAtMs === undefined || nextAtMs > startMs - latestMs) return dropped(reason);
    return { state: 'waiting', reason, nextAtMs };
  }

  async function byText(clinic: ClinicProfile, { patientId, appointmentId, startMs }: ReminderDue): Promise<Done> {
    if (!clinic.texting.sms) return dropped('texting-off');
    const patient = await patients.get(clinic.id, patientId);
    const to = patient?.phones.find((number) => isWritable(number, clinic));
    if (!patient || !to) return dropped('no-number');
    if ((await suppressions.refusedBy(clinic.id, to)).has('messages')) return dropped('messages-refused');
    const nowMs = clock.now();
    const fromMs = callableFrom(to, clinic, nowMs);
    if (fromMs !== nowMs) return wait('quiet-hours', fromMs, startMs);
    const outcome = await write(clinic, {
      channel: 'sms',
      to,
      from: writesFrom(clinic),
      name: `reminder#${appointmentId}#${startMs}`,
      body: patientText(clinic, { kind: 'reminder', startMs }, spoken(clinic, patient.language)),
    });
    if (outcome === 'unknown') return { state: 'sent', reason: outcome };
    return outcome === 'told' ? { state: 'sent' } : dropped(outcome);
  }

  async function byCall(clinic: ClinicProfile, { appointmentId, startMs }: ReminderDue): Promise<Done> {
    const callId = OutboundCallId.parse(derivedUuid('reminder-call', clinic.id, appointmentId, String(startMs)));
    const placed = await place(
      clinic,
      callId,
      { kind: 'appointment-reminder', appointmentId },
      { actorType: 'system', actorId: 'reminders', requestId: callId },
    );
    switch (placed.outcome) {
      case 'placed':
        return { state: 'sent', callId };
      case 'unknown':
        // It may have rung: once more would be once too often.
        return { state: 'sent', callId, reason: 'unknown' };
      case 'not-dialled':
        return wait('vendor-unavailable', clock.now() + againMs, startMs);
      case 'not-allowed':
        return placed.reason === 'quiet-hours' ? wait('quiet-hours', placed.fromMs, startMs) : dropped(placed.reason);
      case 'nobody-to-call':
        return dropped(placed.reason);
      default:
        return dropped(placed.outcome);
    }
  }

  /** The rules that hold for both ways, as they are now. */
  async function judge(clinic: ClinicProfile, due: ReminderDue): Promise<Done | undefined> {
    const appointment = await appointments.get(clinic.id, due.appointmentId);
    if (!appointment) throw new Error('a reminder is of an appointment that does not exist');
    if (appointment.startMs !== due.startMs) return dropped('moved');
    if (!isReminded(appointment)) return dropped(appointment.status);
    if (due.startMs - clock.now() < latestMs) return dropped('too-late');
    return undefined;
  }

  return async (due: ReminderDue): Promise<void> => {
    const { clinicId, appointmentId, patientId, startMs } = due;
    const [clinic, known] = await Promise.all([
      clinics.profile(clinicId),
      reminders.get(clinicId, appointmentId, startMs),
    ]);
    const channel = clinic?.outbound.reminders;
    if (clinic?.status !== 'active' || channel === undefined || channel === 'off') return;
    if (known && (known.state !== 'waiting' || (known.nextAtMs ?? 0) > clock.now())) return;
    const done = (await judge(clinic, due)) ?? (await (channel === 'sms' ? byText : byCall)(clinic, due));
    const reminder: Reminder = { clinicId, appointmentId, patientId, startMs, channel, ...done };
    await reminders.settle(reminder, actOf(reminder, clock.now()));
    const reason = done.reason === undefined ? {} : { reason: done.reason };
    log.info('reminder.settled', { clinicId, outcome: done.state, ...reason });
  };
}

const actOf = (
  { clinicId, appointmentId, patientId, state, reason, channel }: Reminder,
  nowMs: number,
): PendingAuditEvent => ({
  v: 1,
  clinicId,
  occurredAt: isoInstant(nowMs),
  actorType: 'system',
  actorId: 'reminders',
  act: 'reminder.settle',
  outcome: state === 'dropped' ? 'denied' : 'success',
  resourceType: 'appointment',
  resourceId: appointmentId,
  patientId,
  reason: [channel, state, reason].filter(Boolean).join(' '),
  requestId: `reminder-${appointmentId}`,
});
