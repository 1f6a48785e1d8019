import { jest } from '@jest/globals';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import * as tls from 'node:tls';
import { WebSocket, WebSocketServer } from 'ws';
import { acceptSocket } from '#adapters/websocket/accept-socket.ts';
import { connectSocket, UpgradeRefused } from '#adapters/websocket/connect-socket.ts';
import { acceptKey } from '#adapters/websocket/handshake.ts';
import { refuseUpgrade } from '#adapters/websocket/refuse-upgrade.ts';
import type { TextSocket } from '#adapters/websocket/text-socket.ts';

const maxMessageBytes = 100_000;
const limits = { maxMessageBytes, handshakeTimeoutMs: 2_000 };

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function listen(
  server: Server | ReturnType<typeof createTcpServer | typeof createSecureServer>,
): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A text short enough to be shown when it is not the expected one. */
const digest = (text: string): string => `${text.length} ${createHash('sha1').update(text).digest('hex')}`;

/** A socket of ours and its peer on `ws`, ours on the server's side. */
async function asServer(options: object = {}) {
  const server = createServer();
  const accepted = Promise.withResolvers<TextSocket>();
  server.on('upgrade', (request, socket, head) => {
    const text = acceptSocket(request, socket, head, { maxMessageBytes });
    if (text) accepted.resolve(text);
  });
  const port = await listen(server);
  const peer = new WebSocket(`ws://127.0.0.1:${port}/`, options);
  await once(peer, 'open');
  return { ours: await accepted.promise, peer };
}

/** The same, ours on the client's side. */
async function asClient(options: object = {}) {
  const server = createServer();
  const sockets = new WebSocketServer({ server, ...options });
  const port = await listen(server);
  const [[peer], ours] = await Promise.all([
    once(sockets, 'connection') as Promise<[WebSocket]>,
    connectSocket(`ws://127.0.0.1:${port}/`, limits),
  ]);
  return { ours, peer };
}

async function start(make: typeof asServer, options?: object) {
  const { ours, peer } = await make(options);
  closing.push(() => {
    ours.terminate();
    peer.terminate();
  });
  peer.on('error', () => undefined);
  const heard: string[] = [];
  const got: string[] = [];
  const ends: [number, string][] = [];
  const ended = Promise.withResolvers<void>();
  ours.onClose = (code, reason) => {
    ends.push([code, reason]);
    ended.resolve();
  };
  ours.onMessage = (message) => heard.push(message.toString());
  peer.on('message', (message: Buffer, isBinary) => got.push(isBinary ? 'binary' : message.toString()));
  const closedByUs = once(peer, 'close').then(([code, reason]) => [code, String(reason)] as const);
  return { ours, peer, heard, got, ends, ended: ended.promise, closedByUs };
}

/** All that was sent before has arrived, both ways. */
async function settle({ peer, ours }: { peer: WebSocket; ours: TextSocket }) {
  const pong = once(peer, 'pong');
  const ping = once(peer, 'ping');
  peer.ping();
  ours.ping();
  await Promise.all([pong, ping]);
}

const sides = [
  { side: 'server', make: asServer },
  { side: 'client', make: asClient },
];

