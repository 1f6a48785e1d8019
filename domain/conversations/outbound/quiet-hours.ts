import type { Clinic } from '../../clinics/clinic.ts';
import type { QuietHours } from '../../clinics/settings/outbound-settings.ts';
import type { E164 } from '../../e164.ts';
import { normalizePhone } from '../../phone-number.ts';
import { addDays, boundaryInstant, localDate } from '../../scheduling/slots/zoned-time.ts';
import { wallClock } from '../../wall-time.ts';

type Where = Pick<Clinic, 'country' | 'zone' | 'outbound'>;

/** More than any two zones of one country are apart: by then there was an hour for all of them, or there is none. */
const mostRounds = 8;

/**
 * Zones in which somebody with this number may be: the clinic's own for its country, every one of the country's for
 * another. Nobody is woken because a machine guessed.
 */
function zonesOf(number: E164, { country: own, zone }: Where): readonly string[] {
  const { country } = normalizePhone(number, own);
  if (country === undefined || country === own) return [zone];
  const known = (new Intl.Locale(`und-${country}`) as { getTimeZones?(): string[] | undefined }).getTimeZones?.();
  return known?.length ? known : [zone];
}

/** The end of the quiet hours that the wall clock of a zone is in; nothing outside them. */
function quietEnd(atMs: number, zone: string, { from, to }: QuietHours): number | undefined {
  const { time } = wallClock(atMs, zone);
  if (time < from && time >= to) return undefined;
  const date = localDate(atMs, zone);
  return boundaryInstant(time < to ? date : addDays(date, 1), to, zone);
}

/** The first instant from `fromMs` on at which the number may be called; `fromMs` itself where it may be now. */
export function callableFrom(number: E164, clinic: Where, fromMs: number): number | undefined {
  const zones = zonesOf(number, clinic);
  let atMs = fromMs;
  for (let round = 0; round < mostRounds; round++) {
    const ends = zones.flatMap((zone) => quietEnd(atMs, zone, clinic.outbound.quietHours) ?? []);
    if (!ends.length) return atMs;
    atMs = Math.max(...ends);
  }
  return undefined;
}
