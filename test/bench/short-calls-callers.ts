import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import webhooks from 'twilio/lib/webhooks/webhooks.js';
import { WebSocket } from 'ws';
import { retellConversationId, twilioConversationId, type ClinicId } from '#domain/ids.ts';
import { mintBinding } from '#domain/routing/clinic-binding.ts';
import { accountSid, audioFrame, authToken, callSidOf, mediaUrl, tokenOf } from './voice-signal.ts';

/** The service under test, as its first message tells of it. */
export interface Target {
  port: number;
  /** Of the clinic's LLM socket, with its key. */
  path: string;
  clinicId: ClinicId;
  number: string;
  bindingKey: string;
}

/** What came of one short call. */
export interface CallEnd {
  conversationId: string;
  /** Sockets that were opened, and those that were refused. */
  opened: number;
  refused: number;
  /** Somebody who had proven nothing heard a word. */
  leaked: boolean;
  /** How many conversation items it must leave. */
  items: 'none' | 'one' | 'one or none';
  /** What else was not as it should be. */
  problem?: string;
}

type Play = (call: number, target: Target) => Promise<CallEnd>;

/** Tokens of calls beyond these are nobody's: given out, never used. */
export const bystanders = 1_000_000;

const closesWithinMs = 40_000;
const wordsWithinMs = 15_000;
const binaryFrame = Buffer.from([0, 1, 2, 3, 255]);

/** A peer of one socket, which counts the words it hears. */
async function openSocket(url: string, isWord: (text: string) => boolean, headers: Record<string, string> = {}) {
  const ws = new WebSocket(url, { headers, perMessageDeflate: false });
  let words = 0;
  let firstWord: () => void = () => undefined;
  const spoken = new Promise<void>((resolve) => (firstWord = resolve));
  ws.on('message', (data: Buffer) => {
    if (!isWord(data.toString())) return;
    words += 1;
    firstWord();
  });
  const closed = new Promise<number>((resolve) => ws.on('close', resolve));
  ws.on('error', () => undefined);
  const isOpen = await Promise.race([once(ws, 'open').then(() => true), closed.then(() => false)]);
  const code = async (): Promise<number> => {
    const late = sleep(closesWithinMs, -1, { ref: false });
    return Promise.race([closed, late]);
  };
  return {
    ws,
    isOpen,
    words: () => words,
    /** Whether a word came in time. */
    hears: () =>
      Promise.race([spoken.then(() => true), closed.then(() => false), sleep(wordsWithinMs, false, { ref: false })]),
    /** By the other side; -1 when it never did. */
    code,
    send: (message: object) => ws.send(JSON.stringify(message)),
    async close() {
      ws.close(1000);
      await code();
    },
    async cut() {
      ws.terminate();
      await code();
    },
  };
}
type Peer = Awaited<ReturnType<typeof openSocket>>;

const nonsense = [
  '',
  'hello',
  '[]',
  'null',
  '{"event":7}',
  '{"event":"media"}',
  '{"event":"media","media":{"payload":42}}',
  '{"event":"mark"}',
  '{"event":"__proto__","start":{"__proto__":1}}',
  '{"interaction_type":"response_required","response_id":-1,"transcript":[]}',
  '{"interaction_type":"call_details"}',
  `${'['.repeat(5_000)}`,
];

// Twilio

const signature = webhooks.getExpectedTwilioSignature(authToken, mediaUrl, {});

const openStream = ({ port }: Target, signed = signature): Promise<Peer> =>
  openSocket(`ws://127.0.0.1:${port}/twilio/media`, (text) => text.includes('"event":"media"'), {
    'x-twilio-signature': signed,
  });

function start(peer: Peer, call: number, token = tokenOf(call)): void {
  const streamSid = `MZ${String(call).padStart(32, '0')}`;
  peer.send({ event: 'connected', protocol: 'Call', version: '1.0.0' });
  peer.send({
    event: 'start',
    sequenceNumber: '1',
    start: {
      accountSid,
      streamSid,
      callSid: callSidOf(call),
      tracks: ['inbound'],
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      customParameters: { token },
    },
    streamSid,
  });
}

