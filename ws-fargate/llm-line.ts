import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { llmFrames, type LlmMessage, readLlmMessage } from '#adapters/retell/llm-socket.ts';
import type { TextSocket } from '#adapters/websocket/text-socket.ts';
import type { Log, LogFields } from '#domain/log.ts';

/** A far end that takes nothing for half a second takes nothing any more. */
const mostLooks = 25;
const lookEveryMs = 20;
/** Retell would not send so many in a row: whoever does speaks another protocol. */
const mostMalformed = 10;
/** Before the call is confirmed nobody sends a transcript; a call's details have metadata of 50 kB at most. */
const mostUnconfirmedBytes = 256 * 1024;

export interface LineHandlers {
  onDetails(message: Extract<LlmMessage, { kind: 'call-details' }>): void;
  onUpdate(message: Extract<LlmMessage, { kind: 'update' }>): void;
  onRequest(message: Extract<LlmMessage, { kind: 'request' }>): void;
  /** @param code 1006 where the far end said nothing */
  onEnd(code: number): void;
}

/** The socket of one call: frames read once, pings answered before anything else. */
export interface LlmLine {
  send(frame: string): void;
  /** From now on frames may be as long as an hour of talk. */
  confirmed(): void;
  /** Since this was last asked, the far end sent nothing, though it used to ping. */
  isSilent(): boolean;
  /** What was sent has left the process, or will not soon. */
  flushed(): Promise<void>;
  /** A deliberate hang-up: Retell ends the call. */
  hangUp(): void;
  /** The far end is none of ours: Retell ends the call. */
  refuse(): void;
  /** Lets go without a word. It is the one end of a socket after which Retell connects again and the call goes on. */
  letGo(): void;
}

/** @param where what is known of the call, for the log */
export function openLlmLine(
  socket: TextSocket,
  { log, where }: { log: Log; where: () => LogFields },
  handlers: LineHandlers,
): LlmLine {
  let malformed = 0;
  let heardSince = true;
  let hasPinged = false;
  let isConfirmed = false;
  let isOver = false;

  function refuse(): void {
    isOver = true;
    socket.close(1008);
  }

  socket.onMessage = (frame) => {
    if (isOver) return;
    heardSince = true;
    if (!isConfirmed && frame.length > mostUnconfirmedBytes) {
      log.warn('voice.frame-refused', { ...where(), reason: 'too-long' });
      return refuse();
    }
    const message = readLlmMessage(frame);
    if (message.kind !== 'malformed') malformed = 0;
    switch (message.kind) {
      case 'ping':
        hasPinged = true;
        return socket.send(llmFrames.pong(message.timestamp));
      case 'call-details':
        return handlers.onDetails(message);
      case 'update':
        return handlers.onUpdate(message);
      case 'request':
        return handlers.onRequest(message);
      case 'other':
        return;
      case 'malformed':
        malformed += 1;
        log.warn('voice.frame-refused', { ...where(), reason: 'malformed', count: malformed });
        if (malformed >= mostMalformed) refuse();
    }
  };
  socket.onClose = (code) => {
    isOver = true;
    handlers.onEnd(code);
  };
  socket.send(llmFrames.config());

  return {
    send: (frame) => {
      if (!isOver) socket.send(frame);
    },
    confirmed: () => void (isConfirmed = true),
    isSilent() {
      const wasSilent = hasPinged && !heardSince;
      heardSince = false;
      return wasSilent;
    },
    async flushed() {
      // What is sent within one turn of the loop may be written at its end.
      await nextTurn();
      for (let looks = 0; socket.bufferedBytes > 0 && looks < mostLooks; looks++) await pause(lookEveryMs);
    },
    hangUp() {
      isOver = true;
      socket.close(1000);
    },
    refuse,
    letGo() {
      isOver = true;
      socket.terminate();
    },
  };
}
