import { Temporal } from 'temporal-polyfill';
import {
  addDays,
  boundaryInstant,
  instantOf,
  localDate,
  localDay,
  weekdayOf,
} from '#domain/scheduling/slots/zoned-time.ts';

const hourMs = 60 * 60_000;
/** For what asks Temporal thousands of times, on a machine that does something else as well. */
const patienceMs = 60_000;
const utc = (text: string) => Date.parse(text);
const hoursIn = (date: string, zone: string) => {
  const { startMs, endMs } = localDay(date, zone);
  return (endMs - startMs) / hourMs;
};

test('a day of spring has 23 hours in Paris, one of autumn 25, all others 24', () => {
  expect(hoursIn('2027-03-28', 'Europe/Paris')).toBe(23);
  expect(hoursIn('2027-10-31', 'Europe/Paris')).toBe(25);
  expect(hoursIn('2027-07-14', 'Europe/Paris')).toBe(24);
});

test('nine o’clock is nine o’clock on the days the clock changes', () => {
  expect(instantOf('2027-03-28', '09:00', 'Europe/Paris')).toBe(utc('2027-03-28T07:00:00Z'));
  expect(instantOf('2027-10-31', '09:00', 'Europe/Paris')).toBe(utc('2027-10-31T08:00:00Z'));
});

test('a time that the clock skips does not exist', () => {
  expect(instantOf('2027-03-28', '01:55', 'Europe/Paris')).toBe(utc('2027-03-28T00:55:00Z'));
  expect(instantOf('2027-03-28', '02:00', 'Europe/Paris')).toBeUndefined();
  expect(instantOf('2027-03-28', '02:55', 'Europe/Paris')).toBeUndefined();
  expect(instantOf('2027-03-28', '03:00', 'Europe/Paris')).toBe(utc('2027-03-28T01:00:00Z'));
});

test('of a time that the clock shows twice the first counts', () => {
  expect(instantOf('2027-10-31', '02:30', 'Europe/Paris')).toBe(utc('2027-10-31T00:30:00Z'));
  expect(instantOf('2027-11-07', '01:30', 'America/New_York')).toBe(utc('2027-11-07T05:30:00Z'));
});

test('opening hours that end in skipped time end as much later', () => {
  expect(boundaryInstant('2027-03-28', '02:30', 'Europe/Paris')).toBe(utc('2027-03-28T01:30:00Z'));
  expect(boundaryInstant('2027-10-31', '02:30', 'Europe/Paris')).toBe(utc('2027-10-31T00:30:00Z'));
  expect(boundaryInstant('2027-10-31', '24:00', 'Europe/Paris')).toBe(utc('2027-10-31T23:00:00Z'));
});

test('a day in Cairo begins at one', () => {
  const { startMs, isPlain } = localDay('2027-04-30', 'Africa/Cairo');
  expect(startMs).toBe(utc('2027-04-29T22:00:00Z'));
  expect(isPlain).toBe(false);
  expect(localDate(startMs, 'Africa/Cairo')).toBe('2027-04-30');
  expect(localDate(startMs - 1, 'Africa/Cairo')).toBe('2027-04-29');
  expect(instantOf('2027-04-30', '00:30', 'Africa/Cairo')).toBeUndefined();
  expect(instantOf('2027-04-30', '01:00', 'Africa/Cairo')).toBe(startMs);
  expect(boundaryInstant('2027-04-29', '24:00', 'Africa/Cairo')).toBe(startMs);
  expect(hoursIn('2027-04-29', 'Africa/Cairo')).toBe(24);
  expect(hoursIn('2027-04-30', 'Africa/Cairo')).toBe(23);
});

test('a day in Cairo has its last hour twice', () => {
  expect(hoursIn('2027-10-28', 'Africa/Cairo')).toBe(25);
  expect(instantOf('2027-10-28', '23:30', 'Africa/Cairo')).toBe(utc('2027-10-28T20:30:00Z'));
  expect(boundaryInstant('2027-10-28', '24:00', 'Africa/Cairo')).toBe(utc('2027-10-28T22:00:00Z'));
});

