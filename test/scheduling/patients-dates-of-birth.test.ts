import { needsReadBack, parseDateOfBirth, spokenDateOfBirth } from '#domain/scheduling/patients/date-of-birth.ts';

const today = '2026-10-05';

test.each([
  ['2020-03-14', { outcome: 'valid', dob: '2020-03-14' }],
  [' 2020-03-14 ', { outcome: 'valid', dob: '2020-03-14' }],
  ['2024-02-29', { outcome: 'valid', dob: '2024-02-29' }],
  ['2026-10-05', { outcome: 'valid', dob: '2026-10-05' }],
  ['1906-10-05', { outcome: 'valid', dob: '1906-10-05' }],
  ['1906-10-04', { outcome: 'too-old' }],
  ['0001-01-01', { outcome: 'too-old' }],
  ['2026-10-06', { outcome: 'future' }],
  ['2023-02-29', { outcome: 'impossible' }],
  ['2020-13-01', { outcome: 'impossible' }],
  ['2020-04-31', { outcome: 'impossible' }],
  ['14/03/2020', { outcome: 'impossible' }],
  ['2020-3-14', { outcome: 'impossible' }],
  ['2020-03-14T00:00:00Z', { outcome: 'impossible' }],
  ['', { outcome: 'impossible' }],
])('%j on 5 October 2026', (text, expected) => {
  expect(parseDateOfBirth(text, today)).toEqual(expected);
});

test('on 29 February a hundred and twenty years are counted to the same date', () => {
  expect(parseDateOfBirth('1908-02-29', '2028-02-29')).toEqual({ outcome: 'valid', dob: '1908-02-29' });
  expect(parseDateOfBirth('1908-02-28', '2028-02-29')).toEqual({ outcome: 'too-old' });
});

test('a date whose day could be a month is read back', () => {
  expect(needsReadBack('2020-03-04')).toBe(true);
  expect(needsReadBack('2020-03-12')).toBe(true);
  expect(needsReadBack('2020-03-13')).toBe(false);
});

test('the month is read back in words', () => {
  expect(spokenDateOfBirth('2019-03-04', 'fr')).toBe('4 mars 2019');
  expect(spokenDateOfBirth('2019-03-01', 'fr-BJ')).toBe('1er mars 2019');
  expect(spokenDateOfBirth('2019-03-04', 'en')).toBe('March 4, 2019');
  expect(spokenDateOfBirth('2019-03-04', 'en-GB')).toBe('4 March 2019');
  expect(spokenDateOfBirth('1908-02-29', 'fr')).toBe('29 février 1908');
});