function speak(peer: Peer, call: number, frames: number): void {
  const streamSid = `MZ${String(call).padStart(32, '0')}`;
  for (let frame = 1; frame <= frames; frame++) {
    const media = {
      track: 'inbound',
      chunk: String(frame),
      timestamp: String(frame * 20),
      payload: audioFrame(call % 100_000, frame),
    };
    peer.send({ event: 'media', sequenceNumber: String(frame + 1), media, streamSid });
  }
}

async function hangUp(peer: Peer, call: number): Promise<void> {
  const streamSid = `MZ${String(call).padStart(32, '0')}`;
  peer.send({ event: 'stop', sequenceNumber: '999', streamSid, stop: { accountSid, callSid: callSidOf(call) } });
  await peer.close();
}

const twilioEnd = (call: number, end: Partial<CallEnd>): CallEnd => ({
  conversationId: twilioConversationId(callSidOf(call)),
  opened: 1,
  refused: 0,
  leaked: false,
  items: 'one',
  ...end,
});
const problemIf = (isProblem: boolean, problem: string): Pick<CallEnd, 'problem'> => (isProblem ? { problem } : {});

/** A stream that proves nothing: it must be closed without a word. */
async function unprovenStream(call: number, target: Target, attempt: (peer: Peer) => void): Promise<CallEnd> {
  const peer = await openStream(target);
  attempt(peer);
  const code = await peer.code();
  return twilioEnd(call, {
    opened: 0,
    refused: 1,
    items: 'none',
    leaked: peer.words() > 0,
    ...problemIf(code !== 1008, `closed with ${code}`),
  });
}

const twilio: Record<string, [share: number, play: Play]> = {
  'hangs up at once': [
    45,
    async (call, target) => {
      const peer = await openStream(target);
      start(peer, call);
      await hangUp(peer, call);
      return twilioEnd(call, {});
    },
  ],
  'line is cut at once': [
    8,
    async (call, target) => {
      const peer = await openStream(target);
      start(peer, call);
      speak(peer, call, 2);
      await sleep(call % 30);
      await peer.cut();
      return twilioEnd(call, { items: 'one or none' });
    },
  ],
  'hears the greeting': [
    16,
    async (call, target) => {
      const peer = await openStream(target);
      start(peer, call);
      speak(peer, call, 5);
      const heard = await peer.hears();
      await hangUp(peer, call);
      return twilioEnd(call, problemIf(!heard, 'heard nothing'));
    },
  ],
  'sends nonsense': [
    4,
    async (call, target) => {
      const peer = await openStream(target);
      start(peer, call);
      for (const text of nonsense) peer.ws.send(text);
      const heard = await peer.hears();
      await hangUp(peer, call);
      return twilioEnd(call, problemIf(!heard, 'heard nothing'));
    },
  ],
  'binary frame': [
    2,
    async (call, target) => {
      const peer = await openStream(target);
      start(peer, call);
      await peer.hears();
      peer.ws.send(binaryFrame);
      const code = await peer.code();
      return twilioEnd(call, problemIf(code !== 1003, `closed with ${code}`));
    },
  ],
  'message too long': [
    4,
    async (call, target) => {
      const peer = await openStream(target);
      start(peer, call);
      await peer.hears();
      peer.ws.send(`{"event":"media","x":"${'x'.repeat(70_000)}"}`);
      const code = await peer.code();
      return twilioEnd(call, problemIf(code !== 1009, `closed with ${code}`));
    },
  ],
  'starts twice': [
    4,
    async (call, target) => {
      const [first, second] = await Promise.all([openStream(target), openStream(target)]);
      for (const peer of [first, second, first, second]) start(peer, call);
      await Promise.race([first.hears(), second.hears()]);
      const both = first.words() > 0 && second.words() > 0;
      await Promise.all([hangUp(first, call), hangUp(second, call)]);
      return twilioEnd(call, { opened: 1, refused: 1, leaked: both });
    },
  ],
  'token used again': [
    4,
    async (call, target) => {
      const peer = await openStream(target);
      start(peer, call);
      await peer.hears();
      const again = await unprovenStream(call, target, (other) => start(other, call));
      await hangUp(peer, call);
      return { ...again, opened: 1, items: 'one' };
    },
  ],
  'wrong token': [4, (call, target) => unprovenStream(call, target, (peer) => start(peer, call, 'x'.repeat(43)))],
  'another call’s token': [
    4,
    (call, target) => unprovenStream(call, target, (peer) => start(peer, call, tokenOf(bystanders + 1))),
  ],
  'nonsense, no start': [
    2,
    (call, target) => unprovenStream(call, target, (peer) => nonsense.forEach((text) => peer.ws.send(text))),
  ],
  'never starts': [2, (call, target) => unprovenStream(call, target, () => undefined)],
  'no signature': [
    2,
    async (call, target) => {
      const peer = await openStream(target, 'c2lnbmF0dXJl');
      return twilioEnd(call, { opened: 0, refused: 1, items: 'none', ...problemIf(peer.isOpen, 'was let in') });
    },
  ],
  'half a frame, then silence': [
    1,
    async (call, target) => {
      const peer = await openStream(target);
      start(peer, call);
      await peer.hears();
      // The header of a masked frame of 100 bytes, and ten of them.
      (peer.ws as unknown as { _socket: Socket })._socket.write(
        Buffer.from([0x81, 0x80 | 100, 1, 2, 3, 4, ...Array<number>(10).fill(7)]),
      );
      const code = await peer.code();
      return twilioEnd(call, problemIf(code === -1, 'was never let go'));
    },
  ],
  'half a handshake': [
    1,
    async (call, { port }) => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write('GET /twilio/media HTTP/1.1\r\nhost: voice.example\r\nupgrade: webso');
      const closed = once(socket.resume(), 'close').then(() => true);
      const isClosed = await Promise.race([closed, sleep(closesWithinMs, false, { ref: false })]);
      socket.destroy();
      return twilioEnd(call, { opened: 0, refused: 1, items: 'none', ...problemIf(!isClosed, 'was never let go') });
    },
  ],
};

