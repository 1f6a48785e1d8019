import * as z from 'zod';
import { type Clock, isoInstant } from '#domain/clock.ts';
import {
  type Deliveries,
  type Delivery,
  DeliveryInFlight,
  DeliveryUndecided,
  EmailRefused,
} from '#domain/notifications/deliveries.ts';
import { type Key, keys } from './keys.ts';
import { refused, type Table } from './table.ts';

/** Longer than any attempt can take: the function's time limit is a minute. */
const leaseMs = 15 * 60 * 1000;

/** One attempt may follow one whose answer was lost, so that there are exceptionally two e-mails and never more. */
const mostUnanswered = 1;

const Claim = z.object({
  state: z.enum(['claimed', 'released', 'sent']),
  attempt: z.number(),
  leaseUntil: z.number(),
  unanswered: z.number().optional(),
});

const deliveryKey = ({ clinicId, conversationId, template, recipientId }: Delivery): Key =>
  keys.delivery(clinicId, conversationId, template, recipientId);

const acceptanceKey = ({ clinicId, conversationId, template, recipientId }: Delivery, attempt: number): Key =>
  keys.acceptance(clinicId, conversationId, template, recipientId, attempt);

/** The mail service's word about any attempt: one that comes late counts as well. */
const acceptances = (delivery: Delivery) => {
  const { PK, SK } = acceptanceKey(delivery, 0);
  return { pk: PK, sk: 'begins_with(SK, :attempts)', values: { ':attempts': SK.slice(0, -1) }, upTo: 1 };
};

/** Claims and outcomes of e-mails, one item per recipient, in the conversation's own partition. */
export function createDeliveries(core: Table, clock: Clock): Deliveries {
  /** Answers the number of the claimed attempt, or that an earlier one was accepted. */
  async function claim(delivery: Delivery): Promise<number | 'already-sent'> {
    const now = clock.now();
    const claimed = { state: 'claimed', leaseUntil: now + leaseMs, updatedAt: isoInstant(now) };
    const first = await core.put(
      {
        ...deliveryKey(delivery),
        entity: 'Delivery',
        schemaVersion: 1,
        ...delivery,
        attempt: 1,
        createdAt: isoInstant(now),
        ...claimed,
      },
      { condition: 'attribute_not_exists(PK)' },
    );
    if (!first) return 1;

    const { state, attempt, leaseUntil, unanswered = 0 } = Claim.parse(first.stoodInTheWay);
    if (state === 'sent') return 'already-sent';
    const [accepted] = await core.query(acceptances(delivery));
    if (accepted) {
      await recordSent(delivery, Number(accepted.attempt), String(accepted.messageId));
      return 'already-sent';
    }
    const answerLost = state === 'claimed';
    if (answerLost && leaseUntil > now) throw new DeliveryInFlight('another attempt to send this e-mail is under way');
    if (answerLost && unanswered >= mostUnanswered) {
      throw new DeliveryUndecided('two attempts were made and the mail service answered neither');
    }
    const next = await core.update(
      deliveryKey(delivery),
      { ...claimed, attempt: attempt + 1, unanswered: unanswered + (answerLost ? 1 : 0) },
      {
        condition: '#attempt = :attempt AND #state = :state AND leaseUntil = :lease',
        names: { '#attempt': 'attempt', '#state': 'state' },
        values: { ':attempt': attempt, ':state': state, ':lease': leaseUntil },
      },
    );
    if (next === refused) throw new DeliveryInFlight('another attempt to send this e-mail has just begun');
    return attempt + 1;
  }

  async function recordSent(delivery: Delivery, attempt: number, messageId: string): Promise<void> {
    await core.update(deliveryKey(delivery), {
      state: 'sent',
      attempt,
      messageId,
      updatedAt: isoInstant(clock.now()),
    });
  }

  /** A claim without effect, so that the next attempt need not wait for its lease. */
  async function giveBack(delivery: Delivery, attempt: number): Promise<void> {
    await core.update(
      deliveryKey(delivery),
      { state: 'released', updatedAt: isoInstant(clock.now()) },
      {
        condition: '#attempt = :attempt AND #state = :claimed',
        names: { '#attempt': 'attempt', '#state': 'state' },
        values: { ':attempt': attempt, ':claimed': 'claimed' },
      },
    );
  }

  return {
    async once(delivery, send) {
      const attempt = await claim(delivery);
      if (attempt === 'already-sent') return 'already-sent';
      let messageId: string;
      try {
        ({ messageId } = await send(attempt));
      } catch (error) {
        if (error instanceof EmailRefused) await giveBack(delivery, attempt);
        throw error;
      }
      await recordSent(delivery, attempt, messageId);
      return 'sent';
    },

    async recordAccepted(delivery, attempt, messageId) {
      await core.put({
        ...acceptanceKey(delivery, attempt),
        entity: 'Acceptance',
        schemaVersion: 1,
        ...delivery,
        attempt,
        messageId,
        createdAt: isoInstant(clock.now()),
        updatedAt: isoInstant(clock.now()),
      });
    },
  };
}
