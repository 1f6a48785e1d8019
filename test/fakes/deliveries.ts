import type { Clock } from '#domain/clock.ts';
import {
  type Deliveries,
  type Delivery,
  DeliveryInFlight,
  DeliveryUndecided,
  EmailRefused,
} from '#domain/notifications/deliveries.ts';

const leaseMs = 15 * 60 * 1000;

interface Claim {
  state: 'claimed' | 'sent' | 'released';
  attempt: number;
  leaseUntil: number;
  unanswered: number;
}

/** Deliveries in memory, with the same claims, leases and words of acceptance as the table. */
export function inMemoryDeliveries(clock: Clock): Deliveries {
  const claims = new Map<string, Claim>();
  const accepted = new Set<string>();
  const keyOf = ({ clinicId, conversationId, template, recipientId }: Delivery) =>
    [clinicId, conversationId, template, recipientId].join(' ');
  return {
    async once(delivery, send) {
      const key = keyOf(delivery);
      const known = claims.get(key);
      if (known?.state === 'sent') return 'already-sent';
      if (known && accepted.has(key)) {
        claims.set(key, { ...known, state: 'sent' });
        return 'already-sent';
      }
      const answerLost = known?.state === 'claimed';
      if (answerLost && known.leaseUntil > clock.now()) throw new DeliveryInFlight('another attempt is under way');
      if (answerLost && known.unanswered >= 1) throw new DeliveryUndecided('two attempts without an answer');
      const claim: Claim = {
        state: 'claimed',
        attempt: (known?.attempt ?? 0) + 1,
        leaseUntil: clock.now() + leaseMs,
        unanswered: (known?.unanswered ?? 0) + (answerLost ? 1 : 0),
      };
      claims.set(key, claim);
      try {
        await send(claim.attempt);
      } catch (error) {
        if (error instanceof EmailRefused) claims.set(key, { ...claim, state: 'released' });
        throw error;
      }
      claims.set(key, { ...claim, state: 'sent' });
      return 'sent';
    },
    async recordAccepted(delivery) {
      accepted.add(keyOf(delivery));
    },
  };
}
