import { randomUUID } from 'node:crypto';
import type { PendingAuditEvent } from '../../audit/audit-event.ts';
import { type Clock, isoInstant } from '../../clock.ts';
import type { ClinicId } from '../../ids.ts';
import {
  type CredentialKind,
  type CredentialStore,
  fingerprintOf,
  type KeptCredential,
  type SecretValues,
} from './credential.ts';

/** How long a replaced value still proves what it proved: what the vendor has sent already was signed with it. */
const overlapMs = 60 * 60 * 1000;
/** As many values as a process keeps; a clinic has one or two. */
const mostRemembered = 1_000;

/** Who does it, for the record. */
export type CredentialActor = Pick<PendingAuditEvent, 'actorType' | 'actorId' | 'requestId'>;

/** The value that counts now first, then for an hour the one it replaced. */
export type CredentialValues = readonly [string, ...string[]];

/** The credentials of clinics. A value goes in and comes out here alone; everybody else sees its fingerprint. */
export interface CredentialVault {
  list(clinicId: ClinicId): Promise<KeptCredential[]>;
  /** `undefined` when the clinic has none of the kind. */
  read(clinicId: ClinicId, kind: CredentialKind): Promise<CredentialValues | undefined>;
  /**
   * Takes a value in, on record. It counts at once and everywhere; the one it replaces still verifies for an hour. The
   * value that counts already changes nothing.
   */
  put(
    clinicId: ClinicId,
    kind: CredentialKind,
    value: string,
    by: CredentialActor,
  ): Promise<{ outcome: 'kept' | 'unchanged'; credential: KeptCredential } | { outcome: 'changed-meanwhile' }>;
  /** Ends it at once, on record, with the one it replaced. */
  retire(
    clinicId: ClinicId,
    kind: CredentialKind,
    by: CredentialActor,
  ): Promise<{ outcome: 'retired' | 'none' | 'changed-meanwhile' }>;
}

/** For those who only use credentials. */
export type CredentialReader = Pick<CredentialVault, 'read'>;

interface Deps {
  store: CredentialStore;
  secrets: SecretValues;
  clock: Clock;
}

/** What counts is asked of the store each time; a version of a secret never changes, so its value is asked for once. */
export function createCredentialReader({
  store,
  secrets,
  clock,
}: {
  store: Pick<CredentialStore, 'get'>;
  secrets: Pick<SecretValues, 'read'>;
  clock: Clock;
}): CredentialReader {
  const known = new Map<string, string>();

  async function valueOf(clinicId: ClinicId, kind: CredentialKind, versionId: string): Promise<string> {
    const name = [clinicId, kind, versionId].join(' ');
    const value = known.get(name) ?? (await secrets.read(clinicId, kind, versionId));
    if (known.size >= mostRemembered) known.clear();
    known.set(name, value);
    return value;
  }

  return {
    async read(clinicId, kind) {
      const kept = await store.get(clinicId, kind);
      if (!kept) return undefined;
      const { versionId, former } = kept;
      const current = valueOf(clinicId, kind, versionId);
      if (!former || former.untilMs <= clock.now()) return [await current];
      return Promise.all([current, valueOf(clinicId, kind, former.versionId)]);
    },
  };
}

export function createCredentialVault({ store, secrets, clock }: Deps): CredentialVault {
  const eventOf = (clinicId: ClinicId, kind: CredentialKind, by: CredentialActor, reason: string) => ({
    v: 1 as const,
    clinicId,
    occurredAt: isoInstant(clock.now()),
    ...by,
    act: 'credential.rotate' as const,
    outcome: 'success' as const,
    resourceType: 'credential',
    resourceId: kind,
    reason,
  });

  return {
    ...createCredentialReader({ store, secrets, clock }),
    list: (clinicId) => store.of(clinicId),

    async put(clinicId, kind, value, by) {
      const before = await store.get(clinicId, kind);
      const fingerprint = fingerprintOf(kind, value);
      if (before?.fingerprint === fingerprint) {
        // Whoever retired what counted before may have put its value away after it came: then it is there again.
        await secrets.put(clinicId, kind, { id: before.versionId, value });
        return { outcome: 'unchanged', credential: before };
      }
      const putAtMs = clock.now();
      const versionId = randomUUID();
      // The value first: what the store names can always be read. A version nobody came to name is never used.
      const { reference } = await secrets.put(clinicId, kind, { id: versionId, value });
      const credential: KeptCredential = {
        clinicId,
        kind,
        reference,
        versionId,
        fingerprint,
        putAtMs,
        ...(before && {
          former: {
            versionId: before.versionId,
            fingerprint: before.fingerprint,
            untilMs: putAtMs + overlapMs,
          },
        }),
      };
      const event = eventOf(clinicId, kind, by, before ? 'replaced' : 'put');
      const { outcome } = await store.save(credential, before?.versionId, event);
      return outcome === 'saved' ? { outcome: 'kept', credential } : { outcome };
    },

    async retire(clinicId, kind, by) {
      const before = await store.get(clinicId, kind);
      if (before) {
        const { outcome } = await store.retire(before, eventOf(clinicId, kind, by, 'retired'));
        if (outcome !== 'saved') return { outcome };
      }
      // Also when it does not count any more: a process may have died between the two.
      await secrets.remove(clinicId, kind);
      return { outcome: before ? 'retired' : 'none' };
    },
  };
}
