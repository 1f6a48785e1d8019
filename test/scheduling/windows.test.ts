import type * as z from 'zod';
import type { Clinic } from '#domain/clinics/clinic.ts';
import type { Provider } from '#domain/clinics/practice/provider.ts';
import { operatoryClosed, providerWindows } from '#domain/scheduling/slots/windows.ts';
import { localDay } from '#domain/scheduling/slots/zoned-time.ts';
import { clinicProfile } from '#test/fakes/clinic.ts';

const monday = '2026-10-05';
const sunday = '2026-10-04';
const awa = '6d2f1a90-3c4b-4e5f-8a6b-1c2d3e4f5a6b';
const koffi = '7e3a2b01-4d5c-4f60-9b7c-2d3e4f5a6b7c';
const room = '1f0c9a52-7b64-4c1d-9e3a-5a6b7c8d9e01';

type ProviderChanges = Partial<Omit<z.input<typeof Provider>, 'id'>>;

/** When Awa can treat, at a clinic open from 8:00 to 12:30 and from 15:00 to 18:30 but on Sunday. */
function windows(date: string, provider: ProviderChanges = {}, changes: Partial<z.input<typeof Clinic>> = {}) {
  const named = { id: awa, givenName: 'Awa', familyName: 'Modèle', ...provider };
  const other = { id: koffi, givenName: 'Koffi', familyName: 'Exemple' };
  const clinic = clinicProfile({ providers: [named, other], ...changes });
  return providerWindows(clinic, clinic.providers[0] as Provider, date).map(({ from, to }) => `${from}-${to}`);
}

test('a doctor without own hours works when the clinic is open', () => {
  expect(windows(monday)).toEqual(['08:00-12:30', '15:00-18:30']);
  expect(windows(sunday)).toEqual([]);
});

test('a doctor’s own hours count only while the clinic is open', () => {
  expect(windows(monday, { hours: { monday: ['07:00-09:00', '12:00-16:00'] } })).toEqual([
    '08:00-09:00',
    '12:00-12:30',
    '15:00-16:00',
  ]);
  expect(windows(monday, { hours: { tuesday: ['08:00-12:00'] } })).toEqual([]);
});

test('a doctor who works whatever the clinic’s hours keeps the own ones', () => {
  const doctor = { hours: { sunday: ['10:00-11:00'] }, overridesClinicHours: true };
  expect(windows(sunday, doctor)).toEqual(['10:00-11:00']);
  expect(windows(sunday, doctor, { hours: undefined })).toEqual(['10:00-11:00']);
});

test('without known hours nobody works', () => {
  expect(windows(monday, {}, { hours: undefined })).toEqual([]);
  expect(windows(monday, { hours: { monday: ['08:00-12:00'] } }, { hours: undefined })).toEqual([]);
  expect(windows(monday, { overridesClinicHours: true }, { hours: undefined })).toEqual([]);
});

test('a special opening of the clinic replaces its weekly hours that day', () => {
  const closures = [{ date: monday, open: true, interval: '10:00-13:00' }];
  expect(windows(monday, {}, { closures })).toEqual(['10:00-13:00']);
  expect(windows('2026-10-12', {}, { closures })).toEqual(['08:00-12:30', '15:00-18:30']);
  expect(windows(sunday, {}, { closures: [{ date: sunday, open: true, interval: '09:00-12:00' }] })).toEqual([
    '09:00-12:00',
  ]);
});

test('a special opening of a doctor replaces the own hours that day, within the clinic’s', () => {
  const doctor = { hours: { monday: ['08:00-10:00'] } };
  const closures = [{ date: monday, open: true, interval: '11:00-16:00', provider: awa }];
  expect(windows(monday, doctor, { closures })).toEqual(['11:00-12:30', '15:00-16:00']);
  expect(windows(monday, { ...doctor, overridesClinicHours: true }, { closures })).toEqual(['11:00-16:00']);
});

test('a closure wins over everything', () => {
  const special = { date: monday, open: true, interval: '09:00-17:00' };
  expect(windows(monday, {}, { closures: [special, { date: monday, interval: '12:00-14:00' }] })).toEqual([
    '09:00-12:00',
    '14:00-17:00',
  ]);
  const always = { hours: { monday: ['09:00-17:00'] }, overridesClinicHours: true };
  expect(windows(monday, always, { closures: [{ date: monday }] })).toEqual([]);
  expect(windows(monday, always, { closures: [{ date: monday, provider: awa, interval: '09:00-16:00' }] })).toEqual([
    '16:00-17:00',
  ]);
});

test('what closes another doctor or a room does not close this doctor', () => {
  const closures = [
    { date: monday, provider: koffi },
    { date: monday, operatory: room },
  ];
  expect(windows(monday, {}, { closures })).toEqual(['08:00-12:30', '15:00-18:30']);
});

test('hours that meet without a break are one window', () => {
  const hours = { monday: ['08:00-12:00', '12:00-18:00'] };
  expect(windows(monday, {}, { hours })).toEqual(['08:00-18:00']);
  const closures = ['13:00-15:00', '09:00-13:30'].map((interval) => ({ date: monday, open: true, interval }));
  expect(windows(monday, {}, { closures })).toEqual(['09:00-15:00']);
});

describe('a closed room', () => {
  const clinic = clinicProfile({
    closures: [
      { date: monday, operatory: room, interval: '10:00-11:00' },
      { date: sunday, operatory: room },
    ],
  });
  const closed = (date: string, from: string, to: string) => {
    const dated = clinic.closures.filter((closure) => closure.date === date);
    const instant = (time: string) => Date.parse(`${date}T${time}:00+01:00`);
    const operatory = clinic.operatories.find(({ id }) => id === room) as Clinic['operatories'][number];
    return operatoryClosed(dated, operatory, localDay(date, clinic.zone), instant(from), instant(to));
  };

  test('takes no service that would be going on meanwhile', () => {
    expect(closed(monday, '09:30', '10:00')).toBe(false);
    expect(closed(monday, '09:30', '10:05')).toBe(true);
    expect(closed(monday, '10:55', '11:30')).toBe(true);
    expect(closed(monday, '11:00', '11:30')).toBe(false);
  });

  test('is closed whenever the clock shows a closed time, also the second time', () => {
    const interval = { from: '02:15', to: '02:45' };
    const paris = clinicProfile({ zone: 'Europe/Paris' });
    const operatory = paris.operatories.find(({ id }) => id === room) as Clinic['operatories'][number];
    const closedIn = (date: string, from: string, to: string) =>
      operatoryClosed(
        [{ date, open: false, interval, operatory: operatory.id }],
        operatory,
        localDay(date, 'Europe/Paris'),
        Date.parse(from),
        Date.parse(to),
      );
    expect(closedIn('2027-10-31', '2027-10-31T00:45:00Z', '2027-10-31T01:15:00Z')).toBe(false);
    expect(closedIn('2027-10-31', '2027-10-31T01:30:00Z', '2027-10-31T01:40:00Z')).toBe(true);
    expect(closedIn('2027-03-28', '2027-03-28T00:30:00Z', '2027-03-28T02:00:00Z')).toBe(false);
  });

  test('takes none all day where no interval is given', () => {
    expect(closed(sunday, '23:00', '23:30')).toBe(true);
  });
});
