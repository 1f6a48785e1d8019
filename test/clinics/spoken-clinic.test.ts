import { isOpenAt, openIntervals } from '#domain/clinics/hours/opening.ts';
import { spokenHours } from '#domain/clinics/hours/spoken-hours.ts';
import { spokenProviders } from '#domain/clinics/practice/spoken-providers.ts';
import { list, shortDate, spokenDate, spokenTime, wallClock, writtenTime } from '#domain/wall-time.ts';
import { clinicProfile } from '../fakes/clinic.ts';

const at = (iso: string) => Date.parse(iso);

test('times are said as a person says them', () => {
  expect(
    ['14:30', '09:00', '01:00', '12:00', '00:00', '24:00', '21:05', '00:15'].map((time) => spokenTime(time, 'fr')),
  ).toEqual(['14 heures 30', '9 heures', '1 heure', 'midi', 'minuit', 'minuit', '21 heures 5', '0 heure 15']);
  expect(['14:30', '09:00', '12:00', '00:00', '00:15', '12:15'].map((time) => spokenTime(time, 'en'))).toEqual([
    '2:30 p.m.',
    '9:00 a.m.',
    'noon',
    'midnight',
    '12:15 a.m.',
    '12:15 p.m.',
  ]);
});

test('times and dates are written as each language writes them', () => {
  expect(['14:30', '09:00', '09:05', '00:15'].map((time) => writtenTime(time, 'fr'))).toEqual([
    '14 h 30',
    '9 h',
    '9 h 05',
    '0 h 15',
  ]);
  expect(writtenTime('14:30', 'en')).toBe('2:30 PM');
  expect(spokenDate('2026-10-05', 'fr')).toBe('lundi 5 octobre 2026');
  expect(spokenDate('2026-10-01', 'fr')).toBe('jeudi 1er octobre 2026');
  expect(shortDate('2026-10-05', 'fr')).toBe('5 oct. 2026');
  expect(shortDate('2026-10-05', 'en')).toBe('Oct 5, 2026');
  expect(list(['9 h', '14 h 30', '16 h'], 'fr', 'disjunction')).toBe('9 h, 14 h 30 ou 16 h');
});

test('the wall clock is that of the zone, on days when clocks change too', () => {
  expect(wallClock(at('2026-10-04T23:30:00Z'), 'Africa/Porto-Novo')).toEqual({
    date: '2026-10-05',
    weekday: 1,
    time: '00:30',
  });
  expect(wallClock(at('2027-03-28T01:30:00Z'), 'Europe/Paris').time).toBe('03:30');
  expect(wallClock(at('2026-10-25T00:30:00Z'), 'Europe/Paris').time).toBe('02:30');
  expect(wallClock(at('2026-10-25T01:30:00Z'), 'Europe/Paris').time).toBe('02:30');
});

test('a break closes the clinic, and the end of an interval is not in it', () => {
  const clinic = clinicProfile();
  expect(isOpenAt(clinic, wallClock(at('2026-10-05T11:29:00Z'), clinic.zone))).toBe(true);
  expect(isOpenAt(clinic, wallClock(at('2026-10-05T11:30:00Z'), clinic.zone))).toBe(false);
  expect(isOpenAt(clinic, wallClock(at('2026-10-05T14:00:00Z'), clinic.zone))).toBe(true);
  expect(isOpenAt(clinic, wallClock(at('2026-10-04T10:00:00Z'), clinic.zone))).toBe(false);
});

test('a closure wins over everything, a special opening over the weekly hours', () => {
  const clinic = clinicProfile({
    closures: [
      { date: '2026-10-05' },
      { date: '2026-10-06', interval: '10:00-11:00' },
      { date: '2026-10-11', open: true, interval: '10:00-13:00' },
      { date: '2026-10-12', open: true, interval: '10:00-13:00' },
      { date: '2026-10-12', interval: '12:00-24:00' },
    ],
  });
  const on = (date: string, weekday: 1 | 2 | 7) => openIntervals(clinic, { date, weekday });
  expect(on('2026-10-05', 1)).toEqual([]);
  expect(on('2026-10-06', 2)).toEqual([
    { from: '08:00', to: '10:00' },
    { from: '11:00', to: '12:30' },
    { from: '15:00', to: '18:30' },
  ]);
  expect(on('2026-10-11', 7)).toEqual([{ from: '10:00', to: '13:00' }]);
  expect(on('2026-10-12', 1)).toEqual([{ from: '10:00', to: '12:00' }]);
});

test('what one doctor or one room does on a day leaves the clinic open', () => {
  const { providers, operatories } = clinicProfile();
  const clinic = clinicProfile({
    closures: [
      { date: '2026-10-05', provider: providers[0]!.id },
      { date: '2026-10-05', operatory: operatories[0]!.id },
      { date: '2026-10-11', open: true, interval: '10:00-13:00', provider: providers[0]!.id },
      { date: '2026-10-06', interval: '08:00-10:00' },
    ],
  });
  expect(isOpenAt(clinic, wallClock(at('2026-10-05T09:00:00Z'), clinic.zone))).toBe(true);
  expect(isOpenAt(clinic, wallClock(at('2026-10-11T10:00:00Z'), clinic.zone))).toBe(false);
  expect(spokenHours(clinic, 'en', at('2026-10-05T08:00:00Z'))).toMatch(
    /closed Sunday; exceptionally open on Tuesday, October 6, 2026, from 10:00 a\.m\. [^;]*$/,
  );
});

test('a day on which the clinic is shut is known, even where its hours are not', () => {
  const clinic = clinicProfile({ hours: undefined, closures: [{ date: '2026-12-25' }] });
  expect(isOpenAt(clinic, wallClock(at('2026-12-25T09:00:00Z'), clinic.zone))).toBe(false);
  expect(isOpenAt(clinic, wallClock(at('2026-12-26T09:00:00Z'), clinic.zone))).toBeUndefined();
});

test('hours are said with their breaks, closed days and the exceptions ahead', () => {
  const clinic = clinicProfile({ closures: [{ date: '2026-10-09' }, { date: '2026-12-25' }] });
  expect(spokenHours(clinic, 'en', at('2026-10-05T08:00:00Z'))).toBe(
    'Monday to Friday, from 8:00 a.m. to 12:30 p.m. and from 3:00 p.m. to 6:30 p.m.; Saturday, from 9:00 a.m. to noon; closed Sunday; exceptionally closed on Friday, October 9, 2026',
  );
});

test('hours nobody gave are unknown, not invented', () => {
  const clinic = clinicProfile({ hours: undefined });
  expect(spokenHours(clinic, 'fr', 0)).toBe('horaires non communiqués');
  expect(isOpenAt(clinic, wallClock(at('2026-10-05T09:00:00Z'), clinic.zone))).toBeUndefined();
});

test('a clinic that never closes says so in one breath', () => {
  const day = ['00:00-24:00'];
  const hours = { monday: day, tuesday: day, wednesday: day, thursday: day, friday: day, saturday: day, sunday: day };
  expect(spokenHours(clinicProfile({ hours }), 'fr', 0)).toBe('tous les jours, 24 heures sur 24');
});

test('doctors are numbered in the clinic’s order, without ids, those away left out', () => {
  const [first, second] = clinicProfile().providers;
  const away = { ...first, active: false } as NonNullable<typeof first>;
  expect(spokenProviders([away, second as NonNullable<typeof second>], 'en')).toBe(
    '1. Doctor Koffi Exemple, médecine générale',
  );
});
