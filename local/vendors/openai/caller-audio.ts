import { bytesPerMs, createListener, frameBytes, frameMs, isFaint } from '../speech-codec.ts';
import type { SessionConfig } from './session-config.ts';

/** What a session notices in the caller's audio. Time is that of the audio: it stands still where none comes. */
export type Noticed =
  | { kind: 'started'; audioStartMs: number }
  | { kind: 'stopped'; audioEndMs: number; text: string }
  /** Nobody has spoken for as long as the idle timeout says. */
  | { kind: 'idle'; audioStartMs: number; audioEndMs: number };

export interface CallerAudio {
  hear(audio: Buffer): Noticed[];
  /** What was heard since the last utterance, which ends here; `undefined` where that is next to nothing. */
  take(): string | undefined;
  /** Forgets it. */
  clear(): void;
  /** A response is over: the caller has heard it so much later. */
  answered(playedMs: number): void;
  /** All words so far. */
  readonly text: string;
  readonly audioMs: number;
}

/** A semantic detector waits for the sense to be complete; here for so much silence. */
const eagernessMs = { low: 900, medium: 500, auto: 500, high: 300 };
/** The vendor refuses to commit less. */
const leastMs = 100;

export function createCallerAudio(config: () => SessionConfig): CallerAudio {
  const ear = createListener();
  let rest: Buffer = Buffer.alloc(0);
  let audioMs = 0;
  let silentMs = 0;
  let speaks = false;
  let firstWord = 0;
  let takenMs = 0;
  let idleFromMs: number | undefined;

  /** Words, without sounds that are none. */
  const since = (word: number): string =>
    ear.heard
      .slice(word)
      .map(({ text }) => text)
      .filter((text) => !/^‹.*›$/.test(text))
      .join(' ');

  function take(): string {
    const text = since(firstWord);
    firstWord = ear.heard.length;
    takenMs = audioMs;
    return text;
  }

  function frame(bytes: Buffer): Noticed | undefined {
    ear.hear(bytes);
    audioMs += frameMs;
    const detection = config().audio.input.turn_detection;
    if (!detection) return undefined;
    if (!bytes.every((byte) => isFaint(byte))) {
      silentMs = 0;
      idleFromMs = undefined;
      if (speaks) return undefined;
      speaks = true;
      const padding = detection.type === 'server_vad' ? detection.prefix_padding_ms : 300;
      return { kind: 'started', audioStartMs: Math.max(0, audioMs - frameMs - padding) };
    }
    silentMs += frameMs;
    if (speaks) {
      const enough = detection.type === 'server_vad' ? detection.silence_duration_ms : eagernessMs[detection.eagerness];
      if (silentMs < enough) return undefined;
      speaks = false;
      return { kind: 'stopped', audioEndMs: audioMs, text: take() };
    }
    const idleMs = detection.type === 'server_vad' ? detection.idle_timeout_ms : null;
    if (idleMs === null || idleFromMs === undefined || audioMs < idleFromMs + idleMs) return undefined;
    const audioStartMs = idleFromMs;
    idleFromMs = undefined;
    return { kind: 'idle', audioStartMs, audioEndMs: audioMs };
  }

  return {
    hear(audio) {
      // Other formats are not understood here; the session counts what came before it was set up.
      if (config().audio.input.format.type !== 'audio/pcmu') return [];
      const noticed: Noticed[] = [];
      let bytes = rest.length === 0 ? audio : Buffer.concat([rest, audio]);
      for (; bytes.length >= frameBytes; bytes = bytes.subarray(frameBytes)) {
        const event = frame(bytes.subarray(0, frameBytes));
        if (event) noticed.push(event);
      }
      rest = Buffer.from(bytes);
      return noticed;
    },
    take() {
      if (audioMs + rest.length / bytesPerMs - takenMs < leastMs) return undefined;
      speaks = false;
      return take();
    },
    clear() {
      speaks = false;
      take();
    },
    answered(playedMs) {
      idleFromMs = audioMs + playedMs;
    },
    get text() {
      return since(0);
    },
    get audioMs() {
      return audioMs;
    },
  };
}
