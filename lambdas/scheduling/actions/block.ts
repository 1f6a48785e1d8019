import type { Resource } from '#domain/scheduling/calendar/cell.ts';
import { blockOnTheWire } from '../api/on-the-wire.ts';
import { done, refuse } from '../api/refusals.ts';
import type { RequestOf } from '../api/requests.ts';
import type { Act, ActionDeps } from './act.ts';
import { unknownAtClinic } from './known-at-clinic.ts';
import { refusedByEngine } from './refused-by-engine.ts';

/** Takes time out of the calendar of a provider or a room. */
export function block(deps: ActionDeps): Act<RequestOf<'block'>> {
  return async ({ providerId, operatoryId, start: fromMs, end: toMs, reason }, call) => {
    const { clinic, requester } = call;
    const refused = unknownAtClinic(clinic, { providerId, operatoryId });
    if (refused) return refused;
    const resource = resourceOf({ providerId, operatoryId });
    const blocked = await deps.scheduling.block(
      clinic,
      { resource, fromMs, toMs, ...(reason && { reason }) },
      requester,
    );
    if (blocked.code !== 'OK') return refusedByEngine(deps, blocked, call);
    return done({ action: 'block', block: blockOnTheWire(blocked.block, clinic.zone) }, { status: 201 });
  };
}

/** Gives blocked time back. */
export function unblock(deps: ActionDeps): Act<RequestOf<'unblock'>> {
  return async ({ blockId }, call) => {
    const unblocked = await deps.scheduling.unblock(call.clinic, blockId, call.requester);
    // Gone because an attempt before this one gave it back and died before it could say so.
    const isDone = unblocked.code === 'OK' || (call.again && unblocked.code === 'APPOINTMENT_UNKNOWN');
    if (isDone) return done({ action: 'unblock', blockId });
    if (unblocked.code === 'APPOINTMENT_UNKNOWN') return refuse('block-unknown');
    return refusedByEngine(deps, unblocked, call);
  };
}

function resourceOf({ providerId, operatoryId }: Pick<RequestOf<'block'>, 'providerId' | 'operatoryId'>): Resource {
  if (providerId) return { kind: 'provider', id: providerId };
  if (operatoryId) return { kind: 'operatory', id: operatoryId };
  throw new Error('a block of nothing passed its schema');
}
