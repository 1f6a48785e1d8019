import fc from 'fast-check';
import type { Writable } from 'node:stream';
import * as ws from 'ws';
import { FrameError, FrameReader } from '#adapters/websocket/frame-reader.ts';

/** What a reader of frames made of a stream. */
interface Reading {
  messages: string[];
  pings: string[];
  pongs: number;
  closed?: number;
  failed?: number;
}

const maxMessageBytes = 400;

function readByOurs(chunks: Buffer[], masked: boolean): Reading {
  const reading: Reading = { messages: [], pings: [], pongs: 0 };
  const reader = new FrameReader(
    { masked, maxMessageBytes },
    {
      onText: (message) => reading.messages.push(message.toString('latin1')),
      onPing: (payload) => reading.pings.push(payload.toString('latin1')),
      onPong: () => reading.pongs++,
      onClose: (code) => (reading.closed = code),
    },
  );
  try {
    // It unmasks in place; the other reader gets its own bytes.
    for (const chunk of chunks) reader.push(Buffer.from(chunk));
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    reading.failed = error.code;
  }
  return reading;
}

/** What the reader inside `ws` is made with; its types leave it out. */
const { Receiver } = ws as unknown as { Receiver: new (options: object) => Writable };

async function readByWs(chunks: Buffer[], masked: boolean): Promise<Reading> {
  const reading: Reading = { messages: [], pings: [], pongs: 0 };
  const receiver = new Receiver({ isServer: masked, maxPayload: maxMessageBytes, skipUTF8Validation: true });
  receiver.on('message', (message: Buffer) => reading.messages.push(message.toString('latin1')));
  receiver.on('ping', (payload: Buffer) => reading.pings.push(payload.toString('latin1')));
  receiver.on('pong', () => reading.pongs++);
  receiver.on('conclude', (code: number) => (reading.closed = code));
  receiver.on(
    'error',
    ({ code }: NodeJS.ErrnoException) => (reading.failed = code?.includes('UNSUPPORTED') ? 1009 : 1002),
  );
  for (const chunk of chunks) {
    if (reading.failed !== undefined || reading.closed !== undefined) break;
    await new Promise<void>((resolve) => receiver.write(Buffer.from(chunk), () => resolve()));
  }
  return reading;
}

interface Frame {
  isFinal: boolean;
  reserved?: number;
  opcode: number;
  payload: Buffer;
  mask?: Buffer;
  /** How the length is written, whatever it needs. */
  lengthBytes?: 0 | 2 | 8;
}

function encode({ isFinal, reserved = 0, opcode, payload, mask, lengthBytes }: Frame): Buffer {
  const size = payload.length;
  const form = lengthBytes ?? (size < 126 ? 0 : size < 65_536 ? 2 : 8);
  const header = Buffer.alloc(2 + form);
  header[0] = (isFinal ? 0x80 : 0) | (reserved << 4) | opcode;
  header[1] = (mask ? 0x80 : 0) | (form === 0 ? size : form === 2 ? 126 : 127);
  if (form === 2) header.writeUInt16BE(size, 2);
  if (form === 8) header.writeBigUInt64BE(BigInt(size), 2);
  if (!mask) return Buffer.concat([header, payload]);
  return Buffer.concat([header, mask, payload.map((byte, at) => byte ^ (mask[at % 4] as number))]);
}

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const mask = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((array) => Buffer.from(array));
const closeFrame = fc
  .oneof(fc.constant(undefined), fc.constantFrom(1000, 1001, 1008, 1011, 3000, 4999))
  .map((code): Omit<Frame, 'mask'> => {
    const payload = Buffer.from(code === undefined ? '' : '\0\0gone');
    if (code !== undefined) payload.writeUInt16BE(code);
    return { isFinal: true, opcode: 8, payload };
  });
const control = fc.record({ isFinal: fc.constant(true), opcode: fc.constantFrom(9, 10), payload: bytes(125) });

