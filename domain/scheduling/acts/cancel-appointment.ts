import { actingConversation, auditOfAppointment } from '../calendar/audit-of-appointment.ts';
import { changeAppointment, changeRefusal, nextVersion } from './change-appointment.ts';
import type { SchedulingDeps } from '../scheduling-deps.ts';
import type { Scheduling } from '../scheduling.ts';

/** Cancels, and gives the time back in the same write. Doing it again answers the appointment as it was cancelled. */
export const cancelAppointment =
  ({ calendar, appointments, clock }: SchedulingDeps): Scheduling['cancel'] =>
  (clinic, appointmentId, reason, requester, expectedVersion) => {
    const nowMs = clock.now();
    const { gridMinutes, maxBookingsPerConversation } = clinic.scheduling;
    return changeAppointment({ appointments }, clinic, {
      appointmentId,
      expectedVersion,
      isFulfilled: ({ status }) => status === 'cancelled',
      refusal: (appointment) => changeRefusal(clinic, appointment, requester, nowMs),
      async fulfil(before) {
        const after = nextVersion(
          before,
          { status: 'cancelled', ...(reason && { cancellationReason: reason }) },
          { act: 'cancelled', actorId: requester.actor.actorId },
          nowMs,
        );
        const { outcome } = await calendar.changeStatus({
          before,
          after,
          gridMinutes,
          ...actingConversation('cancelled', requester, maxBookingsPerConversation),
          audit: [auditOfAppointment('appointment.cancel', after, requester, nowMs, { fields: ['status'] })],
          nowMs,
        });
        return outcome === 'changed' ? { code: 'OK', appointment: after } : outcome;
      },
    });
  };
