import type { SpokenItem } from '#domain/conversations/talk/speech/speech-model.ts';

const prefix = Buffer.from('{"type":"response.output_audio.delta","event_id":"');
const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;

const startsWith = (message: Buffer, bytes: Buffer, at: number): boolean => {
  if (at < 0 || message.length < at + bytes.length) return false;
  for (let i = 0; i < bytes.length; i++) if (message[at + i] !== bytes[i]) return false;
  return true;
};

/**
 * Finds the audio in the model's messages without reading them: all deltas of one item are alike but for their event's
 * id and their audio. What is not exactly so is for `JSON.parse`.
 */
export class AudioFinder {
  /** Everything between the event's id and the audio, as the last delta that was read had it. */
  #between: Buffer | undefined;
  #item: SpokenItem | undefined;
  /** Where it began; ids of one vendor are of one length. */
  #at = 0;

  /** The item whose deltas are known now. */
  get item(): SpokenItem | undefined {
    return this.#item;
  }

  /** The audio of a delta of `item`, as a part of the message; `undefined` when the message has to be read. */
  find(message: Buffer): Buffer | undefined {
    const between = this.#between;
    if (!between || !startsWith(message, prefix, 0)) return undefined;
    let at = this.#at;
    if (!startsWith(message, between, at)) {
      at = message.indexOf(between, prefix.length);
      if (at === -1) return undefined;
      this.#at = at;
    }
    // The event's id ends right before it, and nothing lies in between.
    if (message[at - 1] !== comma || message.indexOf(quote, prefix.length) !== at - 2) return undefined;
    const from = at + between.length;
    const to = message.length - 2;
    if (message[to + 1] !== 0x7d || message.indexOf(quote, from) !== to) return undefined;
    if (message.indexOf(backslash, from) !== -1) return undefined;
    return message.subarray(from, to);
  }

  /** A delta was read: those like it are found from now on. */
  learn(
    message: Buffer,
    item: SpokenItem,
    ids: { response_id: string; item_id: string; output_index: number; content_index: number },
  ): void {
    const { response_id, item_id, output_index, content_index } = ids;
    const between = `${JSON.stringify({ response_id, item_id, output_index, content_index }).slice(1, -1)},"delta":"`;
    const at = message.indexOf(between, prefix.length);
    this.#between = at === -1 ? undefined : Buffer.from(between);
    this.#item = at === -1 ? undefined : item;
    this.#at = at;
  }

  forget(): void {
    this.#between = undefined;
    this.#item = undefined;
  }
}
