import { connectSocket } from '#adapters/websocket/connect-socket.ts';
import type { TextSocket } from '#adapters/websocket/text-socket.ts';
import { accountSid, audioFrame, callSidOf, frameMs, now, readStamp, type Stamp, tokenOf } from './voice-signal.ts';

/** What a simulated caller's telephone network saw of one bridge. */
export interface CallerEvents {
  /** Audio of the model arrived. */
  heard(stamp: Stamp): void;
  cleared(caller: Caller): void;
  /** Audio of a turn that had been cleared arrived all the same. */
  stale(): void;
  dropped(code: number): void;
}

interface Segment {
  turn: number;
  startMs: number;
  endMs: number;
}

const payloadKey = '"payload":"';

/**
 * One Twilio media stream: sends a frame each 20 ms, plays what it gets in real time, gives marks back when what was
 * before them has been played, and all of them on `clear`.
 */
export class Caller {
  readonly call: number;
  /** When `start` left. */
  startedAtMs = 0;
  firstTurn = -1;
  readonly #events: CallerEvents;
  readonly #socket: TextSocket;
  readonly #streamSid: string;
  #sequence = 1;
  #frame = 0;
  #playEndsMs = 0;
  #segments: Segment[] = [];
  #marks: { name: string; dueMs: number }[] = [];
  #clearedTurn = -1;
  #isOver = false;

  static async dial(url: string, signature: string, call: number, events: CallerEvents): Promise<Caller> {
    const socket = await connectSocket(url, {
      headers: { 'x-twilio-signature': signature },
      handshakeTimeoutMs: 10_000,
      maxMessageBytes: 1_000_000,
    });
    return new Caller(socket, call, events);
  }

  constructor(socket: TextSocket, call: number, events: CallerEvents) {
    this.#socket = socket;
    this.#events = events;
    this.call = call;
    this.#streamSid = `MZ${String(call).padStart(32, '0')}`;
    socket.onMessage = (message) => this.#receive(message);
    socket.onClose = (code) => {
      if (!this.#isOver) events.dropped(code);
    };
    this.#begin();
  }

  /** The next frame of the caller's line. */
  speak(): void {
    const payload = audioFrame(this.call, this.#frame);
    this.#sequence++;
    this.#frame++;
    this.#socket.send(
      `{"event":"media","sequenceNumber":"${this.#sequence}","media":{"track":"inbound","chunk":"${this.#frame}",` +
        `"timestamp":"${this.#frame * frameMs}","payload":"${payload}"},"streamSid":"${this.#streamSid}"}`,
    );
  }

  /** Gives back the marks that are due. */
  play(atMs: number): void {
    while (this.#marks[0] && this.#marks[0].dueMs <= atMs) this.#giveBack(this.#marks.shift()?.name ?? '');
  }

  /** Of that turn of the model, as far as it was played until now or until it was cleared. */
  heardMs(turn: number): number {
    const atMs = now();
    return this.#segments
      .filter((segment) => segment.turn === turn)
      .reduce((sum, { startMs, endMs }) => sum + Math.max(0, Math.min(atMs, endMs) - startMs), 0);
  }

  hangUp(): void {
    this.#isOver = true;
    this.#sequence++;
    this.#socket.send(
      JSON.stringify({
        event: 'stop',
        sequenceNumber: String(this.#sequence),
        streamSid: this.#streamSid,
        stop: { accountSid, callSid: callSidOf(this.call) },
      }),
    );
    this.#socket.close(1000);
  }

  #begin(): void {
    this.#socket.send(JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' }));
    this.startedAtMs = now();
    this.#socket.send(
      JSON.stringify({
        event: 'start',
        sequenceNumber: '1',
        start: {
          accountSid,
          streamSid: this.#streamSid,
          callSid: callSidOf(this.call),
          tracks: ['inbound'],
          mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
          customParameters: { token: tokenOf(this.call) },
        },
        streamSid: this.#streamSid,
      }),
    );
  }

  #receive(message: Buffer): void {
    const at = message.indexOf(payloadKey);
    if (at >= 0) return this.#hear(message, at + payloadKey.length);
    const { event, mark } = JSON.parse(message.toString()) as { event: string; mark?: { name: string } };
    if (event === 'mark' && mark) {
      if (this.#playEndsMs <= now()) this.#giveBack(mark.name);
      else this.#marks.push({ name: mark.name, dueMs: this.#playEndsMs });
    } else if (event === 'clear') this.#clear();
  }

  #hear(message: Buffer, start: number): void {
    const atMs = now();
    const stamp = readStamp(message, start);
    const end = message.indexOf('"', start);
    const paddings = message[end - 2] === 61 ? 2 : message[end - 1] === 61 ? 1 : 0;
    const startMs = Math.max(atMs, this.#playEndsMs);
    this.#playEndsMs = startMs + (((end - start) / 4) * 3 - paddings) / 8;
    if (!stamp) return;
    if (stamp.source <= this.#clearedTurn) this.#events.stale();
    if (this.#segments.length > 0 && this.#segments[0]?.turn !== stamp.source) this.#segments = [];
    this.#segments.push({ turn: stamp.source, startMs, endMs: this.#playEndsMs });
    this.#events.heard(stamp);
  }

  #clear(): void {
    const atMs = now();
    this.#clearedTurn = this.#segments.at(-1)?.turn ?? this.#clearedTurn;
    for (const segment of this.#segments) segment.endMs = Math.min(segment.endMs, Math.max(atMs, segment.startMs));
    this.#playEndsMs = atMs;
    for (const { name } of this.#marks.splice(0)) this.#giveBack(name);
    this.#events.cleared(this);
  }

  #giveBack(name: string): void {
    this.#sequence++;
    this.#socket.send(
      `{"event":"mark","sequenceNumber":"${this.#sequence}","streamSid":"${this.#streamSid}","mark":{"name":${JSON.stringify(name)}}}`,
    );
  }
}
