import { createHash, randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { PendingAuditEvent } from '../../audit/audit-event.ts';
import { ClinicId } from '../../ids.ts';

/** What is kept of the key in the address of a clinic's LLM socket. Instants are epoch milliseconds. */
export const SocketKey = z.object({
  /** SHA-256, hexadecimal. The key has 256 random bits, so that nothing slower is needed to keep it. */
  keyHash: z.string().regex(/^[0-9a-f]{64}$/),
  clinicId: ClinicId,
  createdAtMs: z.int(),
  /** From then on it opens nothing. */
  expiresAtMs: z.int().optional(),
});
export type SocketKey = z.infer<typeof SocketKey>;

export interface SocketKeyStore {
  /** Oldest first, those that have expired as well. From an index, which may lag by a moment. */
  ofClinic(clinicId: ClinicId): Promise<SocketKey[]>;
  /** Adds a key, lets others expire and puts it on record, all at once. A key that expires earlier anyway keeps its end. */
  add(
    key: SocketKey,
    retire: { keyHashes: readonly string[]; expiresAtMs: number },
    event: PendingAuditEvent,
  ): Promise<void>;
  /** Ends a key at `atMs`; it stays listed. */
  revoke(
    clinicId: ClinicId,
    keyHash: string,
    atMs: number,
    event: PendingAuditEvent,
  ): Promise<{ outcome: 'revoked' | 'not-live' }>;
}

/** Who the address of a socket names. */
export interface SocketAddresses {
  /** The clinic that has or had the slug, and the key if there is one by this hash. One read, whatever is there. */
  find(address: { slug: string; keyHash?: string }): Promise<{ slugOf?: ClinicId; key?: SocketKey }>;
}

/** Compared by look-up of its hash: 256 random bits are not guessed, and a hash found or not tells nothing of another. */
export const socketKeyHash = (key: string): string => createHash('sha256').update(key).digest('hex');

export const mintSocketKey = (): string => randomBytes(32).toString('base64url');

/** What may stand in an address as a key; anything else is none. */
export const hasShapeOfSocketKey = (text: string): boolean => /^[A-Za-z0-9_-]{43}$/.test(text);

/** By which a key is listed and revoked: a part of its hash, from which the key is not found. */
export const socketKeyId = ({ keyHash }: Pick<SocketKey, 'keyHash'>): string => keyHash.slice(0, 16);
