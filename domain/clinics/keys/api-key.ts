import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import type { PendingAuditEvent } from '../../audit/audit-event.ts';
import { ClinicId } from '../../ids.ts';

/** The part of a key that is no secret: 80 random bits in an alphabet without look-alikes. */
export const ApiKeyId = z.string().regex(/^[0-9a-hjkmnp-tv-z]{16}$/, 'must be the id of an API key');

/** What is kept of the key by which a clinic's software proves itself. Instants are epoch milliseconds. */
export const ApiKey = z.object({
  keyId: ApiKeyId,
  clinicId: ClinicId,
  /** SHA-256, hexadecimal. The secret has 256 random bits, so that nothing slower is needed to keep it. */
  secretHash: z.string().regex(/^[0-9a-f]{64}$/),
  label: z.string().max(60).optional(),
  createdAtMs: z.int(),
  /** From then on it proves nothing. */
  expiresAtMs: z.int().optional(),
});
export type ApiKey = z.infer<typeof ApiKey>;

export interface ApiKeyStore {
  get(keyId: string): Promise<ApiKey | undefined>;
  /** Oldest first, those that have expired as well. From an index, which may lag by a moment. */
  ofClinic(clinicId: ClinicId): Promise<ApiKey[]>;
  /** Adds a key, lets others expire and puts it on record, all at once. A key that expires earlier anyway keeps its end. */
  add(key: ApiKey, retire: { keyIds: readonly string[]; expiresAtMs: number }, event: PendingAuditEvent): Promise<void>;
  /** Ends a key at `atMs`; it stays listed. */
  revoke(
    clinicId: ClinicId,
    keyId: string,
    atMs: number,
    event: PendingAuditEvent,
  ): Promise<{ outcome: 'revoked' | 'not-live' }>;
}

const secretBytes = 32;
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const shape = /^fdk_([0-9a-hjkmnp-tv-z]{16})_([A-Za-z0-9_-]{43,86})$/;

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** A new key: the text a clinic gets to see once, and what is kept of it. */
export function mintApiKey(): { text: string; keyId: string; secretHash: string } {
  const keyId = [...randomBytes(16)].map((byte) => alphabet[byte % alphabet.length]).join('');
  const secret = randomBytes(secretBytes).toString('base64url');
  return { text: `fdk_${keyId}_${secret}`, keyId, secretHash: hashOf(secret) };
}

/** What a key claims to be; nothing when it has not the shape of one. */
export function readApiKey(text: string): { keyId: string; secretHash: string } | undefined {
  const [, keyId, secret] = shape.exec(text) ?? [];
  return keyId && secret ? { keyId, secretHash: hashOf(secret) } : undefined;
}

/** Whether a key is still good at `nowMs`. */
export const isLive = ({ expiresAtMs }: Pick<ApiKey, 'expiresAtMs'>, nowMs: number): boolean =>
  expiresAtMs === undefined || nowMs < expiresAtMs;

/** Compared as hashes and in constant time, so that the time of an answer tells nothing about a secret. */
export const sameSecret = (kept: string, claimed: string): boolean =>
  timingSafeEqual(Buffer.from(kept, 'hex'), Buffer.from(claimed, 'hex'));
