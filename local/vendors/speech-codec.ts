/**
 * Text riding in µ-law at 8 kHz, so that a scenario can check what was really heard on a line of stand-ins. It is no
 * speech: a real ear hears a buzz.
 *
 * A word is two frames of 160 bytes (20 ms each):
 *
 *     FE C0 FE C1 | kind | length | the word in UTF-8 | 2A AA 2A AA …
 *
 * `kind` is `W` for a word that begins, `M` for more of the word before (a word longer than 154 bytes is cut between
 * characters, each piece two frames) and `T` for the second frame, which carries nothing. The four bytes of the mark
 * cannot occur in UTF-8, and no byte of a frame is FF or 7F, which are silence; so a frame that was cut is known. A word counts as heard once the whole of
 * its first frame was played.
 */
const mark = Buffer.from([0xfe, 0xc0, 0xfe, 0xc1]);
const headerBytes = mark.length + 2;
const [wordBegins, wordGoesOn, secondFrame] = [0x57, 0x4d, 0x54];
const silent = 0xff;

/** Within a step or two of zero, from above or below: silence, or a hum under it. */
export const isFaint = (byte: number | undefined): boolean => byte !== undefined && (byte | 0x80) >= 0xf0;

/** 20 ms. */
export const frameBytes = 160;
export const frameMs = 20;
/** A word lasts two frames. */
export const wordMs = 2 * frameMs;
export const bytesPerMs = 8;

const roomInFrame = frameBytes - headerBytes;

/** The words of a text, one after the other, without a breath between them. */
export function speak(text: string): Buffer {
  // DEL is the one character whose byte is silence, and no word.
  const words = text.split(/[\s\u007f]+/).filter((word) => word !== '');
  return Buffer.concat(
    words.flatMap((word) =>
      pieces(word).flatMap((piece, index) => [
        frame(index === 0 ? wordBegins : wordGoesOn, piece),
        frame(secondFrame, Buffer.alloc(0)),
      ]),
    ),
  );
}

/** How long a text lasts when it is spoken. */
export const spokenMs = (text: string): number => speak(text).length / bytesPerMs;

export const silence = (ms: number): Buffer => Buffer.alloc(Math.round(ms * bytesPerMs), silent);

/** In frames of 20 ms, the last one filled up with silence. */
export function frames(audio: Buffer): Buffer[] {
  const cut: Buffer[] = [];
  for (let at = 0; at < audio.length; at += frameBytes) {
    const piece = audio.subarray(at, at + frameBytes);
    cut.push(
      piece.length === frameBytes ? piece : Buffer.concat([piece, Buffer.alloc(frameBytes - piece.length, silent)]),
    );
  }
  return cut;
}

function frame(kind: number, piece: Buffer): Buffer {
  const made = Buffer.alloc(frameBytes, Buffer.from([0x2a, 0xaa]));
  mark.copy(made);
  made[mark.length] = kind;
  made[mark.length + 1] = piece.length;
  piece.copy(made, headerBytes);
  return made;
}

/** In pieces that fit in a frame, cut between characters. */
function pieces(word: string): Buffer[] {
  const cut: Buffer[] = [];
  let piece = '';
  for (const character of word) {
    if (Buffer.byteLength(piece + character) > roomInFrame) {
      cut.push(Buffer.from(piece));
      piece = '';
    }
    piece += character;
  }
  return [...cut, Buffer.from(piece)];
}

/** Recordings a listener knows, without the silence around them. */
const clips = new Map<string, Buffer>();

/** From now on every listener tells this recording as `‹name›`. */
export function registerClip(name: string, bytes: Buffer): void {
  const isLoud = (byte: number) => !isFaint(byte);
  const from = bytes.findIndex(isLoud);
  if (from === -1) throw new Error(`the clip ${name} is silent`);
  clips.set(name, Buffer.from(bytes.subarray(from, bytes.findLastIndex(isLoud) + 1)));
}

/** What a listener calls sound that is neither words nor a clip it knows. */
export const unknownSound = '‹unknown›';

/** A word, a clip or unknown sound. */
export interface Heard {
  text: string;
  /** When it began, in milliseconds of audio. */
  atMs: number;
}

export interface Listener {
  /** Takes audio as it is played, in any cut. Answers what is newly heard by it. */
  hear(audio: Buffer): Heard[];
  /** Everything so far, in order. */
  readonly heard: readonly Heard[];
  /** The same, as one line of text. */
  text(): string;
  /** How much audio was played, and how long it has been silent at its end; a quiet instant within speech is not silence. */
  readonly playedMs: number;
  readonly silentMs: number;
  /** Whether somebody speaks: there was sound in the last 20 ms. */
  readonly isSpeech: boolean;
}

