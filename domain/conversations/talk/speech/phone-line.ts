/** The caller's side of a call, as the dialogue plays to it. */
export interface PhoneLine {
  /** Base64 of µ-law at 8 kHz, played in order. */
  play(payload: Buffer): void;
  /** Comes back when everything before it was played. */
  mark(name: string): void;
  /** Empties what waits to be played; its marks come back. */
  clear(): void;
  /** Lets go of the audio. The call itself goes on where its vendor takes it. */
  close(): void;
}

/** What may be done to a call besides its audio. `over`: it had ended before. Both reject when the vendor did not take the order. */
export interface CallControl {
  hangUp(): Promise<'done' | 'over'>;
  /** The call goes on as the ending on record says. */
  goOn(): Promise<'done' | 'over'>;
  /** Unless it is recorded already. */
  startRecording(): Promise<unknown>;
  /** `over`: none was running. */
  stopRecording(): Promise<'done' | 'over'>;
}

/** How the caller's side ended: `hung-up` was said, `broken` was not. */
export type LineEnd = 'hung-up' | 'broken';
