import type { Changed } from '#domain/scheduling/scheduling.ts';
import { appointmentOnTheWire } from '../api/on-the-wire.ts';
import { done, refuse } from '../api/refusals.ts';
import type { RequestOf } from '../api/requests.ts';
import type { Act, ActionDeps } from './act.ts';
import type { ApiCall } from './api-call.ts';
import { unknownAtClinic } from './known-at-clinic.ts';
import { refusedByEngine } from './refused-by-engine.ts';
import { asHolderOf } from './slot-tokens.ts';
import { tellWaitlist } from './tell-waitlist.ts';

/** Answers a change, and tells those who wait of the time that it gave up. */
async function answerChange(
  deps: ActionDeps,
  action: 'reschedule' | 'cancel' | 'status',
  changed: Changed,
  call: ApiCall,
) {
  if (changed.code !== 'OK') return refusedByEngine(deps, changed, call);
  const { appointment } = changed;
  await tellWaitlist(deps, appointment);
  return done({ action, appointment: appointmentOnTheWire(appointment) }, { version: appointment.version });
}

/** Moves an appointment, all at once or not at all. */
export function reschedule(deps: ActionDeps): Act<RequestOf<'reschedule'>> {
  return async ({ appointmentId, slotToken, start, providerId }, first) => {
    const { clinic } = first;
    const refused = unknownAtClinic(clinic, { providerId });
    if (refused) return refused;
    const offered = slotToken === undefined ? undefined : await deps.slotTokens.read(clinic, slotToken);
    if (slotToken !== undefined && !offered) return refuse('slot-token-invalid');
    const startMs = offered?.slot.startMs ?? start;
    if (startMs === undefined) throw new Error('a request without a time passed its schema');
    const call = asHolderOf(first, offered);
    const to = { startMs, providerId: offered?.slot.providerId ?? providerId };
    const changed = await deps.scheduling.reschedule(clinic, appointmentId, to, call.requester, call.expectedVersion);
    return answerChange(deps, 'reschedule', changed, call);
  };
}

/** Cancels an appointment. */
export function cancel(deps: ActionDeps): Act<RequestOf<'cancel'>> {
  return async ({ appointmentId, reason }, call) => {
    const { clinic, requester, expectedVersion } = call;
    const changed = await deps.scheduling.cancel(clinic, appointmentId, reason, requester, expectedVersion);
    return answerChange(deps, 'cancel', changed, call);
  };
}

/** Tells what became of an appointment. */
export function setStatus(deps: ActionDeps): Act<RequestOf<'status'>> {
  return async ({ appointmentId, status }, call) => {
    const { clinic, requester, expectedVersion } = call;
    const changed = await deps.scheduling.setStatus(clinic, appointmentId, status, requester, expectedVersion);
    return answerChange(deps, 'status', changed, call);
  };
}
