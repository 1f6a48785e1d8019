import { withinLimit } from '#domain/conversations/tools/time-limit.ts';
import { errorFields } from '#domain/log.ts';
import type { Appointment } from '#domain/scheduling/calendar/appointment.ts';
import type { FreedTime } from '#domain/scheduling/waitlist/waitlist.ts';
import type { ActionDeps } from './act.ts';

/** The change itself is done; nobody waits longer for what follows from it. */
const limitMs = 2_000;

/** The time an appointment gave up with the last thing that happened to it. */
export function freedBy(appointment: Appointment): FreedTime | undefined {
  const { clinicId, appointmentId, typeId, version, history } = appointment;
  const last = history.at(-1);
  const freed = { clinicId, freedId: `${appointmentId}-${version}`, typeId };
  if (last?.act === 'cancelled' || last?.act === 'noshow') {
    return { ...freed, providerId: appointment.providerId, startMs: appointment.startMs };
  }
  if (last?.act !== 'rescheduled' || last.fromStartMs === undefined) return undefined;
  return { ...freed, providerId: last.fromProviderId ?? appointment.providerId, startMs: last.fromStartMs };
}

/**
 * Tells those who wait of a time that came free. A failure is logged and nothing more: the change itself is done. Telling
 * of the same change twice changes nothing.
 */
export async function tellWaitlist(
  { waitlistWorkflow, clock, log }: Pick<ActionDeps, 'waitlistWorkflow' | 'clock' | 'log'>,
  appointment: Appointment,
): Promise<void> {
  const freed = freedBy(appointment);
  if (!freed || freed.startMs <= clock.now()) return;
  const { clinicId } = freed;
  try {
    if ((await withinLimit(limitMs, waitlistWorkflow.start(freed))) === 'started')
      log.info('waitlist.started', { clinicId });
  } catch (error) {
    log.error('waitlist.start-failed', { clinicId, ...errorFields(error) });
  }
}
