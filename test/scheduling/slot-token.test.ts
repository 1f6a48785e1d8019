import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { AppointmentTypeId, ClinicId, OperatoryId, ProviderId } from '#domain/ids.ts';
import { mintBinding } from '#domain/routing/clinic-binding.ts';
import { mintSlotToken, readSlotToken } from '#domain/scheduling/slots/slot-token.ts';
import { cotonou } from '#test/fakes/conversation.ts';

const clinicId = ClinicId.parse(cotonou);
const other = ClinicId.parse('9b1c6f0e-6d7a-4c3b-8f21-3a5b7c9d1e2f');
const startMs = Date.parse('2026-10-05T08:00:00.000Z');
const offered = {
  slot: {
    typeId: AppointmentTypeId.parse('3b2e7c74-5d86-4e3f-9a5c-7c8d9e0f1a23'),
    providerId: ProviderId.parse('6d2f1a90-3c4b-4e5f-8a6b-1c2d3e4f5a6b'),
    operatoryId: OperatoryId.parse('1f0c9a52-7b64-4c1d-9e3a-5a6b7c8d9e01'),
    startMs,
    endMs: startMs + 1_800_000,
    occFromMs: startMs,
    occToMs: startMs + 2_400_000,
  },
  holder: 'api_key1_session1',
  expiresAtMs: startMs - 3_600_000,
};
const token = mintSlotToken('key', { clinicId, ...offered });

test('a token says what was offered, also after its time', () => {
  expect(readSlotToken(['key'], token, clinicId)).toEqual(offered);
});

test('a token of before a rotation of keys still holds', () => {
  expect(readSlotToken(['new key', 'key'], token, clinicId)).toEqual(offered);
  expect(readSlotToken(['new key'], token, clinicId)).toBeUndefined();
});

test('a token is worth nothing to another clinic', () => {
  expect(readSlotToken(['key'], token, other)).toBeUndefined();
});

test('a token that was changed anywhere is worth nothing', () => {
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.constantFrom(...'AZaz09-_.='), (at, character) => {
      const changed = token.slice(0, at) + character + token.slice(at + 1);
      fc.pre(changed !== token);
      expect(readSlotToken(['key'], changed, clinicId)).toBeUndefined();
    }),
  );
  expect(readSlotToken(['key'], `${token}.more`, clinicId)).toBeUndefined();
});

test('what is no token is nothing', () => {
  for (const stray of [undefined, null, 7, {}, '', 's1', 's1..', 's2.a.b', 'é.é.é', `s1.${'a'.repeat(9_999)}.b`]) {
    expect(readSlotToken(['key'], stray, clinicId)).toBeUndefined();
  }
});

test('other things signed with the same key are no tokens', () => {
  const binding = mintBinding('key', clinicId, { clinicNumber: '+12025550142' }, startMs);
  expect(readSlotToken(['key'], binding, clinicId)).toBeUndefined();
  const content = token.split('.')[1] as string;
  const plain = createHmac('sha256', 'key').update(content).digest('base64url');
  expect(readSlotToken(['key'], `s1.${content}.${plain}`, clinicId)).toBeUndefined();
});

test('a signed offer of another shape, as an older release may have made, is nothing', () => {
  const content = Buffer.from(JSON.stringify({ slot: { startMs } })).toString('base64url');
  const mac = createHmac('sha256', 'key')
    .update(['frontdesk-slot-token-v1', clinicId, content].join('\n'))
    .digest('base64url');
  expect(readSlotToken(['key'], `s1.${content}.${mac}`, clinicId)).toBeUndefined();
});
