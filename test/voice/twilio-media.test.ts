import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { WebSocket, WebSocketServer } from 'ws';
import { createSpeechModels } from '#adapters/openai/speech-models.ts';
import { acceptSocket } from '#adapters/websocket/accept-socket.ts';
import { connectSocket } from '#adapters/websocket/connect-socket.ts';
import { preparedNames } from '#domain/conversations/talk/speech/prepared-audio.ts';
import { speechWords } from '#domain/conversations/talk/speech/speech-words.ts';
import { mintStreamToken } from '#domain/conversations/talk/stream-token.ts';
import { systemTimers } from '#domain/conversations/talk/timers.ts';
import { systemClock } from '#domain/clock.ts';
import { createLiveCalls } from '#ws-fargate/live-calls.ts';
import { readPreparedAudio } from '#ws-fargate/prepared-audio.ts';
import { createTwilioMedia } from '#ws-fargate/twilio-media.ts';
import { clinicProfile } from '../fakes/clinic.ts';
import { cotonou } from '../fakes/conversation.ts';
import { fakeTalk, type TalkScript } from '../fakes/live-talk.ts';
import { rememberedLog } from '../fakes/log.ts';
import { FakeRealtime, type RealtimeOptions } from '../fakes/realtime.ts';
import { aCallSid, aTalkId, newTalk, turn } from '../fakes/talk.ts';
import { inMemoryTalks } from '../fakes/talks.ts';
import { WsSocket } from '../fakes/ws-socket.ts';

const authToken = '0123456789abcdef0123456789abcdef';
const mediaUrl = 'wss://voice.example/twilio/media';
const streamSid = 'MZ7d3f2e90b04c65d8cae6f30219c8bd53';
const audioFolder = join(fileURLToPath(import.meta.url), '../../../ws-fargate/audio');
const opened: (() => Promise<unknown> | void)[] = [];

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

interface Options extends TalkScript, Partial<RealtimeOptions> {
  maxCalls?: number;
  handshakeMs?: number;
}

