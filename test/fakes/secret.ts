import type { Secret } from '#adapters/secrets/secret.ts';

/** A secret with these values. `rotated` is what a new reading finds. */
export function knownSecret(values: readonly [string, ...string[]], rotated = values): Secret {
  return { values: async () => values, refreshed: async () => rotated };
}
