/** One minute of a local date: when it is, and what the clock on the wall shows, in minutes after midnight. */
export interface WallMinute {
  utcMs: number;
  wall: number;
}

const minuteMs = 60_000;
const formatters = new Map<string, Intl.DateTimeFormat>();
const remembered = new Map<string, WallMinute[]>();

/** What the wall of a zone shows at an instant, read off what `Intl` prints. */
export function shown(utcMs: number, zone: string): { date: string; wall: number } {
  let formatter = formatters.get(zone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formatters.set(zone, formatter);
  }
  const text = formatter.format(utcMs);
  const found = /^(\d{4}-\d\d-\d\d) (\d\d):(\d\d)$/.exec(text);
  if (!found) throw new Error(`Intl printed ${text}`);
  return { date: found[1] as string, wall: Number(found[2]) * 60 + Number(found[3]) };
}

/** Every minute that a calendar in the zone counts to this date, found by looking at all that could be. */
export function wallMinutes(date: string, zone: string): WallMinute[] {
  const key = `${date} ${zone}`;
  const known = remembered.get(key);
  if (known) return known;
  const midnightUtc = Date.parse(`${date}T00:00:00Z`);
  const minutes: WallMinute[] = [];
  for (let utcMs = midnightUtc - 15 * 60 * minuteMs; utcMs < midnightUtc + 40 * 60 * minuteMs; utcMs += minuteMs) {
    const { date: shownDate, wall } = shown(utcMs, zone);
    if (shownDate === date) minutes.push({ utcMs, wall });
  }
  remembered.set(key, minutes);
  return minutes;
}

const firsts = new WeakMap<readonly WallMinute[], Map<number, number>>();

/** The first minute of the date at which the wall shows this. */
export function firstShowing(minutes: readonly WallMinute[], wall: number): number | undefined {
  let first = firsts.get(minutes);
  if (!first) {
    first = new Map();
    for (const minute of minutes) if (!first.has(minute.wall)) first.set(minute.wall, minute.utcMs);
    firsts.set(minutes, first);
  }
  return first.get(wall);
}

/** Where a window ends: as the wall shows it first; as much later as it was skipped; or with the day. */
export function boundary(minutes: readonly WallMinute[], wall: number): number {
  if (wall === 24 * 60) return (minutes.at(-1) as WallMinute).utcMs + minuteMs;
  const first = firstShowing(minutes, wall);
  if (first !== undefined) return first;
  const after = minutes.findIndex((minute) => minute.wall > wall);
  const skippedFrom = after === 0 ? 0 : (minutes[after - 1] as WallMinute).wall + 1;
  return (minutes[after] as WallMinute).utcMs + (wall - skippedFrom) * minuteMs;
}
