import type { Socket } from 'node:net';
import { FrameError, FrameReader, opcode } from './frame-reader.ts';
import { flushFrames, framedBytes, writeBytes, writeParts, writeText } from './frame-writer.ts';
import { closeTimeoutMs, fittingReason, type TextSocket } from './text-socket.ts';

/** With more than this waiting, only the last of a peer's pings is answered, once it has read: pongs do not pile up. */
const mostUnsentForPong = 65_536;

const nothing = Buffer.alloc(0);

export interface FramedSocketOptions {
  role: 'client' | 'server';
  maxMessageBytes: number;
  /** What came with the handshake. */
  head: Buffer;
}

/** A socket that has become a WebSocket, framed by our own hand as a `TextSocket`. */
export class FramedSocket implements TextSocket {
  readonly #socket: Socket;
  readonly #masks: boolean;
  readonly #reader: FrameReader;
  #onMessage: TextSocket['onMessage'] | undefined;
  #onClose: TextSocket['onClose'] | undefined;
  #ended: { code: number; reason: string } | undefined;
  /** Of the close frame that came. */
  #closed = { code: 1006, reason: '' };
  #isOpen = true;
  #isReading = false;
  #isAwaited = false;
  #latePong: Buffer | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(socket: Socket, { role, maxMessageBytes, head }: FramedSocketOptions) {
    this.#socket = socket;
    this.#masks = role === 'client';
    this.#reader = new FrameReader(
      { masked: role === 'server', maxMessageBytes },
      {
        onText: (message) => {
          if (this.#isOpen) this.#onMessage?.(message);
        },
        onPing: (payload) => {
          if (socket.writableLength > mostUnsentForPong) this.#latePong = Buffer.from(payload);
          else this.#pong(payload);
        },
        onPong: () => undefined,
        onClose: (code, reason) => {
          this.#closed = { code, reason };
          this.#sayClose(code === 1005 ? undefined : code, reason);
          this.#finish();
        },
      },
    );
    socket.setTimeout(0);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    // A close follows each error, and says enough.
    socket.on('error', () => undefined);
    socket.on('end', () => this.#finish());
    socket.on('drain', () => {
      if (this.#latePong) this.#pong(this.#latePong);
      this.#latePong = undefined;
    });
    socket.on('close', () => this.#end());
    if (head.length > 0) socket.unshift(head);
  }

  get onMessage(): TextSocket['onMessage'] {
    return this.#onMessage ?? (() => undefined);
  }

  set onMessage(handler: TextSocket['onMessage']) {
    this.#onMessage = handler;
    this.#read();
  }

  get onClose(): TextSocket['onClose'] {
    return this.#onClose ?? (() => undefined);
  }

  set onClose(handler: TextSocket['onClose']) {
    this.#onClose = handler;
    const ended = this.#ended;
    if (ended) queueMicrotask(() => handler(ended.code, ended.reason));
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength + framedBytes(this.#socket);
  }

  send(text: string): void {
    if (this.#isOpen) writeText(this.#socket, opcode.text, this.#masks, text);
  }

  sendParts(head: Buffer, middle: Buffer, tail: Buffer): void {
    if (this.#isOpen) writeParts(this.#socket, opcode.text, this.#masks, head, middle, tail);
  }

  ping(): void {
    if (!this.#isOpen) return;
    if (this.#isAwaited) return this.terminate();
    this.#isAwaited = true;
    writeBytes(this.#socket, opcode.ping, this.#masks, nothing);
  }

  close(code: number, reason = ''): void {
    if (!this.#isOpen) return;
    this.#sayClose(code, reason);
    // The peer's answer must be read, also by one who never read a message.
    this.#read();
  }

  terminate(): void {
    this.#isOpen = false;
    this.#reader.stop();
    this.#socket.destroy();
  }

  #pong(payload: Buffer): void {
    if (this.#isOpen) writeBytes(this.#socket, opcode.pong, this.#masks, payload);
  }

  #read(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    this.#socket.on('data', (chunk: Buffer) => {
      this.#isAwaited = false;
      try {
        this.#reader.push(chunk);
      } catch (error) {
        if (!(error instanceof FrameError)) throw error;
        this.#reader.stop();
        this.#sayClose(error.code, error.message);
        this.#finish();
      }
    });
  }

  /** Sends the one close frame; from here on the peer has so long to end it too. */
  #sayClose(code: number | undefined, reason: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const bytes = Buffer.from(code === undefined ? '' : `\0\0${fittingReason(reason)}`);
    if (code !== undefined) bytes.writeUInt16BE(code);
    writeBytes(this.#socket, opcode.close, this.#masks, bytes);
    flushFrames();
    this.#limit();
  }

  /** Nothing more is to come or to go. */
  #finish(): void {
    this.#isOpen = false;
    flushFrames();
    this.#socket.end();
    this.#limit();
  }

  #limit(): void {
    this.#timer ??= setTimeout(() => this.#socket.destroy(), closeTimeoutMs);
  }

  #end(): void {
    this.#isOpen = false;
    clearTimeout(this.#timer);
    this.#ended = this.#closed;
    this.#onClose?.(this.#closed.code, this.#closed.reason);
  }
}
