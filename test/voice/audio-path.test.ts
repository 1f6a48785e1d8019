import fc from 'fast-check';
import { AudioFinder } from '#adapters/openai/realtime-audio.ts';
import { MediaFinder } from '#adapters/twilio/media-frame.ts';
import { MediaStream } from '#adapters/twilio/media-stream.ts';
import { textWire } from '../fakes/text-sockets.ts';
import { turnedTime } from '../fakes/turned-time.ts';

const streamSid = 'MZ7d3f2e90b04c65d8cae6f30219c8bd53';
const callSid = 'CA0123456789abcdef0123456789abcdef';
const payload = Buffer.alloc(160, 7).toString('base64');
const media = (timestamp: number, audio = payload, sid = streamSid) =>
  JSON.stringify({
    event: 'media',
    sequenceNumber: String(timestamp / 20 + 2),
    media: { track: 'inbound', chunk: String(timestamp / 20), timestamp: String(timestamp), payload: audio },
    streamSid: sid,
  });
const start = (parameters: object = { token: 'secret' }) =>
  JSON.stringify({
    event: 'start',
    sequenceNumber: '1',
    start: {
      accountSid: 'AC00000000000000000000000000000001',
      streamSid,
      callSid,
      tracks: ['inbound'],
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      customParameters: parameters,
    },
    streamSid,
  });