// Retell

const callIdOf = (call: number): string => `call_${String(call).padStart(24, '0')}`;

const openLine = ({ port, path }: Target, call: number, at = path): Promise<Peer> =>
  openSocket(`ws://127.0.0.1:${port}${at}/${callIdOf(call)}`, (text) => {
    const { response_type, content } = JSON.parse(text) as { response_type?: string; content?: string };
    return (response_type === 'response' || response_type === 'agent_interrupt') && content !== '';
  });

const tell = (peer: Peer, { clinicId, number, bindingKey }: Target, call: number, boundTo = call): void =>
  peer.send({
    interaction_type: 'call_details',
    call: {
      call_id: callIdOf(call),
      call_type: 'phone_call',
      direction: 'inbound',
      from_number: '+12025550117',
      to_number: number,
      agent_id: 'agent_shared00000001',
      call_status: 'ongoing',
      metadata: {
        clinic_binding: mintBinding(
          bindingKey,
          clinicId,
          { clinicNumber: number, providerId: callIdOf(boundTo) },
          Date.now(),
        ),
      },
    },
  });

const retellEnd = (call: number, end: Partial<CallEnd>): CallEnd => ({
  conversationId: retellConversationId(callIdOf(call)),
  opened: 1,
  refused: 0,
  leaked: false,
  items: 'one',
  ...end,
});

const ask = (peer: Peer, responseId: number, said: string): void =>
  peer.send({
    interaction_type: 'response_required',
    response_id: responseId,
    transcript: [
      { role: 'agent', content: 'Bonjour.', words: [] },
      { role: 'user', content: said, words: [] },
    ],
  });

/** A line that proves nothing: it must be closed without a word. */
async function unprovenLine(call: number, target: Target, attempt: (peer: Peer) => void): Promise<CallEnd> {
  const peer = await openLine(target, call);
  attempt(peer);
  const code = await peer.code();
  return retellEnd(call, {
    opened: 0,
    refused: 1,
    items: 'none',
    leaked: peer.words() > 0,
    ...problemIf(code !== 1008, `closed with ${code}`),
  });
}

async function closedDoor(call: number, target: Target, at: string): Promise<CallEnd> {
  const peer = await openLine(target, call, at);
  return retellEnd(call, { opened: 0, refused: 1, items: 'none', ...problemIf(peer.isOpen, 'was let in') });
}

