import { bytesPerMs, frameBytes } from '#local/vendors/speech-codec.ts';

/** What waits to be played into a call: audio and, between it, marks. Time passes frame by frame, 20 ms each. */
export interface Playback {
  /** Behind everything that waits. */
  append(audio: Buffer): void;
  /** Comes back once everything before it was played. Answers it at once when nothing is being played. */
  mark(name: string): string[];
  /** Forgets what waits. Answers every mark that waited, in order. */
  clear(): string[];
  /** 20 ms later: the marks that were reached by now, and the audio of the next 20 ms; less when there is no more. */
  next(): { reached: string[]; audio: Buffer };
  /** Audio that waits, in milliseconds. */
  readonly waitingMs: number;
  readonly isPlaying: boolean;
}

export function createPlayback(): Playback {
  let queue: (Buffer | { mark: string })[] = [];
  /** Marks behind audio that is being played in these 20 ms. */
  let crossed: string[] = [];
  let playing = false;
  let waitingBytes = 0;

  const isMark = (item: Buffer | { mark: string } | undefined): item is { mark: string } =>
    item !== undefined && !Buffer.isBuffer(item);

  return {
    append(audio) {
      if (audio.length === 0) return;
      queue.push(audio);
      waitingBytes += audio.length;
    },
    mark(name) {
      if (!playing && queue.length === 0) return [name];
      if (queue.length === 0) crossed.push(name);
      else queue.push({ mark: name });
      return [];
    },
    clear() {
      const waited = [...crossed, ...queue.filter(isMark).map(({ mark }) => mark)];
      queue = [];
      crossed = [];
      playing = false;
      waitingBytes = 0;
      return waited;
    },
    next() {
      const reached = crossed;
      crossed = [];
      const pieces: Buffer[] = [];
      let room = frameBytes;
      while (room > 0) {
        const item = queue[0];
        if (item === undefined) break;
        if (isMark(item)) {
          // Nothing is before it any more, or only what sounds from now on.
          (pieces.length === 0 ? reached : crossed).push(item.mark);
          queue.shift();
          continue;
        }
        const piece = item.subarray(0, room);
        pieces.push(piece);
        room -= piece.length;
        waitingBytes -= piece.length;
        if (piece.length === item.length) queue.shift();
        else queue[0] = item.subarray(piece.length);
      }
      while (room === 0 && isMark(queue[0])) crossed.push((queue.shift() as { mark: string }).mark);
      playing = pieces.length > 0;
      return { reached, audio: Buffer.concat(pieces) };
    },
    get waitingMs() {
      return waitingBytes / bytesPerMs;
    },
    get isPlaying() {
      return playing || queue.length > 0;
    },
  };
}
