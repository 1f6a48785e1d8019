import type { Clock } from '../../../clock.ts';

/** µ-law at 8 kHz. */
export const bytesPerMs = 8;

/** Marks are this far apart in an item's audio; between two of them the clock tells how much was heard. */
const betweenMarksMs = 200;

/** Audio of one item of speech, on its way to the caller's ear. */
export interface PlayedItem {
  readonly name: string;
  sentBytes: number;
  /** Up to where marks were sent, and up to where they came back. */
  markedBytes: number;
  playedBytes: number;
  /** No more audio of it follows. */
  ended: boolean;
  /** Its audio was cleared: whatever still comes of it is not passed on. */
  cut: boolean;
}

/** What of an item was heard before it was cut; both in whole milliseconds, `heardMs` never more than `sentMs`. */
export interface CutItem {
  item: PlayedItem;
  heardMs: number;
  sentMs: number;
}

interface Mark {
  name: string;
  item: PlayedItem;
  bytes: number;
}

/**
 * What was sent to the caller and what of it was heard, by item. The far end plays in order and in real time; a mark
 * comes back when everything before it was played, or when it was cleared. From the last mark that came back the clock
 * counts on, never beyond the next one.
 */
export class Playback {
  readonly #clock: Clock;
  /** Not heard to their end, in the order of playing. */
  #unplayed: PlayedItem[] = [];
  #marks: Mark[] = [];
  /** Marks whose audio was cleared: they come back and mean nothing. */
  readonly #void = new Set<string>();
  /** When the first of `#unplayed` had been played up to its `playedBytes`. */
  #baseMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin(name: string): PlayedItem {
    const last = this.#unplayed.at(-1);
    if (last) last.ended = true;
    this.#forgetPlayed();
    return { name, sentBytes: 0, markedBytes: 0, playedBytes: 0, ended: false, cut: false };
  }

  /** Counts audio that was sent. Answers the name of the mark to be sent after it, where one is due. */
  sent(item: PlayedItem, bytes: number): string | undefined {
    if (!this.#unplayed.includes(item)) this.#unplayed.push(item);
    if (this.#unplayed[0] === item) {
      // After a pause its next sound is heard from now on, also when no mark stood at the end of the last one.
      const waitingMs = (item.sentBytes - item.playedBytes) / bytesPerMs;
      this.#baseMs = Math.max(this.#baseMs, this.#clock.now() - waitingMs);
    }
    item.sentBytes += bytes;
    const isFirst = item.markedBytes === 0;
    return isFirst || item.sentBytes - item.markedBytes >= betweenMarksMs * bytesPerMs ? this.#mark(item) : undefined;
  }

  /** No more audio of an item follows. Answers the mark that tells when all of it was heard, unless one was sent. */
  end(item: PlayedItem): string | undefined {
    item.ended = true;
    // Of what was cleared nothing more is heard, and a mark of it would come back among those of what follows it.
    if (item.sentBytes > item.markedBytes && !item.cut) return this.#mark(item);
    this.#forgetPlayed();
    return undefined;
  }

  #mark(item: PlayedItem): string {
    item.markedBytes = item.sentBytes;
    const name = `${item.name}:${Math.floor(item.sentBytes / bytesPerMs)}`;
    this.#marks.push({ name, item, bytes: item.sentBytes });
    return name;
  }

  /** A mark came back. Answers its item; `undefined` when it means nothing. */
  returned(name: string): PlayedItem | undefined {
    if (this.#void.delete(name)) return undefined;
    const at = this.#marks.findIndex((mark) => mark.name === name);
    if (at === -1) return undefined;
    const [mark] = this.#marks.splice(0, at + 1).slice(-1) as [Mark];
    // Marks before it that never came back are played all the same: the order is the far end's promise.
    for (const item of this.#unplayed) {
      if (item === mark.item) break;
      item.playedBytes = item.sentBytes;
      item.ended = true;
    }
    mark.item.playedBytes = mark.bytes;
    this.#baseMs = this.#clock.now();
    this.#forgetPlayed();
    return mark.item;
  }

  #forgetPlayed(): void {
    while (this.#unplayed[0]?.ended && this.#unplayed[0].playedBytes === this.#unplayed[0].sentBytes) {
      this.#unplayed.shift();
    }
  }

  /** Something sent has not been heard yet. */
  get isPlaying(): boolean {
    return this.#unplayed.some(({ playedBytes, sentBytes }) => playedBytes < sentBytes);
  }

  /** How long it takes until all that was sent is heard, in milliseconds. */
  get remainingMs(): number {
    const [first] = this.#unplayed;
    if (!first) return 0;
    const bytes = this.#unplayed.reduce((sum, { sentBytes, playedBytes }) => sum + sentBytes - playedBytes, 0);
    return Math.max(
      0,
      Math.ceil(bytes / bytesPerMs) - (this.#heardMs(first) - Math.floor(first.playedBytes / bytesPerMs)),
    );
  }

  /** Whether all that was sent of an item was heard. */
  isHeard(item: PlayedItem): boolean {
    return item.ended && item.playedBytes === item.sentBytes;
  }

  #heardMs(item: PlayedItem): number {
    const played = item.playedBytes / bytesPerMs;
    if (item !== this.#unplayed[0]) return Math.floor(played);
    const next = this.#marks.find((mark) => mark.item === item)?.bytes ?? item.sentBytes;
    return Math.floor(Math.min(played + Math.max(0, this.#clock.now() - this.#baseMs), next / bytesPerMs));
  }

  /** The far end's buffer is emptied: what was not heard never will be. Answers what that is, in order; nothing when nothing plays. */
  cut(): CutItem[] {
    const cuts = this.#unplayed
      .filter(({ playedBytes, sentBytes }) => playedBytes < sentBytes)
      .map((item) => ({ item, heardMs: this.#heardMs(item), sentMs: Math.floor(item.sentBytes / bytesPerMs) }));
    for (const { item } of cuts) {
      item.cut = true;
      item.ended = true;
    }
    for (const { name } of this.#marks) this.#void.add(name);
    this.#marks = [];
    this.#unplayed = [];
    return cuts;
  }
}

/** The beginning of a text, as much of it as was heard of its audio, to the end of a word. */
export function heardPart(text: string, { heardMs, sentMs }: Pick<CutItem, 'heardMs' | 'sentMs'>): string {
  if (heardMs >= sentMs) return text;
  const words = text.split(/(?<=\s)/);
  const reach = (text.length * heardMs) / sentMs;
  let heard = '';
  for (const word of words) {
    if (heard.length + word.trimEnd().length > reach) break;
    heard += word;
  }
  return heard.trimEnd();
}