describe('the caller’s frames', () => {
  test('are found without being read', () => {
    const finder = new MediaFinder(streamSid);
    expect(finder.find(Buffer.from(media(60)))?.toString()).toBe(payload);
    expect([finder.timestampMs, finder.audioBytes]).toEqual([60, 160]);
  });

  test.each([
    ['of another stream', media(20, payload, 'MZ00000000000000000000000000000000')],
    ['with a field more', media(20).replace('"track"', '"extra":1,"track"')],
    ['of the other track', media(20).replace('inbound', 'outbound')],
    ['that end the string early', media(20, `${payload}","x":"`).replaceAll('\\"', '"')],
    ['with an escape', media(20, `${payload}\\u0041`).replaceAll('\\\\', '\\')],
    ['without audio', media(20, '')],
    ['cut short', media(20).slice(0, -1)],
    ['of another event', start()],
  ])('%s are left to be read', (_, message) => {
    expect(new MediaFinder(streamSid).find(Buffer.from(message))).toBeUndefined();
  });

  test('what is found is what reading would have found, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 100 }),
        fc.uint8Array({ minLength: 1, maxLength: 400 }),
        fc.nat(),
        fc.integer({ min: 0x20, max: 0x7e }),
        (frames, bytes, at, byte) => {
          const message = Buffer.from(media(frames * 20, Buffer.from(bytes).toString('base64')));
          message[at % message.length] = byte;
          const found = new MediaFinder(streamSid).find(message);
          if (!found) return;
          const read = JSON.parse(message.toString('latin1')) as { media: { payload: string }; streamSid: string };
          expect(found.toString('latin1')).toBe(read.media.payload);
          expect(read.streamSid).toBe(streamSid);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('the model’s audio', () => {
  const ids = { response_id: 'resp_1', item_id: 'item_1', output_index: 0, content_index: 0 };
  const item = { itemId: 'item_1', responseId: 'resp_1', purpose: undefined };
  const delta = (event: string, audio = payload, changes: object = {}) =>
    Buffer.from(
      JSON.stringify({ type: 'response.output_audio.delta', event_id: event, ...ids, ...changes, delta: audio }),
    );

  test('is found once a delta of the same item was read, also when ids grow', () => {
    const finder = new AudioFinder();
    expect(finder.find(delta('event_1'))).toBeUndefined();
    finder.learn(delta('event_1'), item, ids);
    expect(finder.find(delta('event_2'))?.toString()).toBe(payload);
    expect(finder.find(delta('event_200000'))?.toString()).toBe(payload);
    expect(finder.item).toBe(item);
    finder.forget();
    expect(finder.find(delta('event_2'))).toBeUndefined();
  });

  test.each([
    ['of another item', delta('event_2', payload, { item_id: 'item_2' })],
    ['of another response', delta('event_2', payload, { response_id: 'resp_2' })],
    ['with more after it', Buffer.from(delta('event_2').toString().replace(/\}$/, ',"more":"x"}'))],
    [
      'with an escape',
      Buffer.from(
        delta('event_2')
          .toString()
          .replace(payload, `${payload.slice(0, 8)}\\/`),
      ),
    ],
    [
      'that is a transcript',
      Buffer.from(delta('event_2').toString().replace('output_audio', 'output_audio_transcript')),
    ],
    ['within another event’s text', Buffer.from(`{"type":"x","text":${JSON.stringify(delta('event_2').toString())}}`)],
  ])('%s is left to be read', (_, message) => {
    const finder = new AudioFinder();
    finder.learn(delta('event_1'), item, ids);
    expect(finder.find(message)).toBeUndefined();
  });
});

/** A stream on a wire in memory, and what it told. */
function stream() {
  const time = turnedTime();
  const [near, far] = textWire();
  const told: string[] = [];
  const heard: Buffer[] = [];
  const sent: string[] = [];
  far.onMessage = (message) => void sent.push(message.toString());
  far.onClose = (code) => void told.push(`closed ${code}`);
  const line = new MediaStream(near, {
    onStart: ({ token }) => void told.push(`start ${token}`),
    onAudio: (audio) => void heard.push(Buffer.from(audio.toString(), 'base64')),
    onMark: (name) => void told.push(`mark ${name}`),
    onKey: (key) => void told.push(`key ${key}`),
    onEnd: (how) => void told.push(`end ${how}`),
  });
  return { line, told, heard, sent, far, settle: () => time.pass(0), send: (message: string) => far.send(message) };
}

describe('a media stream', () => {
  test('plays, marks and clears in its own name', async () => {
    const { line, sent, send, settle } = stream();
    send(start());
    await settle();
    line.play(Buffer.from(payload));
    line.mark('item_1:20');
    line.clear();
    await settle();
    expect(sent.map((message) => JSON.parse(message) as object)).toEqual([
      { event: 'media', streamSid, media: { payload } },
      { event: 'mark', streamSid, mark: { name: 'item_1:20' } },
      { event: 'clear', streamSid },
    ]);
  });

  test('audio that was lost on the way is silence, up to a cap', async () => {
    const { heard, send, settle } = stream();
    send(start());
    for (const at of [20, 40, 100, 60_000]) send(media(at));
    await settle();
    expect(heard.map((frame) => frame[0])).toEqual([7, 7, 0xff, 0xff, 7, 7]);
    expect(heard.every((frame) => frame.length === 160)).toBe(true);
  });

  test('frames in another order of keys are read, and are the same', async () => {
    const { heard, send, settle } = stream();
    send(start());
    send(JSON.stringify({ streamSid, media: { payload, timestamp: '20', track: 'inbound' }, event: 'media' }));
    await settle();
    expect(heard).toEqual([Buffer.alloc(160, 7)]);
  });

  test('starts once, and nothing else it is sent does any harm', async () => {
    const { told, heard, send, settle } = stream();
    send('{"event":"connected","protocol":"Call","version":"1.0.0"}');
    send(media(20));
    send(start());
    send(start({ token: 'another' }));
    for (const message of [
      '',
      '{',
      'null',
      '[]',
      '"media"',
      '{"event":"media"}',
      media(20, '!!'),
      media(20, payload, 'MZ'),
    ])
      send(message);
    send(JSON.stringify({ event: 'mark', streamSid: 'MZ0', mark: { name: 'x' } }));
    send(JSON.stringify({ event: 'dtmf', streamSid, dtmf: { track: 'inbound_track', digit: '5' } }));
    send(JSON.stringify({ event: 'stop', streamSid, stop: { callSid } }));
    send(media(40));
    await settle();
    expect(told).toEqual(['start secret', 'key 5', 'end hung-up', 'closed 1000']);
    expect(heard).toEqual([]);
  });

  test('without a stop it is broken', async () => {
    const { told, far, settle } = stream();
    far.terminate();
    await settle();
    expect(told).toEqual(['end broken', 'closed 1006']);
  });

  test('any bytes at all', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.string(), fc.json(), fc.constant(start()), fc.constant(media(20)))),
        async (all) => {
          const { send, settle, told } = stream();
          all.forEach(send);
          await settle();
          expect(told.filter((one) => one.startsWith('start')).length).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 200 },
    );
  });
});
