import type { RecipientEvent } from '#domain/clinics/settings/email-settings.ts';
import type { RecipientState } from '#domain/clinics/clinic-store.ts';
import { summaryRecipients } from '#domain/notifications/recipients.ts';
import { conversation } from '#test/fakes/conversation.ts';

const recipient = (name: string, events: RecipientEvent[], more: Partial<RecipientState> = {}): RecipientState => ({
  address: `${name}@clinique.example`,
  recipientId: name,
  events,
  alternative: false,
  ...more,
});
const disabled = { disabled: { reason: 'bounce', at: 0 } } as const;

const desk = recipient('desk', ['all']);
const diary = recipient('diary', ['booked']);
const onCall = recipient('on-call', ['emergency']);
const it = recipient('it', ['failed']);
const everybody = [desk, diary, onCall, it];

const toldOf = (recipients: RecipientState[], call: Parameters<typeof conversation>[0]) =>
  summaryRecipients(recipients, conversation(call)).map(({ recipientId }) => recipientId);

test('everyone hears of the calls they asked for', () => {
  expect(toldOf(everybody, { outcome: 'info' })).toEqual(['desk']);
  expect(toldOf(everybody, { outcome: 'booked', acts: ['booked'] })).toEqual(['desk', 'diary']);
  expect(toldOf(everybody, { outcome: 'rescheduled', acts: ['rescheduled'] })).toEqual(['desk', 'diary']);
  expect(toldOf(everybody, { outcome: 'emergency', acts: ['emergency'] })).toEqual(['desk', 'on-call']);
  expect(toldOf(everybody, { outcome: 'unknown', endKind: 'error' })).toEqual(['desk', 'it']);
  expect(toldOf(everybody, { outcome: 'unknown', endKind: 'not_connected' })).toEqual(['desk', 'it']);
});

test('a booking before an emergency is still told to the diary', () => {
  expect(toldOf(everybody, { outcome: 'emergency', acts: ['booked', 'emergency'] })).toEqual([
    'desk',
    'diary',
    'on-call',
  ]);
});

test('a disabled address is not written to', () => {
  expect(toldOf([{ ...desk, ...disabled }, diary], { outcome: 'booked', acts: ['booked'] })).toEqual(['diary']);
});

test('an alternative hears only while somebody misses the call', () => {
  const spare = recipient('spare', ['all'], { alternative: true });
  expect(toldOf([desk, spare], { outcome: 'info' })).toEqual(['desk']);
  expect(toldOf([{ ...desk, ...disabled }, spare], { outcome: 'info' })).toEqual(['spare']);
  // The diary would not have heard of a question, so nobody misses it.
  expect(toldOf([desk, { ...diary, ...disabled }, spare], { outcome: 'info' })).toEqual(['desk']);
  expect(
    toldOf(
      [
        { ...desk, ...disabled },
        { ...spare, ...disabled },
      ],
      { outcome: 'info' },
    ),
  ).toEqual([]);
});

test('an address whose reader has not said yes is not written to, and an alternative hears while there is nobody else', () => {
  const awaited = recipient('awaited', ['all'], { awaiting: { sinceMs: 0 } });
  const spare = recipient('spare', ['all'], { alternative: true });
  expect(toldOf([awaited], { outcome: 'info' })).toEqual([]);
  expect(toldOf([desk, awaited, spare], { outcome: 'info' })).toEqual(['desk']);
  expect(toldOf([diary, awaited, spare], { outcome: 'info' })).toEqual(['spare']);
  expect(toldOf([awaited, { ...spare, awaiting: { sinceMs: 0 } }], { outcome: 'info' })).toEqual([]);
});
