/**
 * A WebSocket of text messages, open: what the audio path asks of one. Two make one: `ws`, and a hand-framed one for
 * many calls on one core. Extensions are never negotiated: compressed audio costs a quarter of the processor.
 */
export interface TextSocket {
  /** One whole text message; its bytes are valid only until the handler returns. Not validated as UTF-8. */
  onMessage: (message: Buffer) => void;
  /** Once, however it ended: 1006 where no close frame came. */
  onClose: (code: number, reason: string) => void;
  send(text: string): void;
  /** One message of three parts, so that a payload is never a string. */
  sendParts(head: Buffer, middle: Buffer, tail: Buffer): void;
  /** Bytes handed over and not yet taken by the kernel. */
  readonly bufferedBytes: number;
  ping(): void;
  close(code: number, reason?: string): void;
  /** Ends it without a word. */
  terminate(): void;
}
