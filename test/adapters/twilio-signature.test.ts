import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import webhooks from 'twilio/lib/webhooks/webhooks.js';
import { readForm } from '#adapters/twilio/form.ts';
import { createTwilioSecret } from '#adapters/twilio/secret.ts';
import { checkTwilioSignature, checkTwilioUpgrade } from '#adapters/twilio/signature.ts';
import { anyCharacter } from '../fakes/any-character.ts';
import { knownSecret } from '../fakes/secret.ts';
import { knownTwilio, twilioAccount, twilioAccountSid, twilioSample, twilioToken } from '../fakes/twilio-requests.ts';

interface Vector {
  name: string;
  url: string;
  params: Record<string, string>;
  signature: string;
}
const { vectors } = JSON.parse(
  readFileSync(new URL('../fixtures/twilio/signature-vectors.json', import.meta.url), 'utf8'),
) as { vectors: Vector[] };
const tokens = [twilioToken];

test.each(vectors.map((vector) => [vector.name, vector] as const))(
  'the vector “%s” holds, and no altered one',
  (_, vector) => {
    const { url, params, signature: header } = vector;
    const body = Buffer.from(new URLSearchParams(params).toString());
    const read = readForm(body).params;
    expect(checkTwilioSignature({ url, params: read, header, tokens })).toEqual({ valid: true });
    const mismatch = { valid: false, reason: 'mismatch' };
    expect(checkTwilioSignature({ url: `${url}x`, params: read, header, tokens })).toEqual(mismatch);
    expect(checkTwilioSignature({ url, params: { ...read, Extra: '' }, header, tokens })).toEqual(mismatch);
    expect(checkTwilioSignature({ url, params: read, header, tokens: ['another'] })).toEqual(mismatch);
    expect(checkTwilioSignature({ url, params: read, header: undefined, tokens })).toEqual({
      valid: false,
      reason: 'missing',
    });
  },
);

test.each([
  'voice-incoming',
  'voice-after-stream',
  'call-status-completed',
  'recording-completed',
  'stream-status-error',
])('the form of %s is read as it was signed', (name) => {
  const { url, form, headers } = twilioSample(name);
  const params = readForm(Buffer.from(new URLSearchParams(form).toString())).params;
  expect(checkTwilioSignature({ url, params, header: headers['x-twilio-signature'], tokens })).toEqual({ valid: true });
});

test('whatever a form holds, it is read as Twilio’s own library signs it', () => {
  const field = fc.tuple(fc.string({ minLength: 1, unit: anyCharacter }), fc.string({ unit: anyCharacter }));
  fc.assert(
    fc.property(fc.array(field, { maxLength: 8 }), (fields) => {
      const clean = fields.map(([name, value]) => [name.toWellFormed(), value.toWellFormed()]);
      const params = readForm(Buffer.from(new URLSearchParams(clean as [string, string][]).toString())).params;
      const expected = Object.create(null) as Record<string, string[]>;
      for (const [name, value] of clean as [string, string][]) (expected[name] ??= []).push(value);
      const url = 'https://api.clinics.example/api/twilio/call-status';
      const header = webhooks.getExpectedTwilioSignature(twilioToken, url, expected);
      return checkTwilioSignature({ url, params, header, tokens }).valid;
    }),
    { numRuns: 100 },
  );
});

test('a plus is a space, an encoded plus is one, and a name sent twice keeps both', () => {
  const form = readForm(Buffer.from('From=%2B12025550117&FromCity=PORTO+NOVO&Note=&Media=a&Media=b&__proto__=x'));
  expect(form.get('From')).toBe('+12025550117');
  expect(form.get('FromCity')).toBe('PORTO NOVO');
  expect(form.get('Note')).toBeUndefined();
  expect(form.params.Note).toBe('');
  expect(form.params.Media).toEqual(['a', 'b']);
  expect(form.get('constructor')).toBeUndefined();
  expect(Object.keys(form.params)).toContain('__proto__');
});

test('a media socket is opened by a signature over its wss URL, with or without a slash, and over no other', () => {
  const url = 'wss://voice.example.com/twilio/media';
  for (const each of [url, `${url}/`]) {
    const header = webhooks.getExpectedTwilioSignature(twilioToken, each, {});
    expect(checkTwilioUpgrade({ url, header, tokens })).toEqual({ valid: true });
  }
  for (const each of ['https://voice.example.com/twilio/media', `${url}/x`, 'wss://other.example.com/twilio/media']) {
    const header = webhooks.getExpectedTwilioSignature(twilioToken, each, {});
    expect(checkTwilioUpgrade({ url, header, tokens })).toEqual({ valid: false, reason: 'mismatch' });
  }
  expect(checkTwilioUpgrade({ url, header: undefined, tokens })).toEqual({ valid: false, reason: 'missing' });
});

test('without a token nothing passes', () => {
  const question = { url: 'https://a.example', header: 'x', params: {} };
  expect(() => checkTwilioSignature({ ...question, tokens: [] })).toThrow('no Twilio token');
  expect(() => checkTwilioSignature({ ...question, tokens: ['good', ''] })).toThrow('no Twilio token');
});

test('the token before, the primary and the next one are accepted while they change', async () => {
  const changing = createTwilioSecret(
    knownSecret([
      twilioAccount({ authToken: 'primary', nextAuthToken: 'next' }),
      twilioAccount({ authToken: 'before' }),
    ]),
  );
  expect(await changing.tokens()).toEqual(['primary', 'next', 'before']);
  expect(await knownTwilio.tokens()).toEqual([twilioToken]);
  expect(await knownTwilio.account()).toEqual({ accountSid: twilioAccountSid, authToken: twilioToken });
  // A key that was put here by mistake, and replaced.
  expect(await createTwilioSecret(knownSecret([twilioAccount(), 'not json'])).tokens()).toEqual([twilioToken]);
});

test.each(['{"accountSid":', '{"authToken":"a-secret-token"}', 'a-secret-token'])(
  'a secret that cannot be read is said so without a word of it',
  async (value) => {
    const secret = createTwilioSecret(knownSecret([value]));
    await expect(secret.tokens()).rejects.toThrow('the Twilio secret is no JSON with accountSid and authToken');
    await expect(secret.account()).rejects.not.toThrow('a-secret-token');
  },
);
