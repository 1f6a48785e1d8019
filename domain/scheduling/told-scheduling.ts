import { errorFields, type Log } from '../log.ts';
import type { AppointmentChanged, Notices } from '../messages/notice.ts';
import type { Appointment } from './calendar/appointment.ts';
import { changedNotice } from './acts/changed-notice.ts';
import type { Requester } from './requester.ts';
import type { Scheduling } from './scheduling.ts';

/** The change itself is done; a caller does not wait longer for what follows from it. */
const limitMs = 400;

interface Deps {
  notices: Notices;
  log: Log;
}

/**
 * The same acts, of which those of an agent are told to the patient too. That telling fails undoes nothing: it is
 * logged, an alarm counts it, and when the conversation is over it is told again.
 */
export function toldScheduling(scheduling: Scheduling, { notices, log }: Deps): Scheduling {
  async function tell(
    change: AppointmentChanged['change'],
    appointment: Appointment,
    { kind, conversationId }: Requester,
  ): Promise<void> {
    if (kind !== 'agent') return;
    const { clinicId } = appointment;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('the queue of notices is slow')), limitMs);
    });
    try {
      await Promise.race([late, notices.tell(changedNotice(change, appointment, conversationId))]);
    } catch (error) {
      log.error('notice.not-queued', { clinicId, ...(conversationId && { conversationId }), ...errorFields(error) });
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    ...scheduling,
    async book(clinic, request, requester, formerHolds) {
      const booked = await scheduling.book(clinic, request, requester, formerHolds);
      if (booked.code === 'OK') await tell('booked', booked.appointment, requester);
      return booked;
    },
    async reschedule(clinic, appointmentId, to, requester, expectedVersion, formerHolds) {
      const moved = await scheduling.reschedule(clinic, appointmentId, to, requester, expectedVersion, formerHolds);
      if (moved.code === 'OK') await tell('moved', moved.appointment, requester);
      return moved;
    },
    async cancel(clinic, appointmentId, reason, requester, expectedVersion) {
      const cancelled = await scheduling.cancel(clinic, appointmentId, reason, requester, expectedVersion);
      if (cancelled.code === 'OK') await tell('cancelled', cancelled.appointment, requester);
      return cancelled;
    },
  };
}
