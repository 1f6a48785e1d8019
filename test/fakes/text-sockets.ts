import type { TextSocket } from '#adapters/websocket/text-socket.ts';

/** One end of a wire in memory. */
export interface WireEnd extends TextSocket {
  isOpen(): boolean;
}

/** Two ends of a wire: what is sent at one arrives at the other, in order and later. */
export function textWire(): [WireEnd, WireEnd] {
  let isOpen = true;
  const ends: WireEnd[] = [];

  function end(other: () => WireEnd): WireEnd {
    let onMessage: ((message: Buffer) => void) | undefined;
    let onClose: TextSocket['onClose'] = () => undefined;
    let waiting: Buffer[] = [];
    const arrive = (bytes: Buffer) => {
      if (onMessage) onMessage(bytes);
      else waiting.push(bytes);
    };
    const send = (bytes: Buffer) => {
      if (isOpen) queueMicrotask(() => (other() as unknown as { arrive(bytes: Buffer): void }).arrive(bytes));
    };
    const close = (code: number, reason: string) => {
      if (!isOpen) return;
      isOpen = false;
      queueMicrotask(() => ends.forEach((each) => each.onClose(code, reason)));
    };
    return {
      arrive,
      bufferedBytes: 0,
      isOpen: () => isOpen,
      get onMessage() {
        return onMessage ?? (() => undefined);
      },
      set onMessage(handler) {
        onMessage = handler;
        const kept = waiting;
        waiting = [];
        kept.forEach(handler);
      },
      get onClose() {
        return onClose;
      },
      set onClose(handler) {
        onClose = handler;
      },
      send: (text: string) => send(Buffer.from(text)),
      sendParts: (...parts: Buffer[]) => send(Buffer.concat(parts)),
      ping: () => undefined,
      close: (code: number, reason = '') => close(code, reason),
      terminate: () => close(1006, ''),
    } as WireEnd & { arrive(bytes: Buffer): void };
  }

  const first: WireEnd = end(() => second);
  const second: WireEnd = end(() => first);
  ends.push(first, second);
  return [first, second];
}
