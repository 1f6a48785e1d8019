import { chooseSlots } from '#domain/scheduling/slots/choose-slots.ts';
import { AppointmentTypeId, ProviderId } from '#domain/ids.ts';
import type { Slot } from '#domain/scheduling/slots/slot.ts';

const zone = 'Africa/Porto-Novo';
const typeId = AppointmentTypeId.parse('3b2e7c74-5d86-4e3f-9a5c-7c8d9e0f1a23');
const [awa, koffi] = ['6d2f1a90-3c4b-4e5f-8a6b-1c2d3e4f5a6b', '7e3a2b01-4d5c-4f60-9b7c-2d3e4f5a6b7c'].map((id) =>
  ProviderId.parse(id),
) as [ProviderId, ProviderId];

/** Half an hour with somebody, at a wall-clock time in Porto-Novo. */
function slot(at: string, providerId = awa): Slot {
  const startMs = Date.parse(`${at}:00+01:00`);
  const endMs = startMs + 30 * 60_000;
  return { typeId, providerId, startMs, endMs, occFromMs: startMs, occToMs: endMs };
}
const day = (date: string, ...times: string[]) => times.map((time) => slot(`${date}T${time}`));
const said = (slots: Slot[]) =>
  slots.map(({ startMs }) => new Date(startMs + 3_600_000).toISOString().slice(5, 16).replace('T', ' '));
const soonest = (slots: Iterable<Slot>, count = 3) => chooseSlots(slots, { count, strategy: 'soonest', zone });
const spread = (slots: Iterable<Slot>, count = 3) => chooseSlots(slots, { count, strategy: 'spread', zone });

const monday = day('2026-10-05', '09:00', '09:30', '10:00', '15:00', '15:30', '16:00');
const tuesday = day('2026-10-06', '08:00', '14:00');

test('the soonest times are the first ones', () => {
  expect(said(soonest([...monday, ...tuesday]))).toEqual(['10-05 09:00', '10-05 09:30', '10-05 10:00']);
});

test('one time is never offered twice, also where it is the only one left', () => {
  const both = [slot('2026-10-05T09:00'), slot('2026-10-05T09:00', koffi), slot('2026-10-05T09:30', koffi)];
  expect(soonest(both).map(({ providerId }) => providerId)).toEqual([awa, koffi]);
  expect(spread(both.slice(0, 2))).toHaveLength(1);
});

test('spread times are at most two a half-day and on two days', () => {
  expect(said(spread([...monday, ...tuesday]))).toEqual(['10-05 09:00', '10-05 09:30', '10-06 08:00']);
  expect(said(spread([...monday, ...tuesday], 6))).toEqual([
    '10-05 09:00',
    '10-05 09:30',
    '10-05 15:00',
    '10-05 15:30',
    '10-06 08:00',
    '10-06 14:00',
  ]);
});

test('where one day alone has times, its half-days still get no more than two', () => {
  expect(said(spread(monday))).toEqual(['10-05 09:00', '10-05 09:30', '10-05 15:00']);
  expect(said(spread(monday.slice(0, 3)))).toEqual(['10-05 09:00', '10-05 09:30']);
});

test('noon belongs to the afternoon of the clinic’s own clock', () => {
  expect(said(spread([...day('2026-10-05', '11:00', '11:30', '11:59', '12:00'), ...tuesday], 4))).toEqual([
    '10-05 11:00',
    '10-05 11:30',
    '10-05 12:00',
    '10-06 08:00',
  ]);
});

test('one time is one time, and none is none', () => {
  expect(said(spread([...monday, ...tuesday], 1))).toEqual(['10-05 09:00']);
  expect([soonest(monday, 0), spread(monday, 0), soonest([]), spread([])]).toEqual([[], [], [], []]);
});

test('no more times are looked for than are needed', () => {
  let looked = 0;
  function* looking() {
    for (const slot of [...monday, ...tuesday]) {
      looked++;
      yield slot;
    }
  }
  soonest(looking(), 2);
  expect(looked).toBe(2);
});
