import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { limits } from '#adapters/aws/limits.ts';
import type { Clock } from '#domain/clock.ts';

/** A value is asked for again after this, so that a rotation is noticed without a deploy. */
const freshForMs = 5 * 60 * 1000;
/** A refused signature may mean a key put a moment ago; forged ones must not make us ask without end. */
const earliestRefreshMs = 30 * 1000;
/** How long the value before the current one is still accepted. */
const overlapMs = 60 * 60 * 1000;

/** A secret whose rotation overlaps: the value that counts now first, then the one it replaced within the last hour. */
export interface Secret {
  /** @throws Error when the secret has no value yet. */
  values(): Promise<readonly [string, ...string[]]>;
  /** Values read anew, unless they were a moment ago. */
  refreshed(): Promise<readonly [string, ...string[]]>;
}

/** Reads a secret from Secrets Manager once per process and again every five minutes. */
export function createSecret(secretId: string, clock: Clock): Secret {
  const client = new SecretsManagerClient(limits(2_000, 3));
  let known: { readAt: number; values: Promise<readonly [string, ...string[]]> } | undefined;

  async function version(stage: 'AWSCURRENT' | 'AWSPREVIOUS') {
    try {
      const answer = await client.send(new GetSecretValueCommand({ SecretId: secretId, VersionStage: stage }));
      return { value: answer.SecretString?.trim() ?? '', createdAt: answer.CreatedDate?.getTime() ?? 0 };
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }

  async function read(): Promise<readonly [string, ...string[]]> {
    const current = await version('AWSCURRENT');
    if (!current?.value) {
      throw new Error(`secret ${secretId} has no value yet; put one with aws secretsmanager put-secret-value`);
    }
    if (clock.now() - current.createdAt > overlapMs) return [current.value];
    const previous = await version('AWSPREVIOUS');
    return previous?.value ? [current.value, previous.value] : [current.value];
  }

  async function valuesNotOlderThan(maxAgeMs: number) {
    if (!known || clock.now() - known.readAt >= maxAgeMs) {
      const before = known;
      const values = read();
      known = { readAt: clock.now(), values };
      // A failed read is forgotten, so that the next request asks again; the values before it stay in use if there are any.
      values.catch(() => (known = before && { ...before, readAt: clock.now() }));
      if (before) return values.catch(() => before.values);
    }
    return known.values;
  }

  return { values: () => valuesNotOlderThan(freshForMs), refreshed: () => valuesNotOlderThan(earliestRefreshMs) };
}
