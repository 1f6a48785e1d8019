import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTwilioMessages } from '#adapters/twilio/messages.ts';
import { createKeptMessages } from '#adapters/twilio/kept-messages.ts';
import { checkTwilioSignature } from '#adapters/twilio/signature.ts';
import { NoSecretValue } from '#adapters/secrets/secret.ts';
import { createTwilioNumbers } from '#adapters/twilio/numbers.ts';
import type { E164 } from '#domain/e164.ts';
import { TextNotSent } from '#domain/conversations/texting/text-sender.ts';
import { type RunningTwilio, startTwilio } from '#local/vendors/twilio/server.ts';

const accountSid = `AC${'1'.repeat(32)}`;
const authToken = 'a-token';
const service = `MG${'2'.repeat(32)}`;
const patient = '+12025550117' as E164;
const clinic = '+12025550142' as E164;

let nowMs = Date.parse('2026-10-05T12:30:00.000Z');
let api: Server;
let apiUrl: string;
let twilio: RunningTwilio;
let posted: { path: string; form: Record<string, string>; valid: boolean }[];
let arrived: (count: number) => Promise<void>;

beforeAll(async () => {
  posted = [];
  let wake = () => {};
  arrived = async (count) => {
    while (posted.length < count) await new Promise<void>((resolve) => (wake = resolve));
  };
  api = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
      const header = request.headers['x-twilio-signature'] as string | undefined;
      const { valid } = checkTwilioSignature({
        url: `${apiUrl}${request.url}`,
        header,
        tokens: [authToken],
        params: form,
      });
      posted.push({ path: request.url ?? '', form, valid });
      response.writeHead(200, { 'content-type': 'text/xml' }).end('<Response/>');
      wake();
    });
  });
  await new Promise<void>((done) => api.listen(0, '127.0.0.1', done));
  apiUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
  twilio = await startTwilio({ accountSid, authToken, apiUrl, now: () => nowMs });
});
afterAll(async () => {
  await twilio.stop();
  api.close();
});

const sender = (changes: Partial<Parameters<typeof createTwilioMessages>[0]> = {}) =>
  createTwilioMessages({
    baseUrl: twilio.baseUrl,
    account: async () => ({ accountSid, authToken }),
    statusUrl: `${apiUrl}/api/twilio/message-status`,
    ...changes,
  });
const text = { channel: 'sms', to: patient, from: clinic, body: 'Rendez-vous demain à 9 h.' } as const;
const write = async (body: string) => {
  const response = await fetch(`${twilio.control}/incoming-messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ from: patient, to: clinic, body }),
  });
  expect(response.status).toBe(200);
};

test('a message is accepted, and what became of it is told with a signature', async () => {
  expect(await sender().send({ ...text, messagingServiceSid: service })).toMatchObject({
    outcome: 'accepted',
    textId: expect.stringMatching(/^SM[0-9a-f]{32}$/),
  });
  await arrived(2);
  expect(posted.map(({ form, valid }) => [form.MessageStatus, valid])).toEqual([
    ['sent', true],
    ['delivered', true],
  ]);
});

test('who wrote STOP is sent nothing more through that service until START, and both are told to us', async () => {
  await write('Stop');
  expect(await sender().send({ ...text, messagingServiceSid: service })).toEqual({
    outcome: 'refused',
    reason: 'opted-out',
    code: 21_610,
  });
  await write('START');
  expect(await sender().send({ ...text, messagingServiceSid: service })).toMatchObject({ outcome: 'accepted' });
  const incoming = posted.filter(({ path }) => path === '/api/twilio/incoming-message');
  expect(incoming).toMatchObject([
    { valid: true, form: { Body: 'Stop', From: patient, To: clinic, SmsStatus: 'received' } },
    { valid: true, form: { Body: 'START' } },
  ]);
});

test('a key that is refused, and a Twilio that is not there, are no reason to lose what was to be sent', async () => {
  const wrongKey = sender({ account: async () => ({ accountSid, authToken: 'another' }) });
  await expect(wrongKey.send(text)).rejects.toThrow(TextNotSent);
  const gone = createServer();
  await new Promise<void>((done) => gone.listen(0, '127.0.0.1', done));
  const { port } = gone.address() as AddressInfo;
  await new Promise((done) => gone.close(done));
  await expect(sender({ baseUrl: `http://127.0.0.1:${port}` }).send(text)).rejects.toThrow(TextNotSent);
});

