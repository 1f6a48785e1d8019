import type { VoiceSettings } from '../../../clinics/settings/voice-settings.ts';
import type { Language } from '../../../language.ts';
import type { InputSchema } from '../../tools/input-schema.ts';

/** One item of the model's speech. What is heard is accounted by it: a response may hold several. */
export interface SpokenItem {
  readonly itemId: string;
  readonly responseId: string;
  /** What the response was asked for; `undefined` where the model answered the caller by itself. */
  readonly purpose: Purpose | undefined;
}

/** Why we asked for a response. */
export const purposes = [
  'greeting',
  'notice',
  'answer',
  'resumed',
  'filler',
  'silence',
  'repair',
  'alarm',
  'ending',
] as const;
export type Purpose = (typeof purposes)[number];

export interface ResponseRequest {
  purpose: Purpose;
  /** Said to the letter and nothing else; without it the model answers by itself. */
  say?: string;
  /** Waits for nobody to finish speaking. */
  urgent?: boolean;
}

/** How a response ended; `code` is the vendor's word for why it failed. */
export interface ResponseEnd {
  responseId: string;
  purpose: Purpose | undefined;
  status: 'completed' | 'cancelled' | 'failed' | 'incomplete';
  code?: string;
}

/** What a session of speech tells, besides its audio. */
export type SpeechEvent =
  | { kind: 'speech-started' }
  | { kind: 'speech-stopped' }
  /** The caller's utterance is part of the conversation; its words follow, perhaps after the answer. */
  | { kind: 'committed'; itemId: string }
  /** Empty where the words could not be made out. */
  | { kind: 'transcribed'; itemId: string; text: string }
  /** `knowsAll`: everything we had added to the conversation was in it before. */
  | { kind: 'response-started'; responseId: string; purpose: Purpose | undefined; knowsAll: boolean }
  /** More of the words of an item, or all of them. */
  | { kind: 'words'; item: SpokenItem; text: string; whole: boolean }
  /** No more audio of an item follows. */
  | { kind: 'audio-ended'; item: SpokenItem }
  /** A function is called; `args` as the model wrote them. */
  | { kind: 'call'; callId: string; name: string; args: string }
  | ({ kind: 'response-ended' } & ResponseEnd);

/** Why a session is over, when we did not end it: told apart by what helps. */
export type SpeechLoss = 'dropped' | 'expired' | 'busy' | 'refused' | 'wrong-format';

export interface SpeechHandlers {
  /** Audio of an item: base64 of µ-law at 8 kHz, valid until the handler returns. */
  onAudio(item: SpokenItem, payload: Buffer): void;
  onEvent(event: SpeechEvent): void;
  /** Once, and not after `close`. */
  onLost(loss: SpeechLoss): void;
}

/** A function the model may call. */
export interface SpeechFunction {
  name: string;
  description: string;
  parameters: InputSchema;
}

/** Whether the model answers a caller who stopped speaking, and stops for one who starts. */
export interface Listening {
  answers: boolean;
  stops: boolean;
}

export const attentive: Listening = { answers: true, stops: true };
export const guarded: Listening = { answers: false, stops: false };

/** What a conversation is set up with. */
export interface SpeechSetup {
  /** Which of the models named in the settings. */
  role: 'single' | 'receptionist';
  instructions: string;
  functions: readonly SpeechFunction[];
  voice: VoiceSettings['voice'];
  turnDetection: VoiceSettings['turnDetection'];
  languages: readonly Language[];
  /** Names that a transcriber would misspell. */
  keywords: readonly string[];
  listening: Listening;
  /** What was said before, asked for once the session is confirmed. */
  history: () => readonly HistoryItem[];
}

/** Something that belongs to the conversation without having been spoken in this session. */
export interface HistoryItem {
  by: 'caller' | 'agent' | 'us';
  text: string;
}

/** A conversation with a model that hears and speaks µ-law; its formats are confirmed. */
export interface SpeechSession {
  /** The caller's audio: base64 of µ-law at 8 kHz. */
  hear(payload: Buffer): void;
  /** A response was asked for and is not over. */
  readonly isAsked: boolean;
  /** The same, or one is about to begin because the caller stopped speaking. */
  readonly isBusy: boolean;
  /** Asks for a response as soon as none is being made and nobody speaks. Answers asked for twice are made once. */
  respond(request: ResponseRequest): void;
  /** Drops the response being made and what is still to be asked for; nothing of it is passed on any more. */
  interrupt(): void;
  /** Tells the model how much of an item was heard. */
  truncate(itemId: string, heardMs: number): void;
  add(item: HistoryItem): void;
  /** The output of a function that was called. */
  answer(callId: string, output: string): void;
  listen(listening: Listening): void;
  /** What was said so far without a pause counts as an utterance. */
  commit(): void;
  /** At once. Nothing is told after it. */
  close(): void;
}

/** Where sessions come from. */
export interface SpeechModels {
  /** Resolves when the session is set up and its formats are confirmed. @throws ModelFault */
  open(setup: SpeechSetup, handlers: SpeechHandlers, options: { signal: AbortSignal }): Promise<SpeechSession>;
}
