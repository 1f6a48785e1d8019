/** Where the time comes from. Rules ask a clock, so that tests can let it stand still. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** Epoch milliseconds as items and exports carry them: ISO 8601, UTC, with milliseconds and `Z`. */
export const isoInstant = (epochMs: number): string => new Date(epochMs).toISOString();
