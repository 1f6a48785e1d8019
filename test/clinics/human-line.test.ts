import { lineOpen } from '#domain/clinics/numbers/human-line.ts';
import { clinicProfile } from '../fakes/clinic.ts';

// The clinic is in Cotonou, an hour ahead of UTC, open on weekdays from 8 with a break from 12:30 to 15:00.
const mondayMorning = Date.parse('2026-10-05T07:00:00Z');
const mondayBreak = Date.parse('2026-10-05T12:00:00Z');
const mondayNight = Date.parse('2026-10-05T22:30:00Z');
const number = '+12025550171';

test('without a line nobody answers', () => {
  const clinic = clinicProfile();
  expect(lineOpen('humanLine', clinic, mondayMorning)).toBe(false);
  expect(lineOpen('emergencyLine', clinic, mondayMorning)).toBe(false);
});

test('reception answers when the clinic is open, the emergency line always', () => {
  const clinic = clinicProfile({ humanLine: { number }, emergencyLine: { number } });
  const instants = [mondayMorning, mondayBreak, mondayNight];
  expect(instants.map((now) => lineOpen('humanLine', clinic, now))).toEqual([true, false, false]);
  expect(instants.map((now) => lineOpen('emergencyLine', clinic, now))).toEqual([true, true, true]);
});

test('a line with hours of its own keeps them, whether the clinic is open or shut', () => {
  const hours = { monday: ['12:00-14:00', '22:00-24:00'] };
  const clinic = clinicProfile({
    humanLine: { number, hours },
    emergencyLine: { number, hours },
    closures: [{ date: '2026-10-05' }],
  });
  for (const line of ['humanLine', 'emergencyLine'] as const) {
    expect([mondayMorning, mondayBreak, mondayNight].map((now) => lineOpen(line, clinic, now))).toEqual([
      false,
      true,
      true,
    ]);
  }
});

test('where hours are unknown the telephone may ring, but not on a day the clinic is shut', () => {
  const clinic = clinicProfile({ hours: undefined, humanLine: { number }, closures: [{ date: '2026-10-06' }] });
  expect(lineOpen('humanLine', clinic, mondayNight)).toBe(true);
  expect(lineOpen('humanLine', clinic, mondayMorning + 24 * 60 * 60 * 1000)).toBe(false);
});