/** This much of a clip is enough to know it. */
const enoughOfAClip = frameBytes;

/** An ear on one line. */
export function createListener(): Listener {
  const heard: Heard[] = [];
  /** Not understood yet, from the byte `offset` of the line on. */
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  let played = 0;
  let silentBytes = 0;
  /** Unknown sound, or what is left to come of a clip. */
  let sound: { quiet: number; clip?: Buffer } | undefined;

  function note(text: string): void {
    heard.push({ text, atMs: offset / bytesPerMs });
  }
  function skip(count: number): void {
    rest = rest.subarray(count);
    offset += count;
  }

  /** Takes one thing off the rest. Answers false when more must be played first. */
  function step(): boolean {
    if (sound?.clip) {
      const { clip } = sound;
      let same = 0;
      while (same < rest.length && same < clip.length && rest[same] === clip[same]) same += 1;
      const isCut = same < rest.length && same < clip.length;
      skip(same);
      sound = same === clip.length || isCut ? undefined : { quiet: 0, clip: clip.subarray(same) };
      return rest.length > 0;
    }
    if (rest.length === 0) return false;
    if (rest.subarray(0, mark.length).equals(mark.subarray(0, rest.length))) {
      if (rest.length < mark.length) return false;
      sound = undefined;
      const cut = endOfFrame(rest);
      if (cut === undefined) return false;
      if (cut === frameBytes) word(rest.subarray(0, frameBytes));
      skip(cut);
      return true;
    }
    if (isFaint(rest[0])) {
      const run = runOf(rest, true);
      // Recordings pass through zero all the time: only a whole frame of it ends them.
      if (sound && (sound.quiet += run) >= frameBytes) sound = undefined;
      skip(run);
      return true;
    }
    if (sound) {
      sound.quiet = 0;
      skip(runOf(rest, false));
      return true;
    }
    if (rest.length < enoughOfAClip) return false;
    const known = [...clips].find(([, clip]) => {
      const length = Math.min(clip.length, enoughOfAClip);
      return clip.subarray(0, length).equals(rest.subarray(0, length));
    });
    note(known ? `‹${known[0]}›` : unknownSound);
    sound = known ? { quiet: 0, clip: known[1] } : { quiet: 0 };
    return true;
  }

  function word(whole: Buffer): void {
    const kind = whole[mark.length];
    const text = whole.toString('utf8', headerBytes, headerBytes + (whole[mark.length + 1] ?? 0));
    const before = heard.at(-1);
    if (kind === wordBegins) note(text);
    else if (kind === wordGoesOn && before) before.text += text;
  }

  return {
    hear(audio) {
      const known = heard.length;
      played += audio.length;
      const loudest = audio.findLastIndex((byte) => !isFaint(byte));
      silentBytes = loudest === -1 ? silentBytes + audio.length : audio.length - 1 - loudest;
      rest = Buffer.concat([rest, audio]);
      while (step());
      return heard.slice(known);
    },
    heard,
    text: () => heard.map(({ text }) => text).join(' '),
    get playedMs() {
      return played / bytesPerMs;
    },
    get silentMs() {
      return silentBytes / bytesPerMs;
    },
    get isSpeech() {
      return played > 0 && silentBytes < Math.min(frameBytes, played);
    },
  };
}

/** How many bytes from the first on are faint, or are not, without what may begin a mark. */
function runOf(bytes: Buffer, faint: boolean): number {
  const end = bytes.findIndex((byte, at) => at > 0 && (isFaint(byte) !== faint || byte === mark[0]));
  return end === -1 ? bytes.length : end;
}

/**
 * Where a frame that begins here ends: after 160 bytes, earlier when something else came in the middle of it, not known
 * before more is played.
 */
function endOfFrame(bytes: Buffer): number | undefined {
  const within = bytes.subarray(0, frameBytes);
  const padding = headerBytes + (within[mark.length + 1] ?? 0);
  const isForeign = (byte: number, at: number) =>
    at < padding ? at > mark.length + 1 && (byte === silent || byte === (silent & 0x7f)) : byte !== padded(at);
  const cut = [within.indexOf(mark, 1), within.findIndex(isForeign)].filter((at) => at !== -1);
  if (cut.length > 0) return Math.min(...cut);
  return within.length === frameBytes ? frameBytes : undefined;
}

const padded = (at: number): number => (at % 2 === 0 ? 0x2a : 0xaa);
