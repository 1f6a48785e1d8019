import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { createTwilioCallSource } from '#adapters/twilio/call-source.ts';
import { readStoredTwilioEvent, toCallEvent } from '#adapters/twilio/call-event.ts';
import { createTwilioCalls } from '#adapters/twilio/calls.ts';
import { conversation } from '../fakes/conversation.ts';
import { knownTwilio, twilioAccountSid, twilioToken } from '../fakes/twilio-requests.ts';

const callSid = 'CA5b1d0c7e9f2a43b6a8c4d1e0f7a69b31';
const sample = (name: string) =>
  JSON.parse(readFileSync(new URL(`../fixtures/twilio/${name}.json`, import.meta.url), 'utf8')).response as Answer;

interface Answer {
  status: number;
  body?: object;
}

/** Something that answers as Twilio's API would, one answer for each request. */
async function api(...answers: Answer[]) {
  const asked: { line: string; authorization?: string; form: string }[] = [];
  const server = createServer((request, response) => {
    void textOf(request).then((form) => {
      asked.push({ line: `${request.method} ${request.url}`, authorization: request.headers.authorization, form });
      const { status, body } = answers[asked.length - 1] ?? { status: 599 };
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? {}));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const waits: number[] = [];
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const calls = createTwilioCalls({
    baseUrl,
    account: () => knownTwilio.account(),
    timeoutMs: 2_000,
    wait: async (ms) => void waits.push(ms),
  });
  return { calls, asked, waits, stop: () => new Promise((closed) => server.close(closed)) };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += String(part);
  return text;
}

const place = `/2010-04-01/Accounts/${twilioAccountSid}/Calls/${callSid}.json`;

test('a call is hung up and sent on in the words of Twilio’s API, in the name of our account', async () => {
  const { calls, asked, stop } = await api({ status: 200, body: { sid: callSid } }, { status: 200, body: {} });
  expect(await calls.hangUp(callSid)).toBe('done');
  expect(await calls.redirect(callSid, 'https://api.clinics.example/api/twilio/after-stream')).toBe('done');
  const authorization = `Basic ${Buffer.from(`${twilioAccountSid}:${twilioToken}`).toString('base64')}`;
  expect(asked).toEqual([
    { line: `POST ${place}`, authorization, form: 'Status=completed' },
    {
      line: `POST ${place}`,
      authorization,
      form: 'Url=https%3A%2F%2Fapi.clinics.example%2Fapi%2Ftwilio%2Fafter-stream&Method=POST',
    },
  ]);
  await stop();
});

test('a call that is over needs no hanging up, and one that never was is none', async () => {
  const over = sample('rest-call-update-not-in-progress');
  const { calls, stop } = await api(over, { status: 404, body: { code: 20404 } }, { status: 404, body: {} });
  expect(await calls.hangUp(callSid)).toBe('over');
  expect(await calls.redirect(callSid, 'https://a.example')).toBe('over');
  expect(await calls.fetch(callSid)).toBeUndefined();
  await stop();
});

test('the recording that is running is stopped; that none is running is no fault', async () => {
  const none = { status: 404, body: { code: 20404, message: 'The requested resource was not found' } };
  const over = sample('rest-call-update-not-in-progress');
  const busy = { status: 503 };
  const { calls, asked, stop } = await api({ status: 200, body: {} }, none, over, busy, busy, busy);
  expect(await calls.stopRecording(callSid)).toBe('done');
  expect(asked).toMatchObject([
    {
      line: `POST /2010-04-01/Accounts/${twilioAccountSid}/Calls/${callSid}/Recordings/Twilio.CURRENT.json`,
      form: 'Status=stopped',
    },
  ]);
  expect(await calls.stopRecording(callSid)).toBe('over');
  expect(await calls.stopRecording(callSid)).toBe('over');
  await expect(calls.stopRecording(callSid)).rejects.toThrow();
  await stop();
});

test('a call that goes on is recorded as others are from their beginning, once', async () => {
  const place = `/2010-04-01/Accounts/${twilioAccountSid}/Calls/${callSid}/Recordings.json`;
  const list = (...recordings: object[]) => ({ status: 200, body: { recordings, next_page_uri: null } });
  const known = list({ sid: `RE${'a'.repeat(32)}`, call_sid: callSid });
  const over = sample('rest-call-update-not-in-progress');
  const refused = { status: 401, body: { code: 20003 } };
  const { calls, asked, stop } = await api(list(), { status: 201, body: {} }, known, list(), over, refused);
  const start = () => calls.startRecording(callSid, 'https://a.example/recording');
  await start();
  expect(asked.map(({ line }) => line)).toEqual([expect.stringContaining(`GET ${place}`), `POST ${place}`]);
  expect(asked[1]?.form.split('&').sort()).toEqual([
    'RecordingChannels=dual',
    'RecordingStatusCallback=https%3A%2F%2Fa.example%2Frecording',
    'RecordingStatusCallbackEvent=absent',
    'RecordingStatusCallbackEvent=completed',
    'RecordingStatusCallbackMethod=POST',
    'RecordingTrack=both',
  ]);
  // By whoever held the call before, and did not live to know.
  await start();
  expect(asked).toHaveLength(3);
  await expect(start()).rejects.toThrow();
  expect(asked).toHaveLength(5);
  await expect(start()).rejects.toThrow();
  await stop();
});

test('what was recorded of a call is deleted; that nothing is left of it is no fault', async () => {
  const none = { status: 404, body: { code: 20404, message: 'The requested resource was not found' } };
  const sids = ['a', 'b'].map((digit) => `RE${digit.repeat(32)}`);
  const list = {
    status: 200,
    body: { recordings: sids.map((sid) => ({ sid, call_sid: callSid })), next_page_uri: null },
  };
  const { calls, asked, stop } = await api(list, none, { status: 204 }, none, { status: 401, body: { code: 20003 } });
  await calls.removeRecordings(callSid);
  const place = `/2010-04-01/Accounts/${twilioAccountSid}/Calls/${callSid}/Recordings`;
  expect(asked.map(({ line }) => line)).toEqual([
    expect.stringMatching(`^GET ${place}.json`),
    ...sids.map((sid) => `DELETE ${place}/${sid}.json`),
  ]);
  await calls.removeRecordings(callSid);
  await expect(calls.removeRecordings(callSid)).rejects.toThrow();
  await stop();
});

test('what Twilio is too busy for is asked again, with growing pauses, and at last told', async () => {
  const busy = sample('rest-error-429');
  const { calls, asked, waits, stop } = await api(busy, { status: 503 }, { status: 200, body: {} }, busy, busy, busy);
  expect(await calls.hangUp(callSid)).toBe('done');
  expect(asked).toHaveLength(3);
  expect(waits).toHaveLength(2);
  await expect(calls.hangUp(callSid)).rejects.toThrow('Too Many Requests');
  expect(asked).toHaveLength(6);
  await stop();
});

test('a refused key is not tried again', async () => {
  const { calls, asked, stop } = await api({ status: 401, body: { code: 20003, message: 'Authenticate' } });
  await expect(calls.hangUp(callSid)).rejects.toThrow('Authenticate');
  expect(asked).toHaveLength(1);
  await stop();
});

test('Twilio’s record of a call is fed in as the event it did not send', async () => {
  const record = {
    sid: callSid,
    status: 'completed',
    direction: 'inbound',
    from: '+15555550142',
    to: '+15555550100',
    duration: '201',
    start_time: 'Mon, 02 Mar 2026 14:05:09 +0000',
    end_time: 'Mon, 02 Mar 2026 14:08:30 +0000',
  };
  const { calls, stop } = await api(
    { status: 200, body: record },
    { status: 200, body: { ...record, status: 'in-progress', duration: null, end_time: null } },
  );
  const source = createTwilioCallSource(calls);
  const found = await source.fetch({ providerId: callSid, providerObject: 'call' });
  expect(found).toMatchObject({ eventType: 'call-completed', over: true, analyzed: false });
  const event = readStoredTwilioEvent(found!.rawBody)!;
  const endedAt = Date.parse('2026-03-02T14:08:30Z');
  expect(toCallEvent(event, found!.rawBody)).toMatchObject({
    status: 'ended',
    endKind: 'ended',
    direction: 'inbound',
    fromNumber: '+15555550142',
    toNumber: '+15555550100',
    statedDurationMs: 201_000,
    startedAt: endedAt - 201_000,
    endedAt,
  });
  expect(await source.fetch({ providerId: callSid, providerObject: 'call' })).toMatchObject({ over: false });
  await stop();
});

test('a call Twilio has no record of ended somehow', async () => {
  const source = createTwilioCallSource({ fetch: async () => undefined });
  const call = conversation({ provider: 'twilio', providerId: callSid });
  expect(await source.fetch(call)).toBeUndefined();
  const lost = source.asLost(call);
  expect(toCallEvent(readStoredTwilioEvent(lost.rawBody)!, lost.rawBody)).toMatchObject({
    status: 'ended',
    endKind: 'error',
    fromNumber: call.fromNumber,
    toNumber: call.toNumber,
  });
});
