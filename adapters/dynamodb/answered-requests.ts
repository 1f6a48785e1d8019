import { randomUUID } from 'node:crypto';
import { isoInstant } from '#domain/clock.ts';
import {
  type AnsweredRequests,
  type Claimed,
  KeptAnswer,
  keptMs,
  leaseMs,
  type RequestName,
} from '#domain/scheduling/answered-requests.ts';
import * as z from 'zod';
import { keys } from './keys.ts';
import { refused, type Table } from './table.ts';

const Row = z.object({
  requestHash: z.string(),
  createdAt: z.string(),
  claimId: z.string(),
  leaseUntil: z.string(),
  /** JSON, because a body may hold what an item cannot. */
  answer: z.string().optional(),
});

const keyOf = ({ clinicId, apiKeyId, keyHash }: RequestName) => keys.idempotency(clinicId, apiKeyId, keyHash);

/** One item for each request that came with a key of its own; a conditional write decides who may do what it asks for. */
export function createAnsweredRequests(core: Table): AnsweredRequests {
  return {
    async claim({ clinicId, apiKeyId, keyHash }, requestHash, nowMs) {
      const name = { clinicId, apiKeyId, keyHash };
      const now = isoInstant(nowMs);
      const own = { claimId: randomUUID(), leaseUntil: isoInstant(nowMs + leaseMs), updatedAt: now };
      const endsMs = nowMs + keptMs;
      const stood = await core.put(
        {
          ...keyOf(name),
          entity: 'AnsweredRequest',
          clinicId,
          schemaVersion: 1,
          createdAt: now,
          ...own,
          requestHash,
          expiresAt: isoInstant(endsMs),
          ttl: Math.ceil(endsMs / 1000),
        },
        {
          condition: 'attribute_not_exists(PK) OR #expiresAt < :now',
          names: { '#expiresAt': 'expiresAt' },
          values: { ':now': now },
        },
      );
      const ours: Claimed = {
        outcome: 'claimed',
        claim: { ...name, claimId: own.claimId, begunAtMs: nowMs, again: false },
      };
      if (!stood) return ours;
      const before = Row.parse(stood.stoodInTheWay);
      // The answer to our own write was lost on the way, and its repetition met what the first one wrote.
      if (before.claimId === own.claimId) return ours;
      if (before.requestHash !== requestHash) return { outcome: 'other-request' };
      if (before.answer !== undefined) {
        return { outcome: 'answered', answer: KeptAnswer.parse(JSON.parse(before.answer)) };
      }
      const remainingMs = Date.parse(before.leaseUntil) - nowMs;
      if (remainingMs > 0) return { outcome: 'in-progress', retryAfterMs: remainingMs };
      const taken = await core.update(keyOf(name), own, {
        condition: '#claimId = :before AND attribute_not_exists(#answer)',
        names: { '#claimId': 'claimId', '#answer': 'answer' },
        values: { ':before': before.claimId },
      });
      if (taken === refused) return { outcome: 'in-progress', retryAfterMs: leaseMs };
      const begunAtMs = Date.parse(before.createdAt);
      return { outcome: 'claimed', claim: { ...name, claimId: own.claimId, begunAtMs, again: true } };
    },

    async settle(claim, answer, nowMs) {
      await core.update(
        keyOf(claim),
        { answer: JSON.stringify(answer), updatedAt: isoInstant(nowMs) },
        stillOurs(claim.claimId),
      );
    },

    async release(claim, nowMs) {
      const now = isoInstant(nowMs);
      await core.update(keyOf(claim), { leaseUntil: now, updatedAt: now }, stillOurs(claim.claimId));
    },
  };
}

const stillOurs = (claimId: string) => ({
  condition: '#claimId = :own',
  names: { '#claimId': 'claimId' },
  values: { ':own': claimId },
});
