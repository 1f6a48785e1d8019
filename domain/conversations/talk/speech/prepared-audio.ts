import type { Language } from '../../../language.ts';

/** Sentences that are shipped as audio, so that they can be said while the model is down. */
export const preparedNames = [
  'one-moment',
  'trouble-transfer',
  'trouble-callback',
  'busy-transfer',
  'busy-callback',
  'goodbye',
] as const;
export type PreparedName = (typeof preparedNames)[number];

/** Audio that is ready to be played: pieces in base64 of µ-law at 8 kHz, made once and never changed. */
export type PreparedAudio = Record<Language, Record<PreparedName, readonly Buffer[]>>;

/** Bytes that base64 stands for. */
export function decodedBytes(base64: Buffer): number {
  const { length } = base64;
  if (length === 0) return 0;
  const padding = base64[length - 1] !== 0x3d ? 0 : base64[length - 2] !== 0x3d ? 1 : 2;
  return ((length * 3) >> 2) - padding;
}
