import { KeyRefused } from '#domain/clinics/credentials/credential.ts';
import type { E164 } from '#domain/e164.ts';
import { NotDialled } from '#domain/conversations/outbound/dialer.ts';
import type { CallWish } from '#domain/conversations/outbound/place-outbound-call.ts';
import { callableFrom } from '#domain/conversations/outbound/quiet-hours.ts';
import { ClinicId, derivedUuid, OutboundCallId, PatientId } from '#domain/ids.ts';
import { clinicProfile } from '#test/fakes/clinic.ts';
import { aConversationId, cotonou, elsewhere } from '#test/fakes/conversation.ts';
import { patient } from '#test/fakes/patients.ts';
import { appointment, callingWorld, morningMs, theo } from './world.ts';

const callId = (n = 1) => OutboundCallId.parse(derivedUuid('a call', String(n)));
const reminder: CallWish = { kind: 'appointment-reminder', appointmentId: appointment().appointmentId };
const callBack: CallWish = { kind: 'call-back', patientId: theo.patientId };
const hourMs = 60 * 60 * 1000;

test('a patient who agreed to it is called from the clinic’s own number, in their language, and nothing tells whom', async () => {
  const { place, clinic, dialer, by, calls, directory } = await callingWorld();
  const placed = await place(clinic, callId(), reminder, by);
  expect(placed).toMatchObject({ outcome: 'placed', replayed: false, call: { state: 'placed' } });
  const { clinic: _, ...order } = dialer.dialled[0]!;
  expect(order).toEqual({
    callId: callId(),
    purpose: 'appointment-reminder',
    from: '+12025550142',
    to: '+12025550117',
    language: 'fr',
  });
  expect(calls.records).toMatchObject([
    { act: 'call.make', patientId: theo.patientId, reason: 'appointment-reminder' },
  ]);
  expect([...directory.sessions.values()]).toMatchObject([{ clinicId: cotonou }]);
});

test('a key calls once, however often it is sent, and means one thing', async () => {
  const { place, clinic, dialer, by } = await callingWorld();
  await place(clinic, callId(), reminder, by);
  expect(await place(clinic, callId(), reminder, by)).toMatchObject({ outcome: 'placed', replayed: true });
  expect(await place(clinic, callId(), callBack, by)).toEqual({ outcome: 'key-reused' });
  const both = await Promise.all([2, 2].map((n) => place(clinic, callId(n), reminder, by)));
  expect(both.map(({ outcome }) => outcome).sort()).toEqual(['placed', 'unknown']);
  expect(dialer.dialled).toHaveLength(2);
});

test('a vendor whose answer was lost is not asked again; one that did nothing is, and that counted for no day', async () => {
  const { place, clinic, dialer, by } = await callingWorld({ outbound: { callsPerNumber: 2 } });
  dialer.answers.push(new Error('timed out'), new NotDialled('busy'), new NotDialled('busy'));
  expect(await place(clinic, callId(1), reminder, by)).toMatchObject({ outcome: 'unknown' });
  expect(await place(clinic, callId(1), reminder, by)).toMatchObject({ outcome: 'unknown' });
  expect(await place(clinic, callId(2), reminder, by)).toMatchObject({ outcome: 'not-dialled' });
  expect(await place(clinic, callId(2), reminder, by)).toMatchObject({ outcome: 'not-dialled' });
  expect(await place(clinic, callId(2), reminder, by)).toMatchObject({ outcome: 'placed' });
  expect(await place(clinic, callId(3), reminder, by)).toEqual({ outcome: 'number-cap' });
  expect(dialer.dialled).toHaveLength(1);
});

test('a clinic whose key is refused is told so, and its call may be asked for again with another', async () => {
  const { place, clinic, dialer, by } = await callingWorld();
  const refused = new NotDialled('nobody is called', { cause: new KeyRefused({ cause: new Error('401') }) });
  dialer.answers.push(refused);
  expect(await place(clinic, callId(), reminder, by)).toMatchObject({ outcome: 'not-dialled', keyRefused: true });
  expect(await place(clinic, callId(), reminder, by)).toMatchObject({ outcome: 'placed', replayed: false });
});

test('what a vendor refuses is on record and not asked for again under its key', async () => {
  const { place, clinic, dialer, by, log } = await callingWorld();
  dialer.answers.push({ outcome: 'refused', reason: 'twilio-21215' });
  expect(await place(clinic, callId(), reminder, by)).toMatchObject({ outcome: 'vendor-refused' });
  expect(await place(clinic, callId(), reminder, by)).toMatchObject({ outcome: 'vendor-refused' });
  expect(log.entries).toContainEqual(expect.objectContaining({ code: 'call.refused' }));
});

