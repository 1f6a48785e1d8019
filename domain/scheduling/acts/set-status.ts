import { nextStatuses } from '../calendar/appointment.ts';
import { actingConversation, auditOfAppointment } from '../calendar/audit-of-appointment.ts';
import { changeAppointment, nextVersion } from './change-appointment.ts';
import type { SchedulingDeps } from '../scheduling-deps.ts';
import type { Scheduling } from '../scheduling.ts';

/**
 * Puts on record what the clinic's people see happen, in the order `nextStatuses` allows; anything else is
 * `APPOINTMENT_CLOSED`. It goes on the clinic's record as `appointment.override` with the status as its reason, because
 * there is no act of its own for it. An agent sees nobody arrive: `NOT_VERIFIED`, but for a patient who tells it that
 * they will come.
 */
export const setStatus =
  ({ calendar, appointments, clock }: SchedulingDeps): Scheduling['setStatus'] =>
  async (clinic, appointmentId, status, requester, expectedVersion) => {
    const isConfirmedToAgent = requester.kind === 'agent' && status === 'confirmed';
    if (requester.kind !== 'staff' && !isConfirmedToAgent) return { code: 'NOT_VERIFIED' };
    const nowMs = clock.now();
    return changeAppointment({ appointments }, clinic, {
      appointmentId,
      expectedVersion,
      isFulfilled: (appointment) => appointment.status === status,
      refusal: (appointment) => (nextStatuses[appointment.status].includes(status) ? undefined : 'APPOINTMENT_CLOSED'),
      async fulfil(before) {
        const after = nextVersion(before, { status }, { act: status, actorId: requester.actor.actorId }, nowMs);
        const told = { fields: ['status'], reason: status };
        const { outcome } = await calendar.changeStatus({
          before,
          after,
          gridMinutes: clinic.scheduling.gridMinutes,
          ...(isConfirmedToAgent &&
            actingConversation('confirmed', requester, clinic.scheduling.maxBookingsPerConversation)),
          audit: [
            auditOfAppointment(
              isConfirmedToAgent ? 'appointment.confirm' : 'appointment.override',
              after,
              requester,
              nowMs,
              told,
            ),
          ],
          nowMs,
        });
        return outcome === 'changed' ? { code: 'OK', appointment: after } : outcome;
      },
    });
  };
