import { bytesPerMs, frameBytes } from '#local/vendors/speech-codec.ts';

/** The smallest steps around zero µ-law has: a line that hums, which no one takes for a voice. */
export const hum: Buffer = Buffer.alloc(frameBytes, Buffer.from([0xfd, 0x7d]));

/** As loud as a voice, and no word in it. */
export const cough = (ms: number): Buffer => Buffer.alloc(ms * bytesPerMs, Buffer.from([0x9b, 0x1c, 0x94, 0x15, 0x1a]));
