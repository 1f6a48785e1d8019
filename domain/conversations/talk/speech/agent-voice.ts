import type { Clock } from '../../../clock.ts';
import { languageOf } from '../../../language.ts';
import type { Log, LogFields } from '../../../log.ts';
import type { LiveTalk } from '../live-talk.ts';
import { createAgentTurns, type Utterance } from './agent-turns.ts';
import type { ModelLink } from './model-link.ts';
import type { PhoneLine } from './phone-line.ts';
import { Playback } from './playback.ts';
import { decodedBytes, type PreparedAudio, type PreparedName } from './prepared-audio.ts';
import type { SpokenItem } from './speech-model.ts';
import { speechWords } from './speech-words.ts';

/** A mark that does not come back is waited for this long beyond the audio before it. */
const markGraceMs = 2_000;

/** The agent's voice on the line: what is sent to it, marked and taken back, and what of it was heard. */
export interface AgentVoice {
  /** More of the sound of an item; base64 of µ-law at 8 kHz. */
  play(item: SpokenItem, payload: Buffer): void;
  /** More of the words of an item, or all of them. */
  words(item: SpokenItem, text: string, whole: boolean): void;
  /** No more sound of an item follows. `marked`: a mark will tell when it was heard. `cut`: it was nobody's any more. */
  end(item: SpokenItem): 'marked' | 'unmarked' | 'cut';
  /** A sentence that needs no model, all of it. */
  prepared(name: PreparedName): void;
  /** A mark came back. Answers whether all of an item is heard by it. */
  marked(name: string): boolean;
  /** What is not heard yet never will be, and the model is told so. Answers whether there was anything. */
  silence(): boolean;
  /** The session is gone: no more sound or words of its items follow. */
  abandon(): void;
  /** The line is gone: only what was heard was said. */
  close(): void;
  /** Something sent has not been heard yet. */
  readonly isPlaying: boolean;
  /** How long it takes until all that was sent is heard. */
  readonly remainingMs: number;
  /** The same, also where no mark comes back. */
  readonly heardWithinMs: number;
}

interface Deps {
  talk: LiveTalk;
  line: Pick<PhoneLine, 'play' | 'mark' | 'clear'>;
  link: Pick<ModelLink, 'session' | 'generation'>;
  prepared: PreparedAudio;
  clock: Clock;
  log: Log;
  where: LogFields;
}

/** `sounds` hears of the first sound of each item of the model. */
export function createAgentVoice(deps: Deps, sounds: () => void): AgentVoice {
  const { talk, line, link, prepared, clock, log, where } = deps;
  const playback = new Playback(clock);
  const turns = createAgentTurns(talk, playback);
  /** The utterance whose sound comes just now. */
  let current: Utterance | undefined;
  const startedMs = clock.now();
  let hadSound = false;

  const utteranceOf = (item: SpokenItem): Utterance => turns.of(item, link.generation);

  function begin(item: SpokenItem): Utterance {
    current = utteranceOf(item);
    sounds();
    if (!hadSound) log.info('voice.first-audio', { ...where, durationMs: clock.now() - startedMs });
    hadSound = true;
    return current;
  }

  function send({ played }: Utterance, payload: Buffer): void {
    line.play(payload);
    mark(playback.sent(played, decodedBytes(payload)));
  }

  function mark(name: string | undefined): boolean {
    if (name !== undefined) line.mark(name);
    return name !== undefined;
  }

  return {
    play(item, payload) {
      const utterance = current?.item === item ? current : begin(item);
      if (!utterance.played.cut) send(utterance, payload);
    },
    words(item, text, whole) {
      turns.words(utteranceOf(item), text, whole);
    },
    end(item) {
      const { played } = utteranceOf(item);
      if (played.cut) return 'cut';
      if (mark(playback.end(played))) return 'marked';
      turns.heard();
      return 'unmarked';
    },
    prepared(name) {
      const language = languageOf(talk.language);
      current = undefined;
      const utterance = turns.prepared(speechWords[language].prepared[name]);
      for (const payload of prepared[language][name]) send(utterance, payload);
      mark(playback.end(utterance.played));
    },
    marked(name) {
      const item = playback.returned(name);
      if (!item) return false;
      turns.heard();
      return playback.isHeard(item);
    },
    silence() {
      if (!playback.isPlaying) return false;
      const cuts = playback.cut();
      line.clear();
      for (const cut of cuts) {
        const utterance = turns.cut(cut);
        if (!utterance?.item || cut.heardMs >= cut.sentMs) continue;
        if (utterance.generation === link.generation) link.session?.truncate(utterance.item.itemId, cut.heardMs);
      }
      return true;
    },
    abandon() {
      current = undefined;
      for (const { played } of turns.abandon()) playback.end(played);
    },
    close() {
      for (const cut of playback.cut()) turns.cut(cut);
      turns.abandon();
    },
    get isPlaying() {
      return playback.isPlaying;
    },
    get remainingMs() {
      return playback.remainingMs;
    },
    get heardWithinMs() {
      return playback.remainingMs + markGraceMs;
    },
  };
}
