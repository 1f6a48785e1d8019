/**
 * A WebSocket of text messages, open: what the audio path asks of one. Extensions are never negotiated: compressed audio
 * costs a quarter of the processor.
 */
export interface TextSocket {
  /**
   * One whole text message; its bytes are valid only until the handler returns. Not validated as UTF-8. Nothing is read
   * before a handler is set, so that no message is lost between the opening and its holder.
   */
  onMessage: (message: Buffer) => void;
  /** Once, however it ended: 1006 where no close frame came. Told also to a handler that is set after the end. */
  onClose: (code: number, reason: string) => void;
  send(text: string): void;
  /** One message of three parts, so that a payload is never a string. */
  sendParts(head: Buffer, middle: Buffer, tail: Buffer): void;
  /** Bytes handed over and not yet taken by the kernel. */
  readonly bufferedBytes: number;
  /** Asks for a sign of life. Where none has come since the last ping, it ends the socket instead. */
  ping(): void;
  close(code: number, reason?: string): void;
  /** Ends it without a word. */
  terminate(): void;
}

/** How long a peer may take to answer a close frame before the connection is cut. */
export const closeTimeoutMs = 2_000;

/** The protocol's limit for the words of a close frame, in bytes. */
const longestReason = 123;

/** A reason that fits into a close frame, whatever it was. */
export function fittingReason(reason: string): string {
  const bytes = Buffer.from(reason);
  if (bytes.length <= longestReason) return reason;
  let end = longestReason;
  // Not through the middle of a character: continuation bytes begin with 10.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}
