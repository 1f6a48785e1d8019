import type { TimesQuery } from '#domain/scheduling/scheduling.ts';
import type { RequestOf } from '../api/requests.ts';
import { done, refuse } from '../api/refusals.ts';
import type { Act, ActionDeps } from './act.ts';
import { unknownAtClinic } from './known-at-clinic.ts';
import { refusedByEngine } from './refused-by-engine.ts';
import { asHolderOf, holdOf } from './slot-tokens.ts';
import { wantedTime } from './wanted-time.ts';

/** Times that are free now, each with a token to hold or book it. */
export function findTimes(deps: ActionDeps): Act<RequestOf<'availability'>> {
  const { scheduling, appointments, slotTokens } = deps;
  return async (request, call) => {
    const { clinic, requester } = call;
    const refused =
      unknownAtClinic(clinic, request) ?? unknownAtClinic(clinic, { providerId: request.preferredProviderId });
    if (refused) return refused;
    const { typeId, providerId, preferredProviderId, from, to, notBefore, before, count, strategy } = request;
    const moving = request.appointmentId && (await appointments.get(clinic.id, request.appointmentId));
    if (request.appointmentId && !moving) return refuse('appointment-unknown');
    const query: TimesQuery = {
      typeId,
      ...(providerId && { providerIds: [providerId] }),
      preferredProviderId,
      from,
      to,
      notBefore,
      before,
      count,
      strategy,
      ...(moving && { moving }),
    };
    const found = await scheduling.find(clinic, query, requester);
    if (found.code !== 'OK') return refusedByEngine(deps, found, call);
    const offer = (slot: (typeof found.slots)[number]) => slotTokens.offer(clinic, slot, requester.holder);
    const offers = await Promise.all(found.slots.map(offer));
    return done({ action: 'availability', offers, ...(found.next && { next: await offer(found.next) }) });
  };
}

/** Keeps one time free for the asker, in place of those they give back. */
export function holdTime(deps: ActionDeps): Act<RequestOf<'hold'>> {
  const { scheduling, slotTokens } = deps;
  return async (request, first) => {
    const former = await Promise.all((request.insteadOf ?? []).map((token) => slotTokens.read(first.clinic, token)));
    const held = former.filter((offered) => offered !== undefined);
    if (held.length < former.length) return refuse('slot-token-invalid');
    const told = await wantedTime(deps, request, asHolderOf(first, held[0]));
    if ('refused' in told) return told.refused;
    const call = asHolderOf(told.call, held[0]);
    const { clinic, requester } = call;
    const holding = await scheduling.hold(clinic, told.wanted, requester, held.map(holdOf));
    if (holding.code !== 'OK') return refusedByEngine(deps, holding, call);
    for (const other of held) {
      const { requester: itsHolder } = asHolderOf(call, other);
      if (itsHolder.holder !== requester.holder) await scheduling.release(clinic, [holdOf(other)], itsHolder);
    }
    const heldUntilMs = holding.held[0]?.expiresAtMs;
    return done({ action: 'hold', offer: await slotTokens.offer(clinic, holding.slot, requester.holder, heldUntilMs) });
  };
}