test('a vendor that is too busy, that fails, and a number it will never write to are told apart', async () => {
  const faulty = (fault: object) =>
    fetch(`${twilio.control}/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fault),
    });
  expect((await faulty({ path: '/', kind: 'status', status: 429 })).status).toBe(200);
  await expect(sender().send(text)).rejects.toThrow(TextNotSent);
  expect((await faulty({ path: '/', kind: 'status', status: 500 })).status).toBe(200);
  await expect(sender().send(text)).rejects.not.toThrow(TextNotSent);
  expect(await sender().send({ ...text, to: '+0' as E164 })).toMatchObject({
    outcome: 'refused',
    reason: 'unreachable',
  });
});

describe('numbers of the account', () => {
  const ours = {
    voiceUrl: 'https://api.clinics.example/api/twilio/incoming-call',
    statusUrl: 'https://api.clinics.example/api/twilio/call-status',
    smsUrl: 'https://api.clinics.example/api/twilio/incoming-message',
  };
  const elsewhere = 'https://pbx.example/voice';
  const numbers = (changes: object = {}) =>
    createTwilioNumbers({
      baseUrl: twilio.baseUrl,
      account: async () => ({ accountSid, authToken }),
      ours,
      wait: async () => {},
      ...changes,
    });
  async function hold(number: object): Promise<void> {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(number) };
    expect((await fetch(`${twilio.control}/numbers`, init)).status).toBe(200);
  }
  async function fieldsOf(wanted: string): Promise<Record<string, string>> {
    const { numbers: all } = (await (await fetch(`${twilio.control}/numbers`)).json()) as {
      numbers: { number: string; fields: Record<string, string> }[];
    };
    return all.find(({ number }) => number === wanted)!.fields;
  }
  const set = { VoiceUrl: ours.voiceUrl, StatusCallback: ours.statusUrl, SmsUrl: ours.smsUrl };

  test('one that rings nobody asks us, however often it is said, and nobody once it is let go', async () => {
    // Its digits are a part of another number, which Twilio finds as well, and first.
    await hold({ number: '+120255501500', voiceUrl: elsewhere });
    await hold({ number: '+12025550150', voiceApplicationSid: `AP${'3'.repeat(32)}` });
    for (const _again of [1, 2]) {
      expect(await numbers().attach('+12025550150', { voice: true })).toBe('attached');
      expect(await fieldsOf('+12025550150')).toMatchObject({ ...set, VoiceApplicationSid: '', VoiceMethod: 'POST' });
    }
    for (const _again of [1, 2]) await numbers().detach('+12025550150');
    expect(await fieldsOf('+12025550150')).toMatchObject({ VoiceUrl: '', StatusCallback: '', SmsUrl: '' });
    expect(await fieldsOf('+120255501500')).toMatchObject({ VoiceUrl: elsewhere, SmsUrl: '' });
  });

  test('a trunk keeps the rings it takes, a number without SMS gets none, and one elsewhere is not there', async () => {
    await hold({ number: '+12025550151', trunkSid: `TK${'4'.repeat(32)}`, voiceUrl: elsewhere });
    await hold({ number: '+33199001251', sms: false });
    expect(await numbers().attach('+12025550151', { voice: true })).toBe('trunk');
    expect(await fieldsOf('+12025550151')).toMatchObject({ VoiceUrl: elsewhere, SmsUrl: ours.smsUrl });
    expect(await numbers().attach('+33199001251', { voice: true })).toBe('attached');
    expect(await fieldsOf('+33199001251')).toMatchObject({ VoiceUrl: ours.voiceUrl, SmsUrl: '' });
    expect(await numbers().attach('+12025550159', { voice: true })).toBe('not-held');
    await numbers().detach('+12025550159');
  });

  test('only what is ours is taken away: where somebody else is asked by now, they go on being asked', async () => {
    const fallback = 'https://elsewhere.example/sorry.xml';
    await hold({ number: '+12025550152', voiceUrl: elsewhere, voiceFallbackUrl: fallback, smsUrl: ours.smsUrl });
    await hold({ number: '+12025550153', voiceUrl: ours.voiceUrl, voiceFallbackUrl: fallback, smsUrl: elsewhere });
    for (const number of ['+12025550152', '+12025550153']) await numbers().detach(number);
    const [theirs, former] = [await fieldsOf('+12025550152'), await fieldsOf('+12025550153')];
    expect(theirs).toMatchObject({ VoiceUrl: elsewhere, VoiceFallbackUrl: fallback, SmsUrl: '' });
    expect(former).toMatchObject({ VoiceUrl: '', VoiceFallbackUrl: '', SmsUrl: elsewhere });
  });

  test('without an account there are none; a key that is refused, and an address that is none, are faults', async () => {
    const account = () => Promise.reject(new NoSecretValue('no value yet'));
    expect(await numbers({ account }).attach('+12025550150', { voice: true })).toBe('not-held');
    const wrongKey = async () => ({ accountSid, authToken: 'another' });
    await expect(numbers({ account: wrongKey }).attach('+12025550150', { voice: true })).rejects.toMatchObject({
      status: 401,
    });
    const nowhere = numbers({ ours: { ...ours, voiceUrl: 'api.clinics.example' } });
    await expect(nowhere.attach('+12025550150', { voice: true })).rejects.toMatchObject({ code: 21_402 });
  });
});

test('what Twilio keeps of a clinic’s messages is deleted, both ways and page by page, when it is old; nobody else’s is', async () => {
  const account = async () => ({ accountSid, authToken });
  const kept = createKeptMessages({ baseUrl: twilio.baseUrl, account });
  const other = '+12025550143' as E164;
  const number = '+12025550149' as E164;
  const dayMs = 24 * 60 * 60 * 1000;
  const begunMs = nowMs;
  for (let n = 0; n < 60; n++) await sender().send({ ...text, from: number });
  await sender().send({ ...text, from: other });
  await fetch(`${twilio.control}/incoming-messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ from: patient, to: number, body: 'Oui' }),
  });
  nowMs += 3 * dayMs;
  await sender().send({ ...text, from: number });
  const none = () => Promise.reject(new NoSecretValue('no value yet'));
  const gone = async (address: E164, sentBefore: number, { forget } = kept) => {
    let count = 0;
    await forget(address, sentBefore, () => (count += 1));
    return count;
  };
  expect(await gone(number, begunMs)).toBe(0);
  expect(await gone(number, begunMs + 2 * dayMs)).toBe(61);
  expect(await gone(number, begunMs + 2 * dayMs)).toBe(0);
  expect(await gone(other, begunMs + 2 * dayMs)).toBe(1);
  expect(await gone(number, nowMs + 2 * dayMs)).toBe(1);
  expect(await gone(number, nowMs, createKeptMessages({ baseUrl: twilio.baseUrl, account: none }))).toBe(0);
  const wrongKey = async () => ({ accountSid, authToken: 'another' });
  const refused = createKeptMessages({ baseUrl: twilio.baseUrl, account: wrongKey });
  await expect(gone(number, nowMs, refused)).rejects.toThrow();
});
