import {
  createListener,
  frameBytes,
  frameMs,
  frames,
  type Listener,
  silence,
  speak,
} from '#local/vendors/speech-codec.ts';
import type { LiveEntry } from '#local/vendors/live-timeline.ts';
import { cough, hum } from './sound.ts';

/** The caller's end of a line, frame by frame: an ear, a mouth, keys and the hook. */
export interface Handset {
  readonly ear: Listener;
  /** What was heard from this word on, as one text. */
  heardSince(word: number): string;
  /** Ends with the last word. */
  say(text: string): Promise<void>;
  cough(): Promise<void>;
  press(digits: string): Promise<void>;
  hangUp(): void;
  /** Waits until it is so, looked at every 20 ms, but no longer than that. @throws CallOver */
  until(condition: () => boolean, withinMs: number): Promise<boolean>;
  readonly isOver: boolean;
}

/** The line is dead; whatever the caller still wanted to say is not said. */
export class CallOver extends Error {}

/** What a stand-in does with it. */
export interface WiredHandset extends Handset {
  /** Plays what comes down the line for 20 ms and answers what the caller sounds like meanwhile. */
  next(audio: Buffer): Buffer;
  /** The agent's side threw away what was not played yet. */
  cleared(): void;
  /** From now on nothing is heard or said. */
  over(): void;
}

interface Wires {
  tell(entry: LiveEntry): void;
  /** Somebody pressed a key. */
  onDigit(digit: string): void;
  onHangUp(): void;
  /** The line hums. */
  hums: boolean;
}

/** A sentence is told once it was followed by so much silence. */
const sentenceEndMs = 300;
const coughMs = 260;
const keyMs = 200;
/** A caller who speaks over the agent this long without effect was not heard. */
const silentAgainMs = 200;

const quiet = silence(frameMs);

export function createHandset({ tell, onDigit, onHangUp, hums }: Wires): WiredHandset {
  const ear = createListener();
  const idle = hums ? hum : quiet;
  let mouth: Buffer[] = [];
  const waits = new Set<{ check: () => boolean; leftMs: number; settle: (outcome: boolean | Error) => void }>();
  let isOver = false;
  let atMs = 0;
  /** Words told of already. */
  let told = 0;
  let doneSpeakingAtMs: number | undefined;
  let firstWordAtMs: number | undefined;
  let interruption: { atMs: number; clearedAtMs?: number; silentAtMs?: number; staleWords: number } | undefined;

  function tellSentence(cut: boolean): void {
    const text = heardSince(told);
    if (text === '') return;
    const waited =
      doneSpeakingAtMs !== undefined && firstWordAtMs !== undefined ? firstWordAtMs - doneSpeakingAtMs : undefined;
    told = ear.heard.length;
    tell({
      step: 'hears',
      detail: { text, ...(waited !== undefined && waited >= 0 && { afterMs: waited }), ...(cut && { cut: true }) },
    });
    doneSpeakingAtMs = undefined;
    firstWordAtMs = undefined;
  }

  function listen(audio: Buffer): void {
    const before = ear.heard.length;
    ear.hear(audio.length < frameBytes ? Buffer.concat([audio, silence((frameBytes - audio.length) / 8)]) : audio);
    const words = ear.heard.length - before;
    if (words > 0) firstWordAtMs ??= atMs;
    if (interruption) {
      if (interruption.clearedAtMs !== undefined && mouth.length > 0) interruption.staleWords += words;
      if (ear.isSpeech) interruption.silentAtMs = undefined;
      else interruption.silentAtMs ??= atMs;
    } else if (ear.silentMs >= sentenceEndMs) tellSentence(false);
  }

  function endInterruption(): void {
    if (!interruption) return;
    const { atMs: began, clearedAtMs, silentAtMs, staleWords } = interruption;
    tellSentence(true);
    tell({
      step: 'barge-in',
      detail: {
        ...(silentAtMs !== undefined && { silentAfterMs: silentAtMs - began }),
        ...(clearedAtMs !== undefined && { clearedAfterMs: clearedAtMs - began }),
        staleWords,
      },
    });
    interruption = undefined;
  }

  const heardSince = (word: number): string =>
    ear.heard
      .slice(word)
      .map(({ text }) => text)
      .join(' ');

  function until(condition: () => boolean, withinMs: number): Promise<boolean> {
    if (isOver) return Promise.reject(new CallOver());
    if (condition()) return Promise.resolve(true);
    return new Promise((resolve, reject) => {
      waits.add({
        check: condition,
        leftMs: withinMs,
        settle: (outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome)),
      });
    });
  }

  async function utter(sound: Buffer): Promise<void> {
    if (ear.isSpeech) interruption ??= { atMs, staleWords: 0 };
    mouth.push(...frames(sound));
    await until(() => mouth.length === 0, Infinity);
    doneSpeakingAtMs = atMs;
    if (!interruption) return;
    await until(() => ear.silentMs >= silentAgainMs || interruption === undefined, silentAgainMs * 2);
    endInterruption();
  }

  return {
    ear,
    heardSince,
    until,
    async say(text) {
      if (isOver) throw new CallOver();
      if (!ear.isSpeech) tellSentence(false);
      tell({ step: 'says', detail: { text } });
      await utter(speak(text));
    },
    async cough() {
      tell({ step: 'noise', detail: { sound: 'cough' } });
      mouth.push(...frames(cough(coughMs)));
      await until(() => mouth.length === 0, Infinity);
    },
    async press(digits) {
      tell({ step: 'presses', detail: { digits } });
      for (const digit of digits) {
        onDigit(digit);
        await until(() => false, keyMs);
      }
    },
    hangUp() {
      if (!isOver) onHangUp();
    },
    get isOver() {
      return isOver;
    },
    next(audio) {
      if (isOver) return quiet;
      listen(audio);
      const said = mouth.shift() ?? idle;
      atMs += frameMs;
      for (const wait of [...waits]) {
        const holds = wait.check();
        wait.leftMs -= frameMs;
        if (!holds && wait.leftMs > 0) continue;
        waits.delete(wait);
        wait.settle(holds);
      }
      return said;
    },
    cleared() {
      if (interruption) interruption.clearedAtMs ??= atMs;
    },
    over() {
      if (isOver) return;
      if (interruption) endInterruption();
      else tellSentence(ear.isSpeech);
      isOver = true;
      mouth = [];
      for (const wait of waits) wait.settle(new CallOver());
      waits.clear();
    },
  };
}