const retell: Record<string, [share: number, play: Play]> = {
  'hangs up at once': [
    30,
    async (call, target) => {
      const peer = await openLine(target, call);
      await peer.close();
      return retellEnd(call, { items: 'none', leaked: peer.words() > 0 });
    },
  ],
  'hangs up after its details': [
    15,
    async (call, target) => {
      const peer = await openLine(target, call);
      tell(peer, target, call);
      await peer.close();
      return retellEnd(call, { items: 'one or none' });
    },
  ],
  'hears the greeting': [
    18,
    async (call, target) => {
      const peer = await openLine(target, call);
      tell(peer, target, call);
      const heard = await peer.hears();
      await peer.close();
      return retellEnd(call, problemIf(!heard, 'heard nothing'));
    },
  ],
  'asks, interrupts, is cut': [
    10,
    async (call, target) => {
      const peer = await openLine(target, call);
      tell(peer, target, call);
      await peer.hears();
      ask(peer, 1, 'Je voudrais');
      ask(peer, 2, 'Je voudrais un rendez-vous.');
      await sleep(call % 30);
      await peer.cut();
      return retellEnd(call, {});
    },
  ],
  'details twice': [
    3,
    async (call, target) => {
      const peer = await openLine(target, call);
      tell(peer, target, call);
      tell(peer, target, call);
      const heard = await peer.hears();
      await peer.close();
      return retellEnd(call, problemIf(!heard, 'heard nothing'));
    },
  ],
  'two sockets of one call': [
    4,
    async (call, target) => {
      const first = await openLine(target, call);
      tell(first, target, call);
      const heard = await first.hears();
      const second = await openLine(target, call);
      tell(second, target, call);
      const code = await first.code();
      await second.close();
      return retellEnd(call, { opened: 2, ...problemIf(!heard || code !== 1006, `first closed with ${code}`) });
    },
  ],
  'nonsense in the middle': [
    4,
    async (call, target) => {
      const peer = await openLine(target, call);
      tell(peer, target, call);
      await peer.hears();
      for (const text of nonsense) peer.ws.send(text);
      const code = await peer.code();
      return retellEnd(call, problemIf(code !== 1008, `closed with ${code}`));
    },
  ],
  'nonsense at once': [
    4,
    (call, target) => unprovenLine(call, target, (peer) => nonsense.forEach((text) => peer.ws.send(text))),
  ],
  'too long before it is proven': [
    2,
    (call, target) => unprovenLine(call, target, (peer) => peer.ws.send(`{"x":"${'x'.repeat(300_000)}"}`)),
  ],
  'another call’s binding': [
    5,
    (call, target) => unprovenLine(call, target, (peer) => tell(peer, target, call, bystanders + 1)),
  ],
  'tells nothing': [2, (call, target) => unprovenLine(call, target, (peer) => ask(peer, 1, 'Allô ?'))],
  'wrong key': [2, (call, target) => closedDoor(call, target, target.path.replace(/.{6}$/, 'AAAAAA'))],
  'wrong clinic': [
    1,
    (call, target) => closedDoor(call, target, target.path.replace(/\/[a-z0-9-]+\/([^/]+)$/, '/elsewhere/$1')),
  ],
};

const wires = { twilio, retell };
export type WireName = keyof typeof wires;

/** Every kind as often as its share, spread over all calls in the same order each time. */
function chosen(kinds: Record<string, [share: number, play: Play]>, at: number): [kind: string, play: Play] {
  const total = Object.values(kinds).reduce((sum, [share]) => sum + share, 0);
  let left = (at * 0.6180339887498949 * total) % total;
  for (const [kind, [share, play]] of Object.entries(kinds)) {
    if (left < share) return [kind, play];
    left -= share;
  }
  throw new Error('the shares do not add up');
}

export const wireOf = (call: number): WireName => (call % 2 === 0 ? 'twilio' : 'retell');

/** Plays a call. A fault of the peer's own is a problem of the call. */
export async function playShortCall(call: number, target: Target): Promise<CallEnd & { kind: string }> {
  const wire = wireOf(call);
  const [name, play] = chosen(wires[wire], Math.floor(call / 2));
  const kind = `${wire}: ${name}`;
  try {
    return { ...(await play(call, target)), kind };
  } catch (error) {
    const conversationId =
      wire === 'twilio' ? twilioConversationId(callSidOf(call)) : retellConversationId(callIdOf(call));
    const problem = `the peer: ${error instanceof Error ? error.message : String(error)}`;
    return { conversationId, opened: 0, refused: 0, leaked: false, items: 'one or none', problem, kind };
  }
}