test('Porto-Novo is an hour ahead of UTC all year, which Abidjan is not', () => {
  for (const date of ['2027-01-15', '2027-03-28', '2027-07-15', '2027-10-31']) {
    expect(instantOf(date, '09:00', 'Africa/Porto-Novo')).toBe(utc(`${date}T08:00:00Z`));
    expect(instantOf(date, '09:00', 'Africa/Abidjan')).toBe(utc(`${date}T09:00:00Z`));
    expect(localDay(date, 'Africa/Porto-Novo').isPlain).toBe(true);
  }
});

test('Morocco sets its clock back for Ramadan and forward after it', () => {
  expect(hoursIn('2027-02-07', 'Africa/Casablanca')).toBe(25);
  expect(hoursIn('2027-03-14', 'Africa/Casablanca')).toBe(23);
  expect(instantOf('2027-02-06', '09:00', 'Africa/Casablanca')).toBe(utc('2027-02-06T08:00:00Z'));
  expect(instantOf('2027-02-08', '09:00', 'Africa/Casablanca')).toBe(utc('2027-02-08T09:00:00Z'));
  expect(instantOf('2027-03-15', '09:00', 'Africa/Casablanca')).toBe(utc('2027-03-15T08:00:00Z'));
});

test('Kathmandu is five hours and three quarters ahead', () => {
  expect(instantOf('2027-05-10', '09:00', 'Asia/Kathmandu')).toBe(utc('2027-05-10T03:15:00Z'));
  expect(localDate(utc('2027-05-10T18:15:00Z'), 'Asia/Kathmandu')).toBe('2027-05-11');
  expect(localDate(utc('2027-05-10T18:14:00Z'), 'Asia/Kathmandu')).toBe('2027-05-10');
});

test('tomorrow at the same time is 23 or 25 hours later when the clock changes', () => {
  const at = (date: string) => instantOf(date, '10:00', 'Europe/Paris') as number;
  expect(at(addDays('2027-03-27', 1)) - at('2027-03-27')).toBe(23 * hourMs);
  expect(at(addDays('2027-10-30', 1)) - at('2027-10-30')).toBe(25 * hourMs);
});

test('dates are counted over months and leap days', () => {
  expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
  expect(addDays('2027-12-31', 1)).toBe('2028-01-01');
  expect(addDays('2027-03-01', -1)).toBe('2027-02-28');
  expect([weekdayOf('2027-03-28'), weekdayOf('2027-03-29')]).toEqual([7, 1]);
});

test(
  'days forgotten for want of room are found again',
  () => {
    const before = localDay('2027-10-31', 'Europe/Paris');
    for (const zone of Intl.supportedValuesOf('timeZone').slice(0, 20)) {
      for (let index = 0; index < 300; index++) localDay(addDays('2027-01-01', index), zone);
    }
    const again = localDay('2027-10-31', 'Europe/Paris');
    expect(again).not.toBe(before);
    expect(again).toEqual(before);
  },
  patienceMs,
);

test(
  'the zones of the world change their clocks at most once a day',
  () => {
    // What a plain day stands on: the right length from midnight on means that nothing changed within.
    const from = Temporal.ZonedDateTime.from('2026-01-01T00:00[UTC]');
    for (const zone of Intl.supportedValuesOf('timeZone')) {
      let transition = from.withTimeZone(zone).getTimeZoneTransition('next');
      for (let count = 0; transition && count < 8; count++) {
        const next = transition.getTimeZoneTransition('next');
        const apartMs = (next?.epochMilliseconds ?? Infinity) - transition.epochMilliseconds;
        if (apartMs < 48 * hourMs) throw new Error(`${zone} changes its clock twice around ${transition.toString()}`);
        transition = next;
      }
    }
  },
  patienceMs,
);
