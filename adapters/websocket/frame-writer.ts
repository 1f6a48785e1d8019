import { randomFillSync } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { applyMask } from './frame-reader.ts';

/** More than one read of a socket brings of one call, even when a model speaks faster than it is heard. */
const room = 65_536;
const longestHeader = 14;

/**
 * The outgoing frames of all sockets: those that one socket is given in one turn of the loop leave in one write,
 * through one buffer for all, so that a frame costs no memory of its own.
 */
let buffer = Buffer.allocUnsafeSlow(room);
let used = 0;
let owner: Socket | undefined;
let isFlushPlanned = false;

/** Random bytes for masks, made many at a time. */
const masks = Buffer.allocUnsafeSlow(8_192);
let nextMask = masks.length;

/** Writes the header of a frame with a payload of that size; answers where the payload goes in `buffer`, perhaps a new one. */
function begin(socket: Socket, opcode: number, masked: boolean, size: number): number {
  if (owner !== socket || used + size + longestHeader > buffer.length) flushFrames();
  if (size + longestHeader > buffer.length) buffer = Buffer.allocUnsafeSlow(size + longestHeader);
  owner = socket;
  const maskBit = masked ? 0x80 : 0;
  buffer[used] = 0x80 | opcode;
  if (size < 126) {
    buffer[used + 1] = maskBit | size;
    used += 2;
  } else if (size < 65_536) {
    buffer[used + 1] = maskBit | 126;
    used = buffer.writeUInt16BE(size, used + 2);
  } else {
    buffer[used + 1] = maskBit | 127;
    used = buffer.writeUInt32BE(size, buffer.writeUInt32BE(0, used + 2));
  }
  if (!masked) return used;
  if (nextMask === masks.length) {
    randomFillSync(masks);
    nextMask = 0;
  }
  used += masks.copy(buffer, used, nextMask, nextMask + 4);
  nextMask += 4;
  return used;
}

function end(masked: boolean, size: number): void {
  if (masked) applyMask(buffer, used, used + size);
  used += size;
  if (isFlushPlanned) return;
  isFlushPlanned = true;
  process.nextTick(endTurn);
}

function endTurn(): void {
  isFlushPlanned = false;
  flushFrames();
}

/** Hands what has been framed over to its socket now. */
export function flushFrames(): void {
  const socket = owner;
  if (!socket) return;
  const bytes = buffer.subarray(0, used);
  owner = undefined;
  used = 0;
  if (!socket.writable) return;
  // TLS keeps what it is given for a while, and so does a socket that has not sent the last yet.
  const isKept = socket.writableLength > 0 || socket instanceof TLSSocket;
  socket.write(isKept ? Buffer.from(bytes) : bytes);
  // The kernel did not take all of it: the rest is still to be read from there.
  const isShared = !isKept && socket.writableLength > 0;
  if (isShared || buffer.length > room) buffer = Buffer.allocUnsafeSlow(room);
}

/** Bytes of that socket which wait for the end of the turn. */
export const framedBytes = (socket: Socket): number => (owner === socket ? used : 0);

export function writeText(socket: Socket, opcode: number, masked: boolean, text: string): void {
  const size = Buffer.byteLength(text);
  const at = begin(socket, opcode, masked, size);
  buffer.write(text, at);
  end(masked, size);
}

export function writeParts(socket: Socket, opcode: number, masked: boolean, a: Buffer, b: Buffer, c: Buffer): void {
  const size = a.length + b.length + c.length;
  const at = begin(socket, opcode, masked, size);
  a.copy(buffer, at);
  b.copy(buffer, at + a.length);
  c.copy(buffer, at + a.length + b.length);
  end(masked, size);
}

export function writeBytes(socket: Socket, opcode: number, masked: boolean, bytes: Buffer): void {
  const at = begin(socket, opcode, masked, bytes.length);
  bytes.copy(buffer, at);
  end(masked, bytes.length);
}
