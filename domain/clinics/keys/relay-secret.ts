import { createHash, randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { PendingAuditEvent } from '../../audit/audit-event.ts';
import { ClinicId } from '../../ids.ts';
import { isLive, sameSecret } from './api-key.ts';

/** What is kept of the secret by which a clinic's relay is known. Instants are epoch milliseconds. */
export const RelaySecret = z.object({
  /** SHA-256, hexadecimal. The secret has 256 random bits, so that nothing slower is needed to keep it. */
  secretHash: z.string().regex(/^[0-9a-f]{64}$/),
  clinicId: ClinicId,
  createdAtMs: z.int(),
  /** From then on it proves nothing. */
  expiresAtMs: z.int().optional(),
});
export type RelaySecret = z.infer<typeof RelaySecret>;

export interface RelaySecretStore {
  /** Oldest first, those that have expired as well. A clinic with none has no relay. */
  ofClinic(clinicId: ClinicId): Promise<RelaySecret[]>;
  /** Adds a secret, lets others expire and puts it on record, all at once. One that expires earlier keeps its end. */
  add(
    secret: RelaySecret,
    retire: { secretHashes: readonly string[]; expiresAtMs: number },
    event: PendingAuditEvent,
  ): Promise<void>;
  /** Ends a secret at `atMs`; it stays listed. */
  revoke(
    clinicId: ClinicId,
    secretHash: string,
    atMs: number,
    event: PendingAuditEvent,
  ): Promise<{ outcome: 'revoked' | 'not-live' }>;
}

export const relaySecretHash = (secret: string): string => createHash('sha256').update(secret).digest('hex');

export const mintRelaySecret = (): string => `fdr_${randomBytes(32).toString('base64url')}`;

/** By which a secret is listed and ended: a part of its hash, from which it is not found. */
export const relaySecretId = ({ secretHash }: Pick<RelaySecret, 'secretHash'>): string => secretHash.slice(0, 16);

/** Whether a secret is one of those that are good now. Each is compared, in constant time, whatever the one before said. */
export function provesRelay(secrets: readonly RelaySecret[], secret: string, nowMs: number): boolean {
  const claimed = relaySecretHash(secret);
  return secrets
    .map((kept) => [sameSecret(kept.secretHash, claimed), isLive(kept, nowMs)])
    .some(([same, live]) => same && live);
}
