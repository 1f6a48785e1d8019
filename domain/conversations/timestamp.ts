/** A vendor's time made sense of: milliseconds, whether it came in seconds, or nothing when it can be no time of a call. */
export interface ReadTimestamp {
  epochMs?: number;
  unitCorrected?: boolean;
  impossible?: boolean;
}

/**
 * Reads a vendor's timestamp. Vendors send milliseconds; some relays send seconds, and 1640000000 read as milliseconds
 * would be a call in January 1970.
 */
export function readTimestamp(value: number | null | undefined): ReadTimestamp {
  if (value === null || value === undefined) return {};
  if (value >= 1e12 && value < 4.2e12) return { epochMs: Math.round(value) };
  if (value >= 1e9 && value < 4.2e9) return { epochMs: Math.round(value * 1000), unitCorrected: true };
  return { impossible: true };
}