test('a clinic that makes no calls makes none, and one that does makes no more than its day allows', async () => {
  const off = await callingWorld({ outbound: { calls: false } });
  expect(await off.place(off.clinic, callId(), reminder, off.by)).toEqual({ outcome: 'calls-off' });
  const { place, clinic, by, clock } = await callingWorld({ outbound: { callsPerDay: 3, callsPerNumber: 10 } });
  for (const n of [1, 2, 3]) expect((await place(clinic, callId(n), callBack, by)).outcome).toBe('placed');
  expect(await place(clinic, callId(4), callBack, by)).toEqual({ outcome: 'clinic-cap' });
  clock.pass(24 * hourMs);
  expect((await place(clinic, callId(5), callBack, by)).outcome).toBe('placed');
});

describe('nobody is called', () => {
  test('who has not agreed, has taken it back, or said so for another number', async () => {
    const { place, clinic, by, consents } = await callingWorld();
    await consents.withdraw(cotonou, theo.patientId, by);
    expect(await place(clinic, callId(), reminder, by)).toEqual({ outcome: 'not-allowed', reason: 'no-consent' });
    const other = { numbers: ['+12025550118'], way: 'in-person' as const, givenAtMs: morningMs };
    await consents.give(cotonou, theo.patientId, other, by);
    expect(await place(clinic, callId(), reminder, by)).toEqual({ outcome: 'not-allowed', reason: 'no-consent' });
  });

  test('who asked this clinic not to call; what they asked another one is nothing to it', async () => {
    const { place, clinic, by, suppressions } = await callingWorld();
    await suppressions.refuse(elsewhere, theo.phones[0]!, ['calls'], by);
    expect((await place(clinic, callId(1), reminder, by)).outcome).toBe('placed');
    await suppressions.refuse(cotonou, theo.phones[0]!, ['calls'], by);
    expect(await place(clinic, callId(2), reminder, by)).toEqual({ outcome: 'not-allowed', reason: 'calls-refused' });
  });

  test.each([
    ['of a premium line', '+19005550123'],
    ['of a satellite', '+870776123456'],
    ['of a country that is not on the clinic’s list', '+33199001261'],
    ['of an island with the same calling code', '+18765550123'],
    ['that is the clinic’s own', '+12025550142'],
  ])('a number %s', async (_, number) => {
    const { place, clinic, by, patients, consents, dialer } = await callingWorld();
    const patientId = PatientId.parse('c3f81a5d-0e77-42b6-9a14-d8be52c3f81a');
    await patients.add(patient({ patientId, phones: [number] }), []);
    await consents.give(cotonou, patientId, { numbers: [number], way: 'in-writing', givenAtMs: 0 }, by);
    const placed = await place(clinic, callId(), { kind: 'call-back', patientId }, by);
    expect(placed).toEqual({ outcome: 'not-allowed', reason: 'number-not-callable' });
    expect(dialer.dialled).toEqual([]);
  });

  test('at night, and by day again', async () => {
    const { place, clinic, by, clock } = await callingWorld({
      appointments: [appointment({ startMs: morningMs + 72 * hourMs })],
    });
    clock.pass(13 * hourMs);
    const fromMs = Date.parse('2026-10-06T12:00:00Z');
    expect(await place(clinic, callId(), reminder, by)).toEqual({
      outcome: 'not-allowed',
      reason: 'quiet-hours',
      fromMs,
    });
    clock.pass(fromMs - clock.now());
    expect((await place(clinic, callId(), reminder, by)).outcome).toBe('placed');
  });

  test('about an appointment that is over, was cancelled, or is another clinic’s', async () => {
    const past = await callingWorld({ appointments: [appointment({ startMs: morningMs - hourMs })] });
    expect(await past.place(past.clinic, callId(), reminder, past.by)).toMatchObject({ reason: 'appointment-over' });
    const gone = await callingWorld({ appointments: [appointment({ status: 'cancelled' })] });
    expect(await gone.place(gone.clinic, callId(), reminder, gone.by)).toMatchObject({ reason: 'appointment-over' });
    const { place, clinic, by, dialer } = await callingWorld();
    const other = { ...clinic, id: ClinicId.parse(elsewhere) };
    expect(await place(other, callId(), reminder, by)).toEqual({ outcome: 'nobody-to-call', reason: 'appointment' });
    expect(await place(other, callId(), callBack, by)).toEqual({ outcome: 'nobody-to-call', reason: 'patient' });
    expect(dialer.dialled).toEqual([]);
  });
});

