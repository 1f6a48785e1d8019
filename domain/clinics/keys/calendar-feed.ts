import { createHash, randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { PendingAuditEvent } from '../../audit/audit-event.ts';
import { ClinicId, ProviderId } from '../../ids.ts';

/** An address under which a provider's own calendar reads their appointments. Instants are epoch milliseconds. */
export const CalendarFeed = z.object({
  /** SHA-256 of the secret in the address, hexadecimal. */
  tokenHash: z.string().regex(/^[0-9a-f]{64}$/),
  clinicId: ClinicId,
  providerId: ProviderId,
  createdAtMs: z.int(),
  /** Since then it shows nothing. */
  revokedAtMs: z.int().optional(),
});
export type CalendarFeed = z.infer<typeof CalendarFeed>;

export interface CalendarFeedStore {
  /** Revoked ones as well. */
  get(tokenHash: string): Promise<CalendarFeed | undefined>;
  /** Those that show something. From an index, which may lag by a moment. */
  ofProvider(clinicId: ClinicId, providerId: ProviderId): Promise<CalendarFeed[]>;
  /** Those of all its providers that are not revoked. One issued a moment ago may still be missing. */
  ofClinic(clinicId: ClinicId): Promise<CalendarFeed[]>;
  /** Adds a feed or none, revokes others at `atMs` and puts it on record, all at once. */
  replace(
    former: readonly CalendarFeed[],
    next: CalendarFeed | undefined,
    atMs: number,
    event: PendingAuditEvent,
  ): Promise<void>;
}

/** Compared by look-up of its hash: 256 random bits are not guessed, and a hash found or not tells nothing of another. */
export const feedTokenHash = (token: string): string => createHash('sha256').update(token).digest('hex');

export const mintFeedToken = (): string => randomBytes(32).toString('base64url');
