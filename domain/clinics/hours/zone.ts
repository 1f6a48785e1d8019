import * as z from 'zod';

/** Asking `Intl` about a zone costs as much as reading a whole clinic, and a process meets few zones. */
const askedZones = new Map<string, boolean>();

/** The IANA zone must be one this runtime knows. */
export const Zone = z
  .string()
  .refine((zone) => isZone(zone), { message: 'must be an IANA time zone such as Africa/Porto-Novo' });

function isZone(zone: string): boolean {
  const known = askedZones.get(zone) ?? askZone(zone);
  askedZones.set(zone, known);
  return known;
}

function askZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return /^[A-Z][A-Za-z_]+(\/[A-Za-z0-9_+-]+)+$|^UTC$/.test(zone);
  } catch {
    return false; // Intl answers an unknown zone with a RangeError; there is nothing else to learn from it.
  }
}
