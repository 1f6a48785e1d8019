import type { Clinic } from '#domain/clinics/clinic.ts';
import type { AppointmentType } from '#domain/clinics/practice/appointment-type.ts';
import { ProviderId } from '#domain/ids.ts';
import type { Cell, Resource } from '#domain/scheduling/calendar/cell.ts';
import { dateProblem, judgeStart, searchOfStart, type StartQuestion } from '#domain/scheduling/slots/judge-start.ts';
import { occupancyOf } from '#domain/scheduling/slots/occupancy.ts';
import { clinicProfile } from '#test/fakes/clinic.ts';

const clinic: Clinic = clinicProfile();
const [awa, koffi] = clinic.providers.map(({ id }) => id) as [ProviderId, ProviderId];
const nowMs = Date.parse('2026-10-05T08:00:00+01:00');
const at = (text: string) => Date.parse(`${text}:00+01:00`);

const question: StartQuestion = {
  clinic,
  type: clinic.appointmentTypes[0] as AppointmentType,
  providers: clinic.providers,
  nowMs,
  leadTimeMin: 120,
};

function occupied(resource: Resource, from: string, minutes = 30): Cell[] {
  return Array.from({ length: minutes / 5 }, (_, step) => {
    return { resource, startMs: at(from) + step * 300_000, kind: 'booked', ref: 'appointment-1' };
  });
}
const judge = (start: string, { provider, cells = [], ...changes }: Situation = {}) =>
  judgeStart(
    { ...question, ...changes },
    at(start),
    provider,
    occupancyOf(cells, { gridMinutes: 5, zone: clinic.zone, nowMs }),
  );
type Situation = Partial<StartQuestion> & { provider?: ProviderId; cells?: Cell[] };

const everyRoom = (from: string) => clinic.operatories.flatMap(({ id }) => occupied({ kind: 'operatory', id }, from));

test('a time that is offered can be booked, with whom it would be offered first', () => {
  expect(judge('2026-10-06T09:00')).toMatchObject({
    code: 'OK',
    slot: { providerId: koffi, startMs: at('2026-10-06T09:00') },
  });
  expect(judge('2026-10-06T09:00', { provider: awa })).toMatchObject({ code: 'OK', slot: { providerId: awa } });
  expect(judge('2026-10-06T09:00', { preferredProviderId: awa })).toMatchObject({
    code: 'OK',
    slot: { providerId: awa },
  });
});

test('what is over, too soon or too far away is told apart', () => {
  expect(judge('2026-10-05T07:30').code).toBe('PAST');
  expect(judge('2026-10-05T09:30').code).toBe('TOO_SOON');
  expect(judge('2026-10-05T10:00').code).toBe('OK');
  expect(judge('2026-12-04T09:00').code).toBe('OK');
  expect(judge('2026-12-05T09:00').code).toBe('OUTSIDE_HORIZON');
  expect(judge('2026-10-05T08:00', { leadTimeMin: 0 }).code).toBe('OK');
});

test('a time when nobody works is closed', () => {
  expect(judge('2026-10-06T13:00').code).toBe('CLOSED');
  expect(judge('2026-10-11T09:00').code).toBe('CLOSED');
  expect(judge('2026-10-06T12:30').code).toBe('CLOSED');
});

test('a time between the steps, or with no room before closing, is none', () => {
  expect(judge('2026-10-06T09:10').code).toBe('SLOT_INVALID');
  expect(judge('2026-10-06T12:15').code).toBe('SLOT_INVALID');
  const [, ultrasound] = clinic.appointmentTypes as [AppointmentType, AppointmentType];
  expect(judge('2026-10-06T09:30', { type: ultrasound }).code).toBe('SLOT_INVALID');
});

test('a doctor who does not perform the type, or is not of this clinic, is refused as no time of ours', () => {
  const stranger = ProviderId.parse('9b1c6f0e-6d7a-4c3b-8f21-3a5b7c9d1e2f');
  expect(judge('2026-10-06T09:00', { provider: stranger }).code).toBe('SLOT_INVALID');
  const type = { ...question.type, providers: [{ id: awa }] };
  expect(judge('2026-10-06T09:00', { type, provider: koffi }).code).toBe('SLOT_INVALID');
});

test('a time is taken when everybody asked for is occupied', () => {
  const cells = occupied({ kind: 'provider', id: koffi }, '2026-10-06T09:00');
  expect(judge('2026-10-06T09:00', { cells })).toMatchObject({ code: 'OK', slot: { providerId: awa } });
  expect(judge('2026-10-06T09:00', { cells, provider: koffi }).code).toBe('SLOT_TAKEN');
});

test('a free doctor without a free operatory is something else', () => {
  const cells = everyRoom('2026-10-06T09:00');
  expect(judge('2026-10-06T09:00', { cells }).code).toBe('NO_OPERATORY');
  const koffiBusy = [...cells, ...occupied({ kind: 'provider', id: koffi }, '2026-10-06T09:00')];
  expect(judge('2026-10-06T09:00', { cells: koffiBusy }).code).toBe('NO_OPERATORY');
  expect(judge('2026-10-06T09:00', { cells: koffiBusy, provider: koffi }).code).toBe('SLOT_TAKEN');
});

test('the second time that the clock shows half past two is not booked', () => {
  const paris = clinicProfile({ zone: 'Europe/Paris', hours: { sunday: ['00:00-24:00'] } });
  const asked = { ...question, clinic: paris, type: paris.appointmentTypes[0] as AppointmentType };
  const free = { isFree: () => true, appointmentsOn: () => 0 };
  const twice = { nowMs: Date.parse('2026-10-24T12:00:00Z') };
  expect(judgeStart({ ...asked, ...twice }, Date.parse('2026-10-25T00:30:00Z'), undefined, free).code).toBe('OK');
  expect(judgeStart({ ...asked, ...twice }, Date.parse('2026-10-25T01:30:00Z'), undefined, free).code).toBe(
    'SLOT_INVALID',
  );
});

test('one start is judged by the cells of its day', () => {
  expect(searchOfStart(question, at('2026-10-06T00:00'))).toMatchObject({ from: '2026-10-06', to: '2026-10-06' });
  expect(searchOfStart(question, at('2026-10-05T23:55'))).toMatchObject({ from: '2026-10-05', to: '2026-10-05' });
});

describe('a date that somebody names', () => {
  const problem = (date: string, weekday?: Parameters<typeof dateProblem>[2]) =>
    dateProblem(clinic, date, weekday, nowMs);

  test('is today or later, and within the horizon', () => {
    expect(problem('2026-10-04')).toBe('PAST');
    expect(problem('2026-10-05')).toBeUndefined();
    expect(problem('2026-12-04')).toBeUndefined();
    expect(problem('2026-12-05')).toBe('OUTSIDE_HORIZON');
  });

  test('is the weekday they say', () => {
    expect(problem('2026-10-06', 'tuesday')).toBeUndefined();
    expect(problem('2026-10-06', 'monday')).toBe('DATE_WEEKDAY_MISMATCH');
    expect(problem('2026-10-04', 'monday')).toBe('DATE_WEEKDAY_MISMATCH');
  });

  test('is a day of the clinic, whose midnight is not ours', () => {
    const late = Date.parse('2026-10-05T23:30:00Z');
    expect(dateProblem(clinic, '2026-10-05', undefined, late)).toBe('PAST');
    expect(dateProblem(clinic, '2026-10-06', undefined, late)).toBeUndefined();
  });
});
