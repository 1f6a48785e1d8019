import type { Clock } from '#domain/clock.ts';
import { type Deliveries, type Delivery, DeliveryInFlight, EmailRefused } from '#domain/notifications/deliveries.ts';

const leaseMs = 15 * 60 * 1000;

/** Deliveries in memory, with the same claims, leases and words of acceptance as the table. */
export function inMemoryDeliveries(clock: Clock): Deliveries {
  const claims = new Map<string, { state: 'claimed' | 'sent' | 'released'; attempt: number; leaseUntil: number }>();
  const accepted = new Set<string>();
  const keyOf = ({ clinicId, conversationId, template, recipientId }: Delivery) =>
    [clinicId, conversationId, template, recipientId].join(' ');
  return {
    async once(delivery, send) {
      const key = keyOf(delivery);
      const known = claims.get(key);
      if (known?.state === 'sent') return 'already-sent';
      if (known?.state === 'claimed') {
        if (accepted.has(`${key} ${known.attempt}`)) {
          known.state = 'sent';
          return 'already-sent';
        }
        if (known.leaseUntil > clock.now()) throw new DeliveryInFlight('another attempt is under way');
      }
      const claim = {
        state: 'claimed' as const,
        attempt: (known?.attempt ?? 0) + 1,
        leaseUntil: clock.now() + leaseMs,
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
    async recordAccepted(delivery, attempt) {
      accepted.add(`${keyOf(delivery)} ${attempt}`);
    },
  };
}
