import { createHmac, timingSafeEqual } from 'node:crypto';

/** The vendor's own tolerance: the clocks may differ by so much, inclusive, in either direction. */
const toleranceMs = 300_000;

const form = /^v=(\d{1,15}),d=([0-9a-f]{64})$/i;

export type SignatureCheck =
  { valid: true } | { valid: false; reason: 'missing' | 'malformed' | 'stale' | 'mismatch'; ageMs?: number };

/**
 * Checks `x-retell-signature` (`v=<ms>,d=<hex>`) over the exact bytes received: HMAC-SHA256 of the body followed by the
 * decimal timestamp, under any of the keys accepted now. Constant time per key. Written out, and held to the vendor's
 * test vectors and SDK in the tests, because importing the SDK would triple the size of the function that answers a
 * ringing phone.
 *
 * @throws Error when there is no key: without one nothing may pass.
 */
export function checkRetellSignature(
  rawBody: Uint8Array,
  header: string | undefined,
  keys: readonly string[],
  nowMs: number,
): SignatureCheck {
  if (keys.length === 0 || keys.some((key) => !key)) throw new Error('no Retell key to verify signatures with');
  if (!header) return { valid: false, reason: 'missing' };
  const [, timestamp, digest] = form.exec(header) ?? [];
  if (!timestamp || !digest) return { valid: false, reason: 'malformed' };
  const ageMs = nowMs - Number(timestamp);
  if (Math.abs(ageMs) > toleranceMs) return { valid: false, reason: 'stale', ageMs };
  const claimed = Buffer.from(digest, 'hex');
  const matches = keys.map((key) =>
    timingSafeEqual(createHmac('sha256', key).update(rawBody).update(timestamp).digest(), claimed),
  );
  return matches.includes(true) ? { valid: true } : { valid: false, reason: 'mismatch', ageMs };
}
