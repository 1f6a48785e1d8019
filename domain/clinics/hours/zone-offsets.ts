/** Offsets a zone had before these years, to the second of local noon, say nothing about the calendars of a clinic. */
const [firstYear, lastYear] = [2020, 2045];

/** Asking `Intl` for a quarter of a century takes ten milliseconds, and a process meets few zones. */
const known = new Map<string, readonly number[]>();

/**
 * The distances from UTC that a zone has through the years, in minutes, each once: `[60, 120]` for Europe/Paris.
 * Nothing for a zone this runtime does not know.
 */
export function zoneOffsets(zone: string): readonly number[] {
  let offsets = known.get(zone);
  if (!offsets) known.set(zone, (offsets = askOffsets(zone)));
  return offsets;
}

function askOffsets(zone: string): number[] {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
  const offsets = new Set<number>();
  for (let year = firstYear; year <= lastYear; year++) {
    for (let month = 0; month < 12; month++) {
      // Twice a month: the shortest season of any zone, Ramadan in Morocco, is longer.
      for (const day of [1, 15]) offsets.add(offsetAt(format, Date.UTC(year, month, day)));
    }
  }
  return [...offsets].sort((a, b) => a - b);
}

/** `GMT`, `GMT+05:45`, `GMT-03:30`. */
function offsetAt(format: Intl.DateTimeFormat, instantMs: number): number {
  const name = format.formatToParts(instantMs).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)/.exec(name) ?? [];
  return sign ? (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) : 0;
}

/** An offset as people write it: `+05:45`. */
export const offsetText = (minutes: number): string => {
  const [hour, minute] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? '-' : '+'}${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
};
