import { createHmac, timingSafeEqual } from 'node:crypto';
import { ClinicId } from '../ids.ts';

/** What a binding is for: this call to this number, so that it proves nothing about another one. */
export interface BoundCall {
  clinicNumber: string;
  /** The vendor's id of the call, where it is known when the phone rings. */
  providerId?: string;
}

const sign = (
  key: string,
  clinicId: ClinicId,
  issuedAt: string,
  { clinicNumber, providerId = '' }: BoundCall,
): Buffer => createHmac('sha256', key).update(['v1', clinicId, issuedAt, clinicNumber, providerId].join('\n')).digest();

/**
 * Our signed word that this call belongs to this clinic, made when it rings and carried by the vendor in `metadata`:
 * `v1.<clinicId>.<issued at, ms>.<HMAC-SHA256, base64url>`.
 */
export function mintBinding(key: string, clinicId: ClinicId, call: BoundCall, nowMs: number): string {
  return ['v1', clinicId, String(nowMs), sign(key, clinicId, String(nowMs), call).toString('base64url')].join('.');
}

/**
 * The clinic a binding names, or nothing when it was not made by us for this call. A binding made before the vendor
 * told the call's id holds for that number only.
 */
export function readBinding(keys: readonly string[], binding: unknown, call: BoundCall): ClinicId | undefined {
  if (typeof binding !== 'string') return undefined;
  const [version, id, issuedAt, mac] = binding.split('.');
  const clinicId = ClinicId.safeParse(id);
  if (version !== 'v1' || !issuedAt || !mac || !clinicId.success) return undefined;
  const claimed = Buffer.from(mac, 'base64url');
  const candidates = keys.flatMap((key) => [
    sign(key, clinicId.data, issuedAt, call),
    sign(key, clinicId.data, issuedAt, { clinicNumber: call.clinicNumber }),
  ]);
  const holds = candidates.some((mac) => mac.length === claimed.length && timingSafeEqual(mac, claimed));
  return holds ? clinicId.data : undefined;
}
