const beforeSequence = Buffer.from('{"event":"media","sequenceNumber":"');
const beforeChunk = Buffer.from('","media":{"track":"inbound","chunk":"');
const beforeTimestamp = Buffer.from('","timestamp":"');
const beforePayload = Buffer.from('","payload":"');
const quote = 0x22;
const backslash = 0x5c;
const equals = 0x3d;
/** Twelve digits of milliseconds are thirty years. */
const mostDigits = 12;

/** The place after `bytes`, if the message has them at `at`; otherwise -1. */
function after(message: Buffer, bytes: Buffer, at: number): number {
  if (message.length < at + bytes.length) return -1;
  for (let i = 0; i < bytes.length; i++) if (message[at + i] !== bytes[i]) return -1;
  return at + bytes.length;
}

function afterDigits(message: Buffer, at: number): number {
  let end = at;
  while (end - at <= mostDigits && (message[end] as number) >= 0x30 && (message[end] as number) <= 0x39) end++;
  return end > at && end - at <= mostDigits ? end : -1;
}

/**
 * Finds the audio in the caller's frames without reading them, where they are to the letter as Twilio writes them today.
 * Whatever is not is for `JSON.parse`. What was found is in `timestampMs` and `audioBytes` until the next frame.
 */
export class MediaFinder {
  timestampMs = 0;
  audioBytes = 0;
  readonly #afterPayload: Buffer;

  constructor(streamSid: string) {
    this.#afterPayload = Buffer.from(`"},"streamSid":"${streamSid}"}`);
  }

  /** The payload, as a part of the message. */
  find(message: Buffer): Buffer | undefined {
    let at = after(message, beforeSequence, 0);
    if (at === -1 || (at = afterDigits(message, at)) === -1) return undefined;
    if ((at = after(message, beforeChunk, at)) === -1 || (at = afterDigits(message, at)) === -1) return undefined;
    const from = after(message, beforeTimestamp, at);
    if (from === -1 || (at = afterDigits(message, from)) === -1) return undefined;
    let timestampMs = 0;
    for (let i = from; i < at; i++) timestampMs = timestampMs * 10 + (message[i] as number) - 0x30;
    if ((at = after(message, beforePayload, at)) === -1) return undefined;
    const end = message.length - this.#afterPayload.length;
    if (end <= at || (end - at) % 4 !== 0 || after(message, this.#afterPayload, end) === -1) return undefined;
    // Nothing in it ends the string early or stands for something else.
    if (message.indexOf(quote, at) !== end || message.indexOf(backslash, at) !== -1) return undefined;
    this.timestampMs = timestampMs;
    const padding = message[end - 1] !== equals ? 0 : message[end - 2] !== equals ? 1 : 2;
    this.audioBytes = (((end - at) * 3) >> 2) - padding;
    return message.subarray(at, end);
  }
}