describe.each(sides)('a text socket on the $side’s side, ws on the other', ({ make }) => {
  test('messages of every length arrive whole and in order, both ways', async () => {
    const line = await start(make);
    const texts = [0, 1, 125, 126, 127, 4_000, 65_535, 65_536, maxMessageBytes].map((size) => 'x'.repeat(size));
    texts.push('é€😀'.repeat(100));
    for (const text of texts) {
      line.peer.send(text);
      line.ours.send(text);
      const bytes = Buffer.from(text);
      const [third, half] = [Math.floor(bytes.length / 3), Math.floor(bytes.length / 2)];
      line.ours.sendParts(bytes.subarray(0, third), bytes.subarray(third, half), bytes.subarray(half));
    }
    await settle(line);
    expect(line.heard.map(digest)).toEqual(texts.map(digest));
    expect(line.got.map(digest)).toEqual(texts.flatMap((text) => [digest(text), digest(text)]));
  });

  test('a message in fragments is one message, and a ping between them is answered', async () => {
    const line = await start(make);
    const pong = once(line.peer, 'pong');
    line.peer.send('one ', { fin: false });
    line.peer.ping('between');
    line.peer.send('', { fin: false });
    line.peer.send('message', { fin: true });
    expect(String((await pong)[0])).toBe('between');
    await settle(line);
    expect(line.heard).toEqual(['one message']);
  });

  test('what a peer says before anybody listens is kept', async () => {
    const { ours, peer } = await make();
    closing.push(() => ours.terminate());
    peer.send('first');
    peer.send('second');
    await new Promise((resolve) => setTimeout(resolve, 20));
    const heard: string[] = [];
    ours.onMessage = (message) => heard.push(message.toString());
    await settle({ peer, ours });
    expect(heard).toEqual(['first', 'second']);
  });

  test('a socket is closed by either side with a code and words, and both hear of it once', async () => {
    const ours = await start(make);
    ours.ours.close(4_001, 'the call is over');
    ours.ours.close(4_002);
    ours.ours.send('too late');
    expect(await ours.closedByUs).toEqual([4_001, 'the call is over']);
    await ours.ended;
    expect(ours.ends).toEqual([[4_001, 'the call is over']]);
    expect(ours.got).toEqual([]);

    const theirs = await start(make);
    theirs.peer.close(3_000, 'bye');
    await theirs.ended;
    expect(theirs.ends).toEqual([[3_000, 'bye']]);
    expect(await theirs.closedByUs).toEqual([3_000, 'bye']);

    const wordless = await start(make);
    wordless.peer.close();
    await wordless.ended;
    expect(wordless.ends).toEqual([[1005, '']]);
  });

  test('what was sent before the close arrives before it, and a reason is cut to what fits', async () => {
    const line = await start(make);
    line.ours.send('last words');
    line.ours.close(1000, 'é'.repeat(200));
    expect(await line.closedByUs).toEqual([1000, 'é'.repeat(61)]);
    expect(line.got).toEqual(['last words']);
  });

  test('a peer that vanishes ends it with 1006, and nothing done afterwards does harm', async () => {
    const line = await start(make);
    line.peer.terminate();
    await line.ended;
    line.ours.send('x');
    line.ours.sendParts(Buffer.from('x'), Buffer.from('y'), Buffer.from('z'));
    line.ours.ping();
    line.ours.close(1000);
    line.ours.terminate();
    line.ours.terminate();
    expect(line.ends).toEqual([[1006, '']]);
    const later = Promise.withResolvers<number>();
    line.ours.onClose = (code) => later.resolve(code);
    expect(await later.promise).toBe(1006);
  });

  test('ended without a word, it is ended for both', async () => {
    const line = await start(make);
    line.ours.terminate();
    line.ours.terminate();
    expect((await line.closedByUs)[0]).toBe(1006);
    await line.ended;
    expect(line.ends).toEqual([[1006, '']]);
  });

  test('a handler that ends the socket hears no more of what had arrived with the same bytes', async () => {
    const line = await start(make);
    line.ours.onMessage = (message) => {
      line.heard.push(message.toString());
      line.ours.terminate();
    };
    // One write for both.
    const stream = (line.peer as unknown as { _socket: Socket })._socket;
    stream.cork();
    line.peer.send('one');
    line.peer.send('two');
    stream.uncork();
    await line.ended;
    expect(line.heard).toEqual(['one']);
  });

  test('too long a message is answered with 1009, whole or in fragments', async () => {
    for (const isWhole of [true, false]) {
      const line = await start(make);
      if (isWhole) line.peer.send('x'.repeat(maxMessageBytes + 1));
      else {
        line.peer.send('x'.repeat(maxMessageBytes), { fin: false });
        line.peer.send('x', { fin: true });
      }
      expect((await line.closedByUs)[0]).toBe(1009);
      await line.ended;
      expect(line.heard).toEqual([]);
      expect(line.ends).toHaveLength(1);
    }
  });

  test('a binary message is answered with 1003', async () => {
    const line = await start(make);
    line.peer.send(Buffer.from([1, 2, 3]));
    expect((await line.closedByUs)[0]).toBe(1003);
    await line.ended;
    expect(line.heard).toEqual([]);
  });

  test('what a peer does not read is counted, and no longer once it did', async () => {
    const line = await start(make);
    line.peer.pause();
    expect(line.ours.bufferedBytes).toBe(0);
    const text = 'x'.repeat(90_000);
    let sent = 0;
    while (line.ours.bufferedBytes < 1_000_000 && sent < 1_000) {
      line.ours.send(text);
      sent++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(line.ours.bufferedBytes).toBeGreaterThanOrEqual(1_000_000);
    line.peer.resume();
    await settle(line);
    expect(line.ours.bufferedBytes).toBe(0);
    expect(line.got.map(digest)).toEqual(Array.from({ length: sent }, () => digest(text)));
  });

  test('a peer that gave no sign of life since the last ping is cut at the next', async () => {
    const line = await start(make, { autoPong: false });
    const pinged = once(line.peer, 'ping');
    line.ours.ping();
    await pinged;
    line.peer.send('alive');
    while (line.heard.length === 0) await new Promise((resolve) => setImmediate(resolve));
    line.ours.ping();
    expect(line.ends).toEqual([]);
    line.ours.ping();
    await line.ended;
    expect(line.ends).toEqual([[1006, '']]);
  });

  test('a peer that never answers a close frame is cut', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance', 'Date'] });
    try {
      const line = await start(make);
      line.peer.pause();
      line.ours.close(1000);
      await new Promise((resolve) => setImmediate(resolve));
      expect(line.ends).toEqual([]);
      jest.advanceTimersByTime(2_000);
      await line.ended;
      expect(line.ends).toEqual([[1006, '']]);
    } finally {
      jest.useRealTimers();
    }
  });
});

