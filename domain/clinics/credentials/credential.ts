import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { PendingAuditEvent } from '../../audit/audit-event.ts';
import { ClinicId } from '../../ids.ts';

/** Secrets a clinic has at vendors by itself, of which something here makes use. */
export const CredentialKind = z.enum(['retell-api-key']);
export type CredentialKind = z.infer<typeof CredentialKind>;

/** What a value looks like; anything else was pasted by mistake. */
export const credentialShapes: Record<CredentialKind, z.ZodType<string>> = {
  'retell-api-key': z
    .string()
    .trim()
    .regex(/^[\x21-\x7e]{16,200}$/, 'must be an API key as Retell shows it: one line without spaces'),
};

/**
 * What is known of a credential without knowing it. The value lies where secrets are kept, under `reference`; which of its
 * versions count is said here alone. Instants are epoch milliseconds.
 */
export const KeptCredential = z.object({
  clinicId: ClinicId,
  kind: CredentialKind,
  reference: z.string(),
  versionId: z.string(),
  fingerprint: z.string(),
  putAtMs: z.int(),
  /** The one it replaced, which proves what it proved before until then. */
  former: z.object({ versionId: z.string(), fingerprint: z.string(), untilMs: z.int() }).optional(),
});
export type KeptCredential = z.infer<typeof KeptCredential>;

/** The vendor does not take the key that counts for a clinic: its people must give another. */
export class KeyRefused extends Error {
  override readonly name = 'KeyRefused';

  constructor(options: ErrorOptions) {
    super('the key of a clinic is refused', options);
  }
}

export interface CredentialStore {
  of(clinicId: ClinicId): Promise<KeptCredential[]>;
  get(clinicId: ClinicId, kind: CredentialKind): Promise<KeptCredential | undefined>;
  /** Writes what counts from now on, provided that `readVersionId` still does; on record in the same write. */
  save(
    next: KeptCredential,
    readVersionId: string | undefined,
    event: PendingAuditEvent,
  ): Promise<{ outcome: 'saved' | 'changed-meanwhile' }>;
  /** From then on none of its versions counts. That there was one, and until when, stays. */
  retire(credential: KeptCredential, event: PendingAuditEvent): Promise<{ outcome: 'saved' | 'changed-meanwhile' }>;
}

/** Where values lie. Each clinic has its own place, so that rights can be cut to it. */
export interface SecretValues {
  /** Adds a version; the same version twice is one. Answers where it lies. */
  put(clinicId: ClinicId, kind: CredentialKind, version: { id: string; value: string }): Promise<{ reference: string }>;
  /** @throws Error when there is no such version */
  read(clinicId: ClinicId, kind: CredentialKind, versionId: string): Promise<string>;
  /** Also when there is nothing any more. */
  remove(clinicId: ClinicId, kind: CredentialKind): Promise<void>;
}

/** By which people tell values apart: 64 bits of a hash of something that has more than a hundred random ones. */
export const fingerprintOf = (kind: CredentialKind, value: string): string =>
  createHash('sha256').update(`${kind}\n${value}`).digest('hex').slice(0, 16);