/** The media wire on a port, a model on another; stores in memory, time real. */
async function voice({ maxCalls = 10, handshakeMs = 0, ...script }: Options = {}) {
  const log = rememberedLog();
  const time = { now: systemClock.now, ...systemTimers };
  const vendors: FakeRealtime[] = [];
  const vendor = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  await once(vendor, 'listening');
  vendor.on('connection', (ws) => {
    const begin = () => vendors.push(new FakeRealtime(new WsSocket(ws), { time, wordMs: 40, ...script }));
    if (handshakeMs) setTimeout(begin, handshakeMs);
    else begin();
  });
  opened.push(() => {
    for (const client of vendor.clients) client.terminate();
    vendor.close();
  });

  const models = createSpeechModels({
    url: `ws://127.0.0.1:${(vendor.address() as AddressInfo).port}/v1/realtime`,
    key: async () => 'key-1',
    connect: connectSocket,
    models: { single: 'gpt-realtime-2.1', receptionist: 'gpt-realtime-2.1-mini' },
    transcriptionModel: 'gpt-live-transcribe',
    spare: 1,
    clock: systemClock,
    timers: systemTimers,
    log,
  });
  opened.push(() => models.stop());

  const talks = inMemoryTalks();
  const { token, kept } = mintStreamToken(systemClock.now());
  await talks.open(cotonou, { ...newTalk(), ...kept });
  const talk = fakeTalk({ openedAtMs: systemClock.now(), ...script });
  const orders: string[] = [];
  const taken: string[] = [];
  const liveCalls = createLiveCalls({ maxCalls, maxCallsPerClinic: 10 });
  const media = createTwilioMedia({
    models,
    askSupervisor: async () => ({ say: 'Oui.', needsHuman: false }),
    prepared: readPreparedAudio(audioFolder),
    clock: systemClock,
    timers: systemTimers,
    log,
    maxCallMs: 3_300_000,
    directory: {
      find: async ({ conversationId }) =>
        conversationId === aTalkId ? { session: { clinicId: cotonou, routedBy: 'test' } } : {},
    },
    async takeTalk(clinicId, conversationId, admit = (current) => current) {
      let isAdmitted = false;
      await talks.change(clinicId, conversationId, (current) => {
        const admitted = admit(current);
        isAdmitted = admitted !== undefined;
        return admitted ?? current;
      });
      if (!isAdmitted) return undefined;
      taken.push(conversationId);
      return talk;
    },
    calls: {
      hangUp: async (sid) => (orders.push(`hang up ${sid}`), 'done'),
      startRecording: async (sid, url) => void orders.push(`record ${sid} ${url}`),
      stopRecording: async (sid) => (orders.push(`stop recording ${sid}`), 'done'),
      redirect: async (sid, url) => (orders.push(`redirect ${sid} ${url}`), 'done'),
    },
    liveCalls,
    afterStreamUrl: 'https://api.example/api/twilio/after-stream',
    recordingStatusUrl: 'https://api.example/api/twilio/recording-status',
    secret: { tokens: async () => [authToken], refreshedTokens: async () => [authToken] },
    accept: acceptSocket,
    mediaUrl,
  });
  const server = createServer();
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    media.upgrade(request, socket, head);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push(() => {
    server.close();
    server.closeAllConnections();
  });
  opened.push(() => media.stop());

  /** A caller's side of a stream, as Twilio opens it. */
  async function stream(signed: string | false = mediaUrl) {
    const headers = signed ? { 'x-twilio-signature': getExpectedTwilioSignature(authToken, signed, {}) } : {};
    const ws = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/twilio/media`, { headers });
    const messages: { event: string; media?: { payload: string }; mark?: { name: string } }[] = [];
    ws.on('message', (bytes: Buffer) => {
      const message = JSON.parse(bytes.toString()) as (typeof messages)[number];
      messages.push(message);
      if (message.event === 'mark') ws.send(JSON.stringify({ ...message, sequenceNumber: '1' }));
    });
    const closed = new Promise<number>((resolve) => ws.on('close', resolve));
    opened.push(() => ws.terminate());
    await once(ws, 'open');
    return {
      ws,
      messages,
      closed,
      send: (message: object) => ws.send(JSON.stringify(message)),
      start(customParameters: object = { token }, callSid = aCallSid) {
        const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 };
        const start = { accountSid: 'AC1', streamSid, callSid, tracks: ['inbound'], mediaFormat, customParameters };
        ws.send(JSON.stringify({ event: 'start', sequenceNumber: '1', start, streamSid }));
      },
      frame(index: number) {
        const payload = Buffer.alloc(160, index).toString('base64');
        const at = String((index + 1) * 20);
        ws.send(
          `{"event":"media","sequenceNumber":"${index + 2}","media":{"track":"inbound","chunk":"${index + 1}","timestamp":"${at}","payload":"${payload}"},"streamSid":"${streamSid}"}`,
        );
      },
    };
  }
  return { media, models, vendors, talk, talks, token, log, orders, taken, liveCalls, stream };
}

/** Waits for what must come soon. */
async function until(holds: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + 4_000;
  while (!holds()) {
    if (Date.now() > giveUpAt) throw new Error('it never came');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

test('a call from the first frame to the last turn, with a slow model and no frame lost', async () => {
  const { stream, vendors, talk, media, liveCalls, talks } = await voice({
    handshakeMs: 60,
    answers: [{ say: 'Bien sûr.' }],
  });
  const caller = await stream();
  caller.start();
  for (let index = 0; index < 50; index++) caller.frame(index);
  const heard = () => Buffer.concat(vendors[0]?.heard ?? []);
  await until(() => heard().length === 50 * 160);
  expect([...Array(50).keys()].map((index) => heard()[index * 160])).toEqual([...Array(50).keys()]);
  expect(vendors[0]!.early).toBe(0);
  expect([media.live(), liveCalls.count()]).toEqual([1, 1]);
  await until(() => vendors[0]!.of('session.update').length === 2);
  vendors[0]!.callerSays('Un rendez-vous.');
  await until(() => talk.said().length === 3);
  // Both words are heard: their mark is on its way back before the call is over.
  await until(() => caller.messages.some(({ mark }) => mark?.name.startsWith('item_S') && mark.name.endsWith(':80')));
  caller.send({ event: 'stop', sequenceNumber: '60', streamSid, stop: { callSid: aCallSid } });
  expect(await caller.closed).toBe(1000);
  await until(() => media.live() === 0);
  expect(talk.closed).toEqual([{ over: true }]);
  expect(talk.said()).toEqual([
    'agent: Clinique Exemple bonjour je suis une machine',
    'caller: Un rendez-vous.',
    'agent: Bien sûr.',
  ]);
  expect((await talks.get(cotonou, aTalkId))?.streamTokenHash).toBeUndefined();
  await until(() => vendors[0]!.isClosed);
  expect(liveCalls.count()).toBe(0);
});

test('whoever has agreed to a task that died is recorded, and Twilio tells of it where it tells of others', async () => {
  const clinic = clinicProfile({ voice: { recording: 'explicit' } });
  const { stream, orders } = await voice({ clinic, before: [turn(1, 0, { text: 'J’accepte.' })] });
  const caller = await stream();
  caller.start();
  await until(() => orders.length > 0);
  expect(orders).toEqual([`record ${aCallSid} https://api.example/api/twilio/recording-status`]);
});