/** A message in one frame or in several, with control frames between them. */
const message = fc
  .tuple(fc.array(bytes(150), { minLength: 1, maxLength: 4 }), fc.array(control, { maxLength: 2 }))
  .map(([parts, between]) =>
    parts.flatMap((payload, index): Omit<Frame, 'mask'>[] => [
      { isFinal: index === parts.length - 1, opcode: index === 0 ? 1 : 0, payload },
      ...(index < parts.length - 1 ? between : []),
    ]),
  );
const validFrames = fc
  .tuple(
    fc.array(
      fc.oneof(
        message,
        control.map((frame) => [frame]),
      ),
      { maxLength: 6 },
    ),
    fc.option(closeFrame),
  )
  .map(([frames, close]): Omit<Frame, 'mask'>[] => [...frames.flat(), ...(close ? [close] : [])]);

/** Frames as nobody should make them, yet often near enough to right. */
const wildFrames = fc.array(
  fc.record({
    isFinal: fc.boolean(),
    reserved: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(7) }),
    opcode: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(0, 1, 1, 8, 9, 10) },
      { weight: 1, arbitrary: fc.nat(15) },
    ),
    payload: fc.oneof(bytes(10), bytes(500)),
  }),
  { minLength: 1, maxLength: 6 },
);

/** The stream of those frames, masked or not, cut anywhere. */
const streamOf = (frames: fc.Arbitrary<(Omit<Frame, 'mask'> & Partial<Frame>)[]>) =>
  fc
    .tuple(
      frames,
      fc.boolean(),
      fc.array(mask, { minLength: 8, maxLength: 8 }),
      fc.array(fc.nat(3_000), { maxLength: 12 }),
    )
    .map(([list, masked, masks, cuts]) => {
      const stream = Buffer.concat(
        list.map((frame, at) => encode({ ...frame, ...(masked && { mask: masks[at % 8] as Buffer }) })),
      );
      const places = [0, ...new Set(cuts.filter((cut) => cut < stream.length)), stream.length].sort((a, b) => a - b);
      return { masked, chunks: places.slice(1).map((end, at) => stream.subarray(places[at], end)) };
    });

test('what a peer says is understood alike wherever its frames and their pieces end', async () => {
  await fc.assert(
    fc.asyncProperty(streamOf(validFrames), async ({ chunks, masked }) => {
      expect(readByOurs(chunks, masked)).toEqual(await readByWs(chunks, masked));
    }),
    { numRuns: 300 },
  );
});

test('what must not be is refused with the same code by ws and by us, and what came before it is understood', async () => {
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(streamOf(wildFrames), async ({ chunks, masked }) => {
      const ours = readByOurs(chunks, masked);
      // `ws` passes binary messages on; we do not.
      fc.pre(ours.failed !== 1003);
      if (ours.failed) refused++;
      expect(ours).toEqual(await readByWs(chunks, masked));
    }),
    { numRuns: 600 },
  );
  expect(refused).toBeGreaterThan(200);
});

test('any bytes at all end in messages or in a refusal, never in an exception of another kind', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(bytes(60), { maxLength: 8 }), fc.boolean(), async (chunks, masked) => {
      const ours = readByOurs(chunks, masked);
      fc.pre(ours.failed !== 1003);
      expect(ours).toEqual(await readByWs(chunks, masked));
    }),
    { numRuns: 300 },
  );
});

test('a length may be written longer than it needs, and one beyond all limits is refused before its bytes come', () => {
  const hello = { isFinal: true, opcode: 1, payload: Buffer.from('hello') };
  for (const lengthBytes of [0, 2, 8] as const) {
    expect(readByOurs([encode({ ...hello, lengthBytes })], false).messages).toEqual(['hello']);
  }
  const huge = Buffer.from([0x81, 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
  expect(readByOurs([huge], false).failed).toBe(1009);
  const many = encode({ isFinal: false, opcode: 1, payload: Buffer.alloc(300) });
  const more = encode({ isFinal: false, opcode: 0, payload: Buffer.alloc(101) });
  expect(readByOurs([many, more], false)).toMatchObject({ messages: [], failed: 1009 });
});

test('binary messages are refused by their own code', () => {
  expect(readByOurs([encode({ isFinal: true, opcode: 2, payload: Buffer.from('x') })], false).failed).toBe(1003);
});
