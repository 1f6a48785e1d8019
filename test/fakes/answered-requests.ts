import { randomUUID } from 'node:crypto';
import {
  type AnsweredRequests,
  type KeptAnswer,
  keptMs,
  leaseMs,
  type RequestName,
} from '#domain/scheduling/answered-requests.ts';

interface Kept {
  requestHash: string;
  claimId: string;
  begunAtMs: number;
  leaseUntilMs: number;
  answer?: KeptAnswer;
}

export interface FakeAnsweredRequests extends AnsweredRequests {
  /** The next `settle` throws, as if the process had died before its answer was kept. */
  failNextSettle(): void;
}

/** Answers in memory, keeping every promise of the real ones. */
export function inMemoryAnsweredRequests(): FakeAnsweredRequests {
  const kept = new Map<string, Kept>();
  const keyOf = ({ clinicId, apiKeyId, keyHash }: RequestName) => [clinicId, apiKeyId, keyHash].join(' ');
  let failing = false;
  return {
    failNextSettle() {
      failing = true;
    },
    async claim({ clinicId, apiKeyId, keyHash }, requestHash, nowMs) {
      const name = { clinicId, apiKeyId, keyHash };
      const before = kept.get(keyOf(name));
      const begun = before && nowMs <= before.begunAtMs + keptMs ? before : undefined;
      if (begun && begun.requestHash !== requestHash) return { outcome: 'other-request' };
      if (begun?.answer) return { outcome: 'answered', answer: structuredClone(begun.answer) };
      if (begun && begun.leaseUntilMs > nowMs) {
        return { outcome: 'in-progress', retryAfterMs: begun.leaseUntilMs - nowMs };
      }
      const claimId = randomUUID();
      const begunAtMs = begun?.begunAtMs ?? nowMs;
      kept.set(keyOf(name), { requestHash, claimId, begunAtMs, leaseUntilMs: nowMs + leaseMs });
      return { outcome: 'claimed', claim: { ...name, claimId, begunAtMs, again: begun !== undefined } };
    },
    async settle(claim, answer) {
      if (failing) {
        failing = false;
        throw new Error('the answer could not be kept');
      }
      const current = kept.get(keyOf(claim));
      if (current?.claimId === claim.claimId) current.answer = JSON.parse(JSON.stringify(answer)) as KeptAnswer;
    },
    async release(claim, nowMs) {
      const current = kept.get(keyOf(claim));
      if (current?.claimId === claim.claimId) current.leaseUntilMs = nowMs;
    },
  };
}