test('of several numbers the first that may be called now is called', async () => {
  const { place, clinic, by, patients, consents, dialer } = await callingWorld({
    outbound: { countries: ['US', 'AU', 'FR'] },
  });
  const patientId = PatientId.parse('c3f81a5d-0e77-42b6-9a14-d8be52c3f81a');
  // Half past eight in New York is after ten at night in Sydney, and half past two in the afternoon in Paris.
  const phones = ['+61491570156', '+33199001261', '+12025550118'];
  await patients.add(patient({ patientId, phones }), []);
  await consents.give(cotonou, patientId, { numbers: phones, way: 'in-writing', givenAtMs: 0 }, by);
  await place(clinic, callId(), { kind: 'call-back', patientId }, by);
  expect(dialer.dialled).toMatchObject([{ to: '+33199001261' }]);
});

test('who asked on one of their numbers not to be called is not called on another', async () => {
  const { place, clinic, by, patients, consents, suppressions, dialer } = await callingWorld();
  const patientId = PatientId.parse('c3f81a5d-0e77-42b6-9a14-d8be52c3f81a');
  const phones = ['+12025550118', '+12025550119'];
  await patients.add(patient({ patientId, phones }), []);
  await consents.give(cotonou, patientId, { numbers: phones, way: 'in-writing', givenAtMs: 0 }, by);
  await suppressions.refuse(cotonou, phones[0] as E164, ['calls'], by);
  const placed = await place(clinic, callId(), { kind: 'call-back', patientId }, by);
  expect(placed).toEqual({ outcome: 'not-allowed', reason: 'calls-refused' });
  expect(dialer.dialled).toEqual([]);
});

test('a caller who left a message with a number is called back on it, for two weeks', async () => {
  const { place, clinic, by, acts, conversations, dialer, clock } = await callingWorld();
  const wish: CallWish = { kind: 'call-back', conversationId: aConversationId };
  expect(await place(clinic, callId(1), wish, by)).toEqual({ outcome: 'nobody-to-call', reason: 'message' });
  await conversations.change(cotonou, aConversationId, (current) => current ?? ({ acts: [] } as never));
  const message = {
    messageId: derivedUuid('message'),
    text: 'Please call me.',
    callbackNumber: '(202) 555-0119',
    urgency: 'routine' as const,
    takenAtMs: morningMs,
  };
  await acts.record(cotonou, aConversationId, { message, audit: [] });
  expect((await place(clinic, callId(2), wish, by)).outcome).toBe('placed');
  expect(dialer.dialled).toMatchObject([{ to: '+12025550119', purpose: 'call-back' }]);
  const other = { ...clinic, id: ClinicId.parse(elsewhere) };
  expect(await place(other, callId(3), wish, by)).toEqual({ outcome: 'nobody-to-call', reason: 'message' });
  clock.pass(14 * 24 * hourMs);
  expect(await place(clinic, callId(4), wish, by)).toEqual({ outcome: 'nobody-to-call', reason: 'message' });
});

describe('the night', () => {
  const paris = clinicProfile({ country: 'FR', zone: 'Europe/Paris' });
  const from = (number: string, at: string, clinic = paris) => {
    const ms = callableFrom(number, clinic, Date.parse(at));
    return ms && new Date(ms).toISOString();
  };

  test.each([
    ['is over at eight by the clock', '2026-10-05T05:59:59Z', '2026-10-05T06:00:00.000Z'],
    ['begins at nine in the evening', '2026-10-05T19:00:00Z', '2026-10-06T06:00:00.000Z'],
    ['is not yet there a moment before', '2026-10-05T18:59:00Z', '2026-10-05T18:59:00.000Z'],
    ['is an hour shorter when the clock goes forward', '2027-03-27T20:30:00Z', '2027-03-28T06:00:00.000Z'],
    ['and an hour longer when it goes back', '2026-10-24T19:30:00Z', '2026-10-25T07:00:00.000Z'],
  ])('%s', (_, at, until) => expect(from('+33199001261', at)).toBe(until));

  test('of a country with many zones is over when it is over in all of them', () => {
    // New York has been up for hours when Honolulu wakes.
    expect(from('+12025550117', '2026-10-05T13:00:00Z')).toBe('2026-10-05T18:00:00.000Z');
  });

  test('is longer where the clinic says so', () => {
    const long = clinicProfile({
      country: 'FR',
      zone: 'Europe/Paris',
      outbound: { quietHours: '19:00-10:00' as never },
    });
    expect(from('+33199001261', '2026-10-05T17:30:00Z', long)).toBe('2026-10-06T08:00:00.000Z');
    const short = { outbound: { quietHours: '22:00-07:00' as never } };
    expect(() => clinicProfile(short)).toThrow('must begin between 12:00 and 21:00');
  });
});
