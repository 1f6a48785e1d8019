/** How fast the models of the stand-in are, in milliseconds. */
export interface Latency {
  /** From an opened realtime socket to `session.created`. */
  handshakeMs: number;
  /** From a request to its first word. */
  firstTokenMs: number;
  /** Between two pieces of speech, each `chunkMs` of audio: faster than they are played. */
  deltaMs: number;
  chunkMs: number;
  /** From the end of an utterance to its transcript. */
  transcriptMs: number;
}

export const usualLatency: Latency = {
  handshakeMs: 60,
  firstTokenMs: 180,
  deltaMs: 15,
  chunkMs: 320,
  transcriptMs: 90,
};

/** Odd manners of the true peer, which a client must live with. */
export interface Manners {
  /** One more piece of audio comes after a response was cancelled. */
  lateDelta: boolean;
  /** The caller's words are told only after the answer to them. */
  transcriptAfterAnswer: boolean;
  sessionLimitMs: number;
}

export const usualManners: Manners = {
  lateDelta: true,
  transcriptAfterAnswer: false,
  sessionLimitMs: 60 * 60 * 1000,
};

/** @throws the signal's reason when it is aborted */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;
