import fc from 'fast-check';
import { AppointmentId, derivedUuid } from '#domain/ids.ts';
import { bookingKey } from '#domain/scheduling/calendar/booking-key.ts';
import { guardTime, type PatientTime, unguardTime } from '#domain/scheduling/calendar/patient-guard.ts';
import { anotherPatient, aPatient, at, consultation, minutes } from '../fakes/booking.ts';
import { cotonou, elsewhere } from '../fakes/conversation.ts';

const idOf = (name: string) => AppointmentId.parse(derivedUuid('appointment', name));
const time = (name: string, from: string, to: string): PatientTime => ({
  appointmentId: idOf(name),
  startMs: at(from),
  endMs: at(to),
});
const rules = { nowMs: at('00:00'), maxFutureAppts: 3 };

describe('the times of a patient', () => {
  const nine = time('a', '09:00', '09:30');

  test('nobody is in two places, even for a minute', () => {
    for (const [from, to] of [
      ['08:30', '09:01'],
      ['09:29', '10:00'],
      ['09:05', '09:10'],
      ['08:00', '10:00'],
    ] as const) {
      expect(guardTime([nine], time('b', from, to), rules)).toEqual({ outcome: 'patient-overlap' });
    }
  });

  test('one appointment may follow another at once', () => {
    expect(guardTime([nine], time('b', '09:30', '10:00'), rules)).toMatchObject({ outcome: 'free' });
    expect(guardTime([nine], time('b', '08:30', '09:00'), rules)).toMatchObject({ outcome: 'free' });
  });

  test('an appointment is not in its own way when it moves', () => {
    const moved = time('a', '09:15', '09:45');
    expect(guardTime([nine], moved, rules)).toEqual({ outcome: 'free', times: [moved] });
    expect(guardTime([nine], moved, { ...rules, maxFutureAppts: 0 })).toMatchObject({ outcome: 'free' });
  });

  test('what is over is forgotten and counts no more', () => {
    const times = [nine, time('b', '10:00', '10:30'), time('c', '11:00', '11:30')];
    const next = time('d', '14:00', '14:30');
    expect(guardTime(times, next, rules)).toEqual({ outcome: 'patient-limit' });
    expect(guardTime(times, next, { ...rules, nowMs: at('09:30') })).toEqual({
      outcome: 'free',
      times: [...times.slice(1), next],
    });
  });

  test('an appointment that is under way stands in the way and does not count', () => {
    const underWay = { ...rules, nowMs: at('09:10'), maxFutureAppts: 1 };
    expect(guardTime([nine], time('b', '09:20', '09:40'), underWay)).toEqual({ outcome: 'patient-overlap' });
    expect(guardTime([nine], time('b', '09:30', '09:40'), underWay)).toMatchObject({ outcome: 'free' });
  });

  test('a cancelled appointment leaves with what is over', () => {
    const times = [nine, time('b', '10:00', '10:30'), time('c', '11:00', '11:30')];
    expect(unguardTime(times, idOf('b'), at('09:30'))).toEqual([times[2]]);
  });

  test('whatever is asked in whatever order, times never overlap and none is added beyond the limit', () => {
    const act = fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      start: fc.integer({ min: 0, max: 200 }),
      length: fc.integer({ min: 1, max: 40 }),
      passes: fc.integer({ min: 0, max: 10 }),
      cancels: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
        let times: PatientTime[] = [];
        let nowMs = at('00:00');
        for (const { name, start, length, passes, cancels } of acts) {
          nowMs += minutes(passes);
          const startMs = at('00:00') + minutes(start);
          const appointmentId = idOf(name);
          const wanted = { appointmentId, startMs, endMs: startMs + minutes(length) };
          const answer = cancels ? undefined : guardTime(times, wanted, { nowMs, maxFutureAppts: 3 });
          const isNew = times.every((one) => one.appointmentId !== appointmentId);
          if (cancels) times = unguardTime(times, appointmentId, nowMs);
          else if (answer?.outcome === 'free') times = answer.times;
          for (const [index, one] of times.entries()) {
            expect(times[index + 1]?.startMs ?? Infinity).toBeGreaterThanOrEqual(one.endMs);
          }
          expect(new Set(times.map((one) => one.appointmentId)).size).toBe(times.length);
          const others = times.filter((one) => one.startMs > nowMs && one.appointmentId !== appointmentId);
          if (answer?.outcome === 'free' && isNew) expect(others.length).toBeLessThan(3);
          if (answer?.outcome === 'patient-limit') expect(others.length).toBeGreaterThanOrEqual(3);
        }
      }),
      { numRuns: 500 },
    );
  });
});

test('a wish has one key, and every other wish another', () => {
  const start = at('09:00');
  const key = bookingKey(cotonou, 'retell_call_1', aPatient, consultation, start);
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  expect(bookingKey(cotonou, 'retell_call_1', aPatient, consultation, start)).toBe(key);
  const others = [
    bookingKey(elsewhere, 'retell_call_1', aPatient, consultation, start),
    bookingKey(cotonou, 'retell_call_2', aPatient, consultation, start),
    bookingKey(cotonou, 'retell_call_1', anotherPatient, consultation, start),
    bookingKey(cotonou, 'retell_call_1', aPatient, consultation, start + 1),
  ];
  expect(new Set([key, ...others]).size).toBe(5);
});
