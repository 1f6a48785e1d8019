import { WebSocket } from 'ws';
import { fittingReason, type TextSocket } from '#adapters/websocket/text-socket.ts';

/** An open `ws` socket as a `TextSocket`: the far end, where it must not be of our own framing. */
export class WsSocket implements TextSocket {
  #onMessage: TextSocket['onMessage'] | undefined;
  #onClose: TextSocket['onClose'] | undefined;
  #ended: { code: number; reason: string } | undefined;
  #isAwaited = false;
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.pause();
    const isAlive = () => {
      this.#isAwaited = false;
    };
    socket.on('ping', isAlive);
    socket.on('pong', isAlive);
    socket.on('message', (message: Buffer, isBinary) => {
      this.#isAwaited = false;
      if (isBinary) this.close(1003, 'text only');
      else if (socket.readyState === WebSocket.OPEN) this.#onMessage?.(message);
    });
    // What went wrong ends in a close all the same, and its code says enough.
    socket.on('error', () => socket.resume());
    socket.on('close', (code, reason) => {
      this.#ended = { code, reason: reason.toString() };
      this.#onClose?.(code, this.#ended.reason);
    });
  }

  get onMessage(): TextSocket['onMessage'] {
    return this.#onMessage ?? (() => undefined);
  }

  set onMessage(handler: TextSocket['onMessage']) {
    this.#onMessage = handler;
    this.#socket.resume();
  }

  get onClose(): TextSocket['onClose'] {
    return this.#onClose ?? (() => undefined);
  }

  set onClose(handler: TextSocket['onClose']) {
    this.#onClose = handler;
    const ended = this.#ended;
    if (ended) queueMicrotask(() => handler(ended.code, ended.reason));
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(text: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(text);
  }

  sendParts(head: Buffer, middle: Buffer, tail: Buffer): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#socket.send(Buffer.concat([head, middle, tail]), { binary: false });
  }

  ping(): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    if (this.#isAwaited) return this.terminate();
    this.#isAwaited = true;
    this.#socket.ping();
  }

  close(code: number, reason = ''): void {
    this.#socket.close(code, fittingReason(reason));
    // The peer's answer must be read, also by one who never read a message.
    this.#socket.resume();
  }

  terminate(): void {
    this.#socket.terminate();
  }
}
