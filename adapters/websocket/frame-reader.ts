/** What a peer did that the protocol does not allow; the code goes into the close frame. */
export class FrameError extends Error {
  readonly code: 1002 | 1003 | 1009;

  constructor(code: 1002 | 1003 | 1009, message: string) {
    super(message);
    this.code = code;
  }
}

export interface FrameHandlers {
  /** Bytes given here and below are valid until the handler returns. */
  onText(message: Buffer): void;
  onPing(payload: Buffer): void;
  onPong(): void;
  /** The last frame of a stream; 1005 when the peer gave no code. */
  onClose(code: number, reason: string): void;
}

export interface ReaderOptions {
  /** Frames of clients must be masked, those of servers must not. */
  masked: boolean;
  maxMessageBytes: number;
}

export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Bytes that come in pieces; grows as it is filled, and keeps its room for the next time unless that is large. */
class Pieces {
  #bytes = Buffer.alloc(0);
  length = 0;

  add(source: Buffer, start: number, end: number, expected = 0): void {
    const needed = this.length + end - start;
    if (needed > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, expected, Math.min(2 * this.#bytes.length, 65_536), 512));
      this.#bytes.copy(grown, 0, 0, this.length);
      this.#bytes = grown;
    }
    source.copy(this.#bytes, this.length, start, end);
    this.length = needed;
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }

  /** Empties it; what was taken out before stays valid. */
  clear(): void {
    this.length = 0;
    this.#bytes = Buffer.alloc(0);
  }
}

/** Reads RFC 6455 frames out of chunks that begin and end anywhere. Whole frames are read where they lie, without a copy. */
export class FrameReader {
  readonly #handlers: FrameHandlers;
  readonly #masked: boolean;
  readonly #maxMessageBytes: number;
  /** The beginning of a frame whose end has not come. */
  readonly #begun = new Pieces();
  /** The fragments so far of a message that has not ended. */
  readonly #fragments = new Pieces();
  #isFragmented = false;
  #isDone = false;

  constructor({ masked, maxMessageBytes }: ReaderOptions, handlers: FrameHandlers) {
    this.#masked = masked;
    this.#maxMessageBytes = maxMessageBytes;
    this.#handlers = handlers;
  }

  /** Unmasks in place. @throws FrameError at the first frame that must not be; nothing may be pushed after it. */
  push(chunk: Buffer): void {
    let offset = 0;
    while (offset < chunk.length && !this.#isDone) {
      if (this.#begun.length > 0) {
        offset += this.#goOn(chunk, offset);
        continue;
      }
      const size = this.#sizeOf(chunk, offset);
      if (size > chunk.length - offset) {
        this.#begun.add(chunk, offset, chunk.length, size);
        return;
      }
      this.#read(chunk, offset, offset + size);
      offset += size;
    }
  }

  /** Nothing more is read, not even what was pushed already. */
  stop(): void {
    this.#isDone = true;
  }

  /** Adds to a frame that has begun what it still needs; answers how much that was. */
  #goOn(chunk: Buffer, start: number): number {
    let offset = start;
    for (;;) {
      const size = this.#sizeOf(this.#begun.bytes, 0);
      if (size <= this.#begun.length) break;
      if (offset === chunk.length) return offset - start;
      const end = Math.min(chunk.length, offset + size - this.#begun.length);
      this.#begun.add(chunk, offset, end, size);
      offset = end;
    }
    const frame = this.#begun.bytes;
    this.#begun.clear();
    this.#read(frame, 0, frame.length);
    return offset - start;
  }

  /** How many bytes the frame at that place takes, as far as its header has come: never less than what is there of an unfinished one. */
  #sizeOf(bytes: Buffer, start: number): number {
    const there = bytes.length - start;
    if (there < 2) return 2;
    const first = byteAt(bytes, start);
    const second = byteAt(bytes, start + 1);
    this.#check(first, second);
    const short = second & 0x7f;
    const header = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + (this.#masked ? 4 : 0);
    if (there < header) return header;
    const length = this.#lengthOf(bytes, start, short);
    if ((first & 0x0f) < opcode.close && this.#fragments.length + length > this.#maxMessageBytes) {
      throw new FrameError(1009, 'a message is longer than allowed');
    }
    return header + length;
  }

  #lengthOf(bytes: Buffer, start: number, short: number): number {
    if (short === 126) return bytes.readUInt16BE(start + 2);
    // What does not fit into 32 bits is beyond every limit of ours, however it is counted.
    if (short === 127) return bytes.readUInt32BE(start + 2) * 2 ** 32 + bytes.readUInt32BE(start + 6);
    return short;
  }

  #check(first: number, second: number): void {
    const kind = first & 0x0f;
    const isFinal = (first & 0x80) !== 0;
    if ((first & 0x70) !== 0) throw new FrameError(1002, 'a reserved bit is set');
    if (((second & 0x80) !== 0) !== this.#masked) throw new FrameError(1002, 'masked by the wrong side');
    if (kind === opcode.continuation) {
      if (!this.#isFragmented) throw new FrameError(1002, 'nothing to continue');
    } else if (kind === opcode.text || kind === opcode.binary) {
      if (this.#isFragmented) throw new FrameError(1002, 'a message within a message');
      if (kind === opcode.binary) throw new FrameError(1003, 'a binary message');
    } else if (kind < opcode.close || kind > opcode.pong) {
      throw new FrameError(1002, 'an unknown opcode');
    } else if (!isFinal || (second & 0x7f) > 125) {
      throw new FrameError(1002, 'a control frame in fragments or too long');
    }
  }

  #read(bytes: Buffer, start: number, end: number): void {
    const first = byteAt(bytes, start);
    const short = byteAt(bytes, start + 1) & 0x7f;
    let payload = start + 2 + (short === 126 ? 2 : short === 127 ? 8 : 0);
    if (this.#masked) {
      payload += 4;
      applyMask(bytes, payload, end);
    }
    const kind = first & 0x0f;
    const isFinal = (first & 0x80) !== 0;
    if (kind === opcode.text && isFinal) this.#handlers.onText(bytes.subarray(payload, end));
    else if (kind < opcode.close) this.#readFragment(bytes, payload, end, isFinal);
    else if (kind === opcode.ping) this.#handlers.onPing(bytes.subarray(payload, end));
    else if (kind === opcode.pong) this.#handlers.onPong();
    else this.#readClose(bytes.subarray(payload, end));
  }

  #readFragment(bytes: Buffer, start: number, end: number, isFinal: boolean): void {
    this.#isFragmented = !isFinal;
    this.#fragments.add(bytes, start, end);
    if (!isFinal) return;
    const message = this.#fragments.bytes;
    this.#fragments.clear();
    this.#handlers.onText(message);
  }

  #readClose(payload: Buffer): void {
    this.#isDone = true;
    if (payload.length === 0) return this.#handlers.onClose(1005, '');
    const code = payload.length > 1 ? payload.readUInt16BE(0) : 0;
    if (!isCloseCode(code)) throw new FrameError(1002, 'an invalid close code');
    this.#handlers.onClose(code, payload.toString('utf8', 2));
  }
}

/** Codes that may stand in a close frame. */
const isCloseCode = (code: number): boolean =>
  (code >= 3000 && code <= 4999) || (code >= 1000 && code <= 1014 && (code < 1004 || code > 1006));

/** Masks or unmasks in place; the mask lies in the four bytes before. */
export function applyMask(bytes: Buffer, start: number, end: number): void {
  const a = byteAt(bytes, start - 4);
  const b = byteAt(bytes, start - 3);
  const c = byteAt(bytes, start - 2);
  const d = byteAt(bytes, start - 1);
  let at = start;
  for (; at + 3 < end; at += 4) {
    bytes[at] = byteAt(bytes, at) ^ a;
    bytes[at + 1] = byteAt(bytes, at + 1) ^ b;
    bytes[at + 2] = byteAt(bytes, at + 2) ^ c;
    bytes[at + 3] = byteAt(bytes, at + 3) ^ d;
  }
  if (at < end) bytes[at] = byteAt(bytes, at) ^ a;
  if (at + 1 < end) bytes[at + 1] = byteAt(bytes, at + 1) ^ b;
  if (at + 2 < end) bytes[at + 2] = byteAt(bytes, at + 2) ^ c;
}

/** Of a place that is known to be there. */
const byteAt = (bytes: Buffer, at: number): number => bytes[at] as number;
