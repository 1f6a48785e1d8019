import { type Appointment, nextStatuses } from '../calendar/appointment.ts';
import { actingConversation, auditOfAppointment } from '../calendar/audit-of-appointment.ts';
import { bookable } from '../slots/bookable.ts';
import { changeAppointment, changeRefusal, nextVersion } from './change-appointment.ts';
import { judgeWish, lost, refuseWish } from './judge-wanted-time.ts';
import type { SchedulingDeps } from '../scheduling-deps.ts';
import type { Scheduling } from '../scheduling.ts';
import type { Slot } from '../slots/slot.ts';

/** So often the next operatory is tried for one that was taken under our hands. */
const mostRounds = 6;

/**
 * Moves an appointment, by the rules that list times; its own cells count as free. Without a provider it stays with the
 * one it has, as long as they still perform the type. Asked for the time it has, it is left as it is.
 */
export const rescheduleAppointment =
  (deps: SchedulingDeps): Scheduling['reschedule'] =>
  (clinic, appointmentId, to, requester, expectedVersion, formerHolds) =>
    changeAppointment(deps, clinic, {
      appointmentId,
      expectedVersion,
      isFulfilled: ({ startMs, providerId, status }) =>
        nextStatuses[status].includes('cancelled') &&
        startMs === to.startMs &&
        (!to.providerId || to.providerId === providerId),
      refusal: (appointment) => changeRefusal(clinic, appointment, requester, deps.clock.now()),
      async fulfil(before) {
        const { typeId, providerId } = before;
        const stays = bookable(clinic, typeId, [providerId], requester).code !== 'PROVIDER_UNKNOWN';
        const wish = {
          wanted: { typeId, startMs: to.startMs, providerId: to.providerId ?? (stays ? providerId : undefined) },
          requester,
          moving: before,
        };
        for (let round = 0; round < mostRounds; round++) {
          const judged = await judgeWish(deps, clinic, wish);
          if (judged.code !== 'OK') return refuseWish(deps, clinic, wish, judged, formerHolds);
          const nowMs = deps.clock.now();
          const after = moved(before, judged.slot, { zone: clinic.zone, actorId: requester.actor.actorId, nowMs });
          const { gridMinutes, maxBookingsPerConversation } = clinic.scheduling;
          const { outcome } = await deps.calendar.move({
            before,
            after,
            gridMinutes,
            holder: requester.holder,
            ...actingConversation('rescheduled', requester, maxBookingsPerConversation),
            audit: [
              auditOfAppointment('appointment.reschedule', after, requester, nowMs, { fields: changed(before, after) }),
            ],
            nowMs,
          });
          if (outcome === 'moved') return { code: 'OK', appointment: after };
          if (outcome === 'changed-meanwhile') return outcome;
          if (outcome === 'patient-overlap') return { code: 'PATIENT_OVERLAP' };
        }
        return refuseWish(deps, clinic, wish, lost, formerHolds);
      },
    });

/** The same appointment at another time. A room that is no longer needed is left behind. */
function moved(
  { operatoryId: _former, ...before }: Appointment,
  slot: Slot,
  { zone, actorId, nowMs }: { zone: string; actorId: string; nowMs: number },
): Appointment {
  const happened = {
    act: 'rescheduled' as const,
    actorId,
    fromStartMs: before.startMs,
    fromProviderId: before.providerId,
  };
  return nextVersion(before, { ...slot, zone }, happened, nowMs);
}

/** Names of the fields a move changed. */
const changed = (before: Appointment, after: Appointment): string[] =>
  (['startMs', 'providerId', 'operatoryId'] as const)
    .filter((field) => before[field] !== after[field])
    .map((field) => (field === 'startMs' ? 'startUtc' : field));
