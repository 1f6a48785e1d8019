import * as z from 'zod';
import type { ClinicId } from '../ids.ts';

/** An answer as it went out, to be given again. */
export const KeptAnswer = z.object({
  status: z.int(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.unknown(),
});
export type KeptAnswer = z.infer<typeof KeptAnswer>;

/** One request of a clinic's software, under the key it chose for it. */
export interface RequestName {
  clinicId: ClinicId;
  apiKeyId: string;
  /** SHA-256 of the chosen key. */
  keyHash: string;
}

/** The right to do what a request asks for, held until it is answered or the lease runs out. */
export interface RequestClaim extends RequestName {
  claimId: string;
  /** When this request was first begun, in epoch milliseconds. */
  begunAtMs: number;
  /** It was begun before and never answered: what it asks for may be done already. */
  again: boolean;
}

export type Claimed =
  | { outcome: 'claimed'; claim: RequestClaim }
  | { outcome: 'answered'; answer: KeptAnswer }
  /** Somebody is at it now. */
  | { outcome: 'in-progress'; retryAfterMs: number }
  /** The key was chosen for something else before. */
  | { outcome: 'other-request' };

/** Lets a request that is sent twice be done once and answered twice the same, for a day. */
export interface AnsweredRequests {
  /** @param requestHash of what is asked for: the same key must not mean two things */
  claim(name: RequestName, requestHash: string, nowMs: number): Promise<Claimed>;
  /** Keeps the answer, unless another has taken over since. */
  settle(claim: RequestClaim, answer: KeptAnswer, nowMs: number): Promise<void>;
  /** Lets the next attempt begin at once: this one failed. */
  release(claim: RequestClaim, nowMs: number): Promise<void>;
}

/** Longer than any request runs, so that two never do the same at once. */
export const leaseMs = 15_000;
/** How long an answer is given again. */
export const keptMs = 24 * 60 * 60 * 1000;
