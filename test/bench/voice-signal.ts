import { createHash } from 'node:crypto';

/**
 * Audio that tells where it comes from: a frame of 20 ms µ-law in base64 whose first characters are digits, which are
 * base64 too, so that whoever gets it on the other side of a bridge knows its number and when it left.
 */
export interface Stamp {
  /** Of a caller: its number. Of a model: the number of its turn. */
  source: number;
  frame: number;
  sentAtMs: number;
}

export const frameMs = 20;
export const frameBytes = 160;
/** In base64. */
export const frameLength = 4 * Math.ceil(frameBytes / 3);
export const stampLength = 20;

const filler = Buffer.alloc(frameBytes, 0x5b).toString('base64').slice(stampLength);
const digits = (value: number, length: number) => String(value).padStart(length, '0');

/** One frame of 20 ms, or of so many. */
export const audioFrame = (source: number, frame: number, frames = 1): string => {
  const stamp = digits(source, 5) + digits(frame % 100_000, 5) + digits(Math.round(now() * 100) % 1e10, 10);
  return stamp + (frames === 1 ? filler : longFiller(frames));
};

const fillers = new Map<number, string>();
function longFiller(frames: number): string {
  const made =
    fillers.get(frames) ??
    Buffer.alloc(frameBytes * frames, 0x5b)
      .toString('base64')
      .slice(stampLength);
  fillers.set(frames, made);
  return made;
}

/** Milliseconds of a clock that all processes of this machine share. */
export const now = (): number => Number(process.hrtime.bigint() / 1_000n) / 1_000;

/** The stamp of audio that begins at that place; `undefined` where it is nobody's frame, such as prepared audio. */
export function readStamp(bytes: Buffer, at: number): Stamp | undefined {
  const text = bytes.toString('latin1', at, at + stampLength);
  if (!/^\d{20}$/.test(text)) return undefined;
  return {
    source: Number(text.slice(0, 5)),
    frame: Number(text.slice(5, 10)),
    sentAtMs: Number(text.slice(10)) / 100,
  };
}

/** What both the load and the service know of a simulated call. */
export const accountSid = 'AC00000000000000000000000000000bec';
export const authToken = 'auth-token-of-the-bench';
export const mediaUrl = 'wss://voice.example/twilio/media';
export const callSidOf = (call: number): string => `CA${digits(call, 32)}`;
export const tokenOf = (call: number): string => createHash('sha256').update(`token of ${call}`).digest('base64url');
