import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { type Limits, limits } from '#adapters/aws/limits.ts';
import type { Clock } from '#domain/clock.ts';

/** A value is asked for again after this, so that a rotation is noticed without a deploy. */
const freshForMs = 5 * 60 * 1000;
/** A refused signature may mean a key put a moment ago; forged ones must not make us ask without end. */
const earliestRefreshMs = 30 * 1000;
/** How long the value before the current one is still accepted. */
const overlapMs = 60 * 60 * 1000;

/** Nobody has put a value into a secret: what it is for is not used in this deployment. */
export class NoSecretValue extends Error {
  override name = 'NoSecretValue';
}

export type Values = readonly [string, ...string[]];

/** A secret whose rotation overlaps: the value that counts now first, then the one it replaced within the last hour. */
export interface Secret {
  /** @throws NoSecretValue */
  values(): Promise<Values>;
  /** Values read anew, unless they were a moment ago. */
  refreshed(): Promise<Values>;
}

/**
 * Reads a secret from Secrets Manager once per process and again every five minutes.
 *
 * @param bounds tighter ones where somebody waits on the line.
 */
export function createSecret(secretId: string, clock: Clock, bounds: Limits = limits(2_000, 3)): Secret {
  const client = new SecretsManagerClient(bounds);
  let known: { readAt: number; values: Promise<Values> } | undefined;

  async function version(stage: 'AWSCURRENT' | 'AWSPREVIOUS') {
    try {
      const answer = await client.send(new GetSecretValueCommand({ SecretId: secretId, VersionStage: stage }));
      return { value: answer.SecretString?.trim() ?? '', createdAt: answer.CreatedDate?.getTime() ?? 0 };
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }

  async function read(): Promise<Values> {
    const current = await version('AWSCURRENT');
    if (!current?.value) {
      throw new NoSecretValue(`secret ${secretId} has no value yet; put one with aws secretsmanager put-secret-value`);
    }
    if (clock.now() - current.createdAt > overlapMs) return [current.value];
    const previous = await version('AWSPREVIOUS');
    return previous?.value ? [current.value, previous.value] : [current.value];
  }

  /** Reads anew; while that fails, what was known stays in use. */
  function refresh(): Promise<Values> {
    const before = known;
    const values = read().catch((error: unknown) => {
      known = before && { ...before, readAt: clock.now() };
      if (before) return before.values;
      throw error;
    });
    known = { readAt: clock.now(), values };
    return values;
  }

  return {
    async values() {
      if (!known) return refresh();
      const { values, readAt } = known;
      const ageMs = clock.now() - readAt;
      // A process that slept for longer than the overlap may hold a key that was withdrawn since.
      if (ageMs >= overlapMs) return refresh();
      // Otherwise nobody waits for a value that is known: the next request has the new one.
      if (ageMs >= freshForMs) void refresh();
      return values;
    },
    async refreshed() {
      return known && clock.now() - known.readAt < earliestRefreshMs ? known.values : refresh();
    },
  };
}