test('a signature with or without the slash opens the socket, another does not', async () => {
  const { stream } = await voice();
  (await stream(`${mediaUrl}/`)).ws.close();
  for (const signed of [false, 'https://voice.example/twilio/media', 'wss://voice.example/twilio/other'] as const) {
    await expect(stream(signed)).rejects.toThrow('403');
  }
});

test.each([
  ['without a token', {}, aCallSid],
  ['with a wrong token', { token: 'x'.repeat(43) }, aCallSid],
  ['of a call nobody knows', undefined, 'CA99999999999999999999999999999999'],
  ['of no call at all', undefined, '../../etc'],
])('a start %s is closed with 1008 and nothing is said', async (_, parameters, callSid) => {
  const { stream, taken, vendors } = await voice();
  const caller = await stream();
  caller.start(parameters, callSid);
  expect(await caller.closed).toBe(1008);
  expect([caller.messages, taken, vendors]).toEqual([[], [], []]);
});

test('a token opens one stream, however many ask at once', async () => {
  const { stream, taken } = await voice();
  const callers = [await stream(), await stream(), await stream()];
  for (const caller of callers) caller.start();
  await until(() => callers.filter(({ ws }) => ws.readyState !== WebSocket.OPEN).length === 2);
  expect(taken).toHaveLength(1);
});

test('a message that is too long ends the stream, and the call can go on', async () => {
  const { stream, talk, vendors } = await voice();
  const caller = await stream();
  caller.start();
  await until(() => vendors[0]?.session !== undefined);
  caller.ws.send(`{"event":"media","x":"${'x'.repeat(70_000)}"}`);
  expect(await caller.closed).toBe(1009);
  await until(() => talk.closed.length === 1);
  expect(talk.closed).toEqual([{ over: false }]);
});

test('a spare socket is taken by the call, which is then heard at once', async () => {
  const { stream, vendors, models } = await voice({ handshakeMs: 150 });
  models.start();
  await until(() => vendors.length >= 2);
  const before = vendors.length;
  await new Promise((resolve) => setTimeout(resolve, 5));
  const caller = await stream();
  const startedMs = performance.now();
  caller.start();
  caller.frame(0);
  await until(() => vendors.some(({ heard }) => heard.length === 1));
  expect(performance.now() - startedMs).toBeLessThan(140);
  expect(vendors.findIndex(({ heard }) => heard.length === 1)).toBeLessThan(before);
});

test('on a deploy a stream is closed without an ending, so that another task goes on', async () => {
  const { stream, media, talk, vendors } = await voice();
  const caller = await stream();
  caller.start();
  await until(() => vendors[0]?.of('session.update').length === 2);
  await media.handOver();
  expect(await caller.closed).toBe(1000);
  expect([talk.closed, talk.endings]).toEqual([[{ over: false }], []]);
});

test('a call beyond the limit is told so and goes on elsewhere', async () => {
  const { stream, talk, orders, vendors } = await voice({ maxCalls: 0 });
  const caller = await stream();
  caller.start();
  await until(() => orders.length === 1);
  expect(orders).toEqual([`redirect ${aCallSid} https://api.example/api/twilio/after-stream`]);
  expect(talk.endings).toEqual([{ kind: 'callback' }]);
  expect(caller.messages.some(({ event }) => event === 'media')).toBe(true);
  expect(vendors).toEqual([]);
});

test('the sentences that are shipped are the ones that are written', () => {
  const prepared = readPreparedAudio(audioFolder);
  for (const language of ['fr', 'en'] as const) {
    expect(Object.keys(speechWords[language].prepared).sort()).toEqual([...preparedNames].sort());
    for (const name of preparedNames) {
      const audio = Buffer.concat(prepared[language][name].map((piece) => Buffer.from(piece.toString(), 'base64')));
      const spokenMs = audio.length / 8;
      const { length } = speechWords[language].prepared[name];
      // As long as somebody takes to say that many letters, and loud enough to be heard.
      expect(spokenMs).toBeGreaterThan(length * 35);
      expect(spokenMs).toBeLessThan(length * 130);
      expect(audio.filter((byte) => (byte & 0x7f) < 0x40).length).toBeGreaterThan(audio.length / 10);
    }
  }
});