/** A connection that has made the handshake and is then in our hand, byte by byte. */
async function rawClient() {
  const server = createServer();
  const ends: number[] = [];
  server.on('upgrade', (request, socket, head) => {
    const text = acceptSocket(request, socket, head, { maxMessageBytes });
    if (!text) return;
    text.onMessage = () => undefined;
    text.onClose = (code) => ends.push(code);
  });
  const socket = connect(await listen(server), '127.0.0.1');
  socket.write(
    'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  );
  await once(socket, 'data');
  return { socket, ends };
}

async function rawServer(answer: (key: string) => string) {
  const server = createTcpServer((socket) => {
    closing.push(() => socket.destroy());
    socket.on('error', () => undefined);
    socket.once('data', (request) => {
      const key = /sec-websocket-key: (.*)\r\n/i.exec(request.toString())?.[1] ?? '';
      socket.write(answer(key));
    });
  });
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const port = await listen(server);
  return { connection: () => connectSocket(`ws://127.0.0.1:${port}/`, limits), accepted };
}

const switching = (key: string, more = '') =>
  `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${acceptKey(key)}\r\n${more}\r\n`;

async function closeCode(socket: Socket): Promise<number> {
  const bytes = Buffer.concat((await socket.toArray()) as Buffer[]);
  return bytes.length < 4 ? 0 : bytes.readUInt16BE(2);
}

describe('a peer that breaks the protocol', () => {
  test.each([
    ['speaks without a mask', [0x81, 0x01, 0x78]],
    ['sets a reserved bit', [0xc1, 0x80, 0, 0, 0, 0]],
    ['uses an opcode nobody knows', [0x83, 0x80, 0, 0, 0, 0]],
    ['goes on with nothing', [0x80, 0x80, 0, 0, 0, 0]],
    ['begins a message within a message', [0x01, 0x80, 0, 0, 0, 0, 0x81, 0x80, 0, 0, 0, 0]],
    ['cuts a ping in two', [0x09, 0x80, 0, 0, 0, 0]],
    ['sends a ping too long', [0x89, 0xfe, 0, 126]],
    ['closes with a code nobody may use', [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xed]],
    ['closes with half a code', [0x88, 0x81, 0, 0, 0, 0, 0x03]],
  ])('is told 1002 when it %s', async (_what, bytes) => {
    const { socket, ends } = await rawClient();
    socket.write(Buffer.from(bytes));
    expect(await closeCode(socket)).toBe(1002);
    socket.destroy();
    while (ends.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(ends).toEqual([1006]);
  });

  test('is told 1002 when it is a server that masks', async () => {
    const { connection, accepted } = await rawServer((key) => switching(key));
    const [ours, [socket]] = await Promise.all([connection(), accepted]);
    ours.onMessage = () => undefined;
    const ended = new Promise<number>((resolve) => (ours.onClose = resolve));
    socket.end(Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x78]));
    expect(await ended).toBe(1006);
  });

  test('ends in the middle of a frame', async () => {
    const { socket, ends } = await rawClient();
    socket.end(Buffer.from([0x81, 0x85, 0, 0]));
    await once(socket, 'close');
    while (ends.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(ends).toEqual([1006]);
  });
});

describe('a handshake', () => {
  test('that is refused says with which status', async () => {
    const server = createServer();
    server.on('upgrade', (_request, socket) => refuseUpgrade(socket, 403));
    const refused = connectSocket(`ws://127.0.0.1:${await listen(server)}/`, limits);
    await expect(refused).rejects.toMatchObject({ constructor: UpgradeRefused, status: 403 });
  });

  test('carries our headers and the path', async () => {
    const server = createServer();
    const seen = Promise.withResolvers<unknown[]>();
    server.on('upgrade', ({ url, headers }, socket) => {
      seen.resolve([url, headers['authorization'], headers['sec-websocket-extensions']]);
      refuseUpgrade(socket, 401);
    });
    const url = `ws://127.0.0.1:${await listen(server)}/v1/realtime?model=a`;
    await expect(connectSocket(url, { ...limits, headers: { authorization: 'Bearer k' } })).rejects.toThrow(
      UpgradeRefused,
    );
    expect(await seen.promise).toEqual(['/v1/realtime?model=a', 'Bearer k', undefined]);
  });

  test('that gets no answer is given up in time, or at once when nobody wants it any more', async () => {
    const silent = createTcpServer((socket) => closing.push(() => socket.destroy()));
    const url = `ws://127.0.0.1:${await listen(silent)}/`;
    await expect(connectSocket(url, { ...limits, handshakeTimeoutMs: 20 })).rejects.toThrow();
    const abort = new AbortController();
    const connecting = connectSocket(url, { ...limits, signal: abort.signal });
    setImmediate(() => abort.abort());
    await expect(connecting).rejects.toThrow();
    await expect(connectSocket(url, { ...limits, signal: abort.signal })).rejects.toThrow();
  });

  test('with a server that is not there, or answers wrongly, fails', async () => {
    await expect(connectSocket('ws://127.0.0.1:1/', limits)).rejects.toThrow('ECONNREFUSED');
    const wrongKey = await rawServer(() => switching('another'));
    await expect(wrongKey.connection()).rejects.toThrow();
    const extended = await rawServer((key) => switching(key, 'Sec-WebSocket-Extensions: permessage-deflate\r\n'));
    await expect(extended.connection()).rejects.toThrow();
    const noHttp = await rawServer(() => 'hello\r\n\r\n');
    await expect(noHttp.connection()).rejects.toThrow();
  });

  test('is refused where it is none', async () => {
    const server = createServer();
    server.on('upgrade', (request, socket, head) => {
      expect(acceptSocket(request, socket, head, { maxMessageBytes })).toBeUndefined();
    });
    const port = await listen(server);
    const ask = async (lines: string[], method = 'GET') => {
      const socket = connect(port, '127.0.0.1');
      socket.write([`${method} / HTTP/1.1`, 'Host: x', 'Connection: Upgrade', ...lines, '', ''].join('\r\n'));
      return String(await once(socket, 'data')).split('\r\n')[0];
    };
    const key = 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==';
    const version = 'Sec-WebSocket-Version: 13';
    expect(await ask(['Upgrade: websocket', version])).toMatch('HTTP/1.1 400');
    expect(await ask(['Upgrade: websocket', version, 'Sec-WebSocket-Key: short'])).toMatch('HTTP/1.1 400');
    expect(await ask(['Upgrade: other', version, key])).toMatch('HTTP/1.1 400');
    expect(await ask(['Upgrade: websocket', key, 'Sec-WebSocket-Version: 7'])).toMatch(/HTTP\/1.1 4(00|26)/);
    expect(await ask(['Upgrade: websocket', version, key], 'POST')).toMatch('HTTP/1.1 405');
  });
});

test('over TLS it is the same, and a certificate nobody vouches for is refused', async () => {
  const read = (name: string) => readFileSync(new URL(`../fixtures/tls/${name}.pem`, import.meta.url));
  const cert = read('localhost-cert');
  const server = createSecureServer({ cert, key: read('localhost-key') });
  server.on('tlsClientError', () => undefined);
  const sockets = new WebSocketServer({ server });
  const port = await listen(server);
  await expect(connectSocket(`wss://localhost:${port}/`, limits)).rejects.toThrow(/self-signed/);

  const trusted = tls.getCACertificates('default');
  tls.setDefaultCACertificates([cert.toString()]);
  try {
    const [[peer], ours] = await Promise.all([
      once(sockets, 'connection') as Promise<[WebSocket]>,
      connectSocket(`wss://localhost:${port}/`, limits),
    ]);
    closing.push(() => ours.terminate());
    const got: string[] = [];
    const heard: string[] = [];
    peer.on('message', (message: Buffer) => got.push(message.toString()));
    ours.onMessage = (message) => heard.push(message.toString());
    const texts = Array.from({ length: 50 }, (_, at) => `${at} `.repeat(at * 100));
    for (const text of texts) {
      // The same bytes right after one another: what has not left yet must not be overwritten.
      ours.sendParts(Buffer.from(text), Buffer.from('·'), Buffer.alloc(0));
      peer.send(text);
      if (text.length % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await settle({ peer, ours });
    expect(got.map(digest)).toEqual(texts.map((text) => digest(`${text}·`)));
    expect(heard.map(digest)).toEqual(texts.map(digest));
    expect(ours.bufferedBytes).toBe(0);
  } finally {
    tls.setDefaultCACertificates(trusted);
  }
});
