import { AppointmentTypeId, ProviderId, WaitlistEntryId } from '#domain/ids.ts';
import type { FreedTime } from '#domain/messages/time-freed.ts';
import { awaitsOffer, nextInLine, suits } from '#domain/scheduling/waitlist/matching-entry.ts';
import type { WaitlistEntry } from '#domain/scheduling/waitlist/waitlist.ts';
import { cotonou } from '../fakes/conversation.ts';
import { waitlistEntry } from '../fakes/waitlist.ts';

const zone = 'Africa/Porto-Novo';
const doctor = ProviderId.parse('6d2f1a90-3c4b-4e5f-8a6b-1c2d3e4f5a6b');
const otherDoctor = ProviderId.parse('7e3a2b01-4d5c-4f60-9b7c-2d3e4f5a6b7c');

/** Tuesday, 6 October 2026, 9:00 in Cotonou. */
const freed: FreedTime = {
  clinicId: cotonou,
  freedId: 'freed-2',
  typeId: waitlistEntry().typeId,
  providerId: doctor,
  startMs: Date.parse('2026-10-06T08:00:00.000Z'),
};

test.each<[string, Partial<WaitlistEntry>]>([
  ['any time', {}],
  ['this doctor', { providerId: doctor }],
  ['this very day', { from: '2026-10-06', to: '2026-10-06' }],
  ['from nine', { notBefore: '09:00' }],
  ['before a quarter past nine', { before: '09:15' }],
])('who waits for %s is suited', (_, wish) => {
  expect(suits(waitlistEntry(wish), freed, zone)).toBe(true);
});

test.each<[string, Partial<WaitlistEntry>]>([
  ['another type', { typeId: AppointmentTypeId.parse('4c3f6d85-4e97-4f4a-8b6d-8d9e0f1a2b34') }],
  ['another doctor', { providerId: otherDoctor }],
  ['a later day', { from: '2026-10-07' }],
  ['an earlier day', { to: '2026-10-05' }],
  ['a later hour', { notBefore: '09:15' }],
  ['an earlier hour', { before: '09:00' }],
])('who waits for %s is not', (_, wish) => {
  expect(suits(waitlistEntry(wish), freed, zone)).toBe(false);
});

test('days and hours are those of the clinic’s wall, not of Greenwich', () => {
  const late = { ...freed, startMs: Date.parse('2026-10-06T23:30:00.000Z') };
  expect(suits(waitlistEntry({ from: '2026-10-07', before: '01:00' }), late, zone)).toBe(true);
  expect(suits(waitlistEntry({ from: '2026-10-07' }), late, 'UTC')).toBe(false);
});

const nowMs = Date.parse('2026-10-05T12:30:00.000Z');
const slot = {
  typeId: freed.typeId,
  providerId: doctor,
  startMs: nowMs + 60_000,
  endMs: nowMs + 120_000,
  occFromMs: nowMs + 60_000,
  occToMs: nowMs + 120_000,
};
const held = { ...slot, holdId: 'hold', holder: 'waitlist_1', expiresAtMs: nowMs };

test('an offer goes to who waits, not to who has one, was shown to the clinic, left or booked', () => {
  const awaits = (changes: Partial<WaitlistEntry>) => awaitsOffer(waitlistEntry(changes), nowMs);
  expect(awaits({ status: 'waiting' })).toBe(true);
  expect(awaits({ status: 'offered', offer: held })).toBe(false);
  expect(awaits({ status: 'offered', offer: { ...held, expiresAtMs: nowMs - 1 } })).toBe(true);
  expect(awaits({ status: 'matched', offer: slot })).toBe(false);
  expect(awaits({ status: 'matched', offer: { ...slot, startMs: nowMs } })).toBe(true);
  for (const status of ['booked', 'left', 'expired'] as const) expect(awaits({ status, offer: held })).toBe(false);
});

test('the oldest whom it suits is next, without those passed over', async () => {
  const named = (digit: number, changes: Partial<WaitlistEntry> = {}) =>
    waitlistEntry({ entryId: WaitlistEntryId.parse(`c4b5a6d7-1e2f-4a3b-8c4d-5e6f7a8b9c0${digit}`), ...changes });
  const entries = [named(1, { status: 'left' }), named(2, { providerId: otherDoctor }), named(3), named(4)];
  const isFree = async () => true;
  const next = (...passedOver: WaitlistEntryId[]) => nextInLine(entries, freed, { zone, nowMs, passedOver, isFree });
  expect(await next()).toEqual(named(3));
  expect(await next(named(3).entryId)).toEqual(named(4));
  expect(await next(named(3).entryId, named(4).entryId)).toBeUndefined();
});

test('who was shown to the clinic for a time that somebody else has by now is next again', async () => {
  const shown = waitlistEntry({ status: 'matched', offer: slot });
  const next = (isFree: boolean) =>
    nextInLine([shown], freed, { zone, nowMs, passedOver: [], isFree: async () => isFree });
  expect(await next(true)).toBeUndefined();
  expect(await next(false)).toEqual(shown);
});
