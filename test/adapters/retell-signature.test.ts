import Retell from 'retell-sdk';
import { checkRetellSignature } from '#adapters/retell/signature.ts';
import vectors from '../fixtures/retell/signature-test-vectors.json' with { type: 'json' };

const bytes = (text: string) => Buffer.from(text, 'utf8');

test.each(vectors.cases)('the vendor’s vector holds: $name', ({ body, now_ms, header, expected }) => {
  expect(checkRetellSignature(bytes(body), header, [vectors.key], now_ms).valid).toBe(expected);
});

test('what the vendor’s SDK signs is accepted, and an altered byte is not', async () => {
  const body = '{"event":"call_ended","note":"Clinique Bénin"}';
  const header = await Retell.sign(body, 'key_one');
  expect(checkRetellSignature(bytes(body), header, ['key_one'], Date.now())).toEqual({ valid: true });
  expect(checkRetellSignature(bytes(body.replace('Bénin', 'Benin')), header, ['key_one'], Date.now())).toMatchObject({
    valid: false,
    reason: 'mismatch',
  });
});

test('during a rotation the old and the new key both hold, a third one does not', async () => {
  const header = await Retell.sign('{}', 'key_old');
  expect(checkRetellSignature(bytes('{}'), header, ['key_new', 'key_old'], Date.now()).valid).toBe(true);
  expect(checkRetellSignature(bytes('{}'), header, ['key_new', 'key_other'], Date.now()).valid).toBe(false);
});

test('without a key nothing is verified and nothing passes', () => {
  expect(() => checkRetellSignature(bytes('{}'), 'v=1,d=00', [], 1)).toThrow('no Retell key');
  expect(() => checkRetellSignature(bytes('{}'), 'v=1,d=00', [''], 1)).toThrow('no Retell key');
});
