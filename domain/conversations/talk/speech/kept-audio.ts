import { decodedBytes } from './prepared-audio.ts';
import { bytesPerMs } from './playback.ts';

/** The caller's first words while nobody listens yet; 40 kB a call at most. */
const mostBytes = 5_000 * bytesPerMs;

/** Caller audio that waits for a session: in order, and of too much the oldest goes. */
export interface KeptAudio {
  keep(payload: Buffer): void;
  /** Hands everything over and is empty. */
  release(hear: (payload: Buffer) => void): void;
  forget(): void;
}

export function createKeptAudio(): KeptAudio {
  let kept: Buffer[] = [];
  let bytes = 0;
  return {
    keep(payload) {
      // The message it lies in is somebody else's memory.
      kept.push(Buffer.from(payload));
      bytes += decodedBytes(payload);
      while (bytes > mostBytes) bytes -= decodedBytes(kept.shift() as Buffer);
    },
    release(hear) {
      for (const payload of kept) hear(payload);
      this.forget();
    },
    forget() {
      kept = [];
      bytes = 0;
    },
  };
}
