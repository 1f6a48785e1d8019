import * as z from 'zod';
import type { TextSocket } from '#adapters/websocket/text-socket.ts';
import type { LineEnd, PhoneLine } from '#domain/conversations/talk/speech/phone-line.ts';
import { MediaFinder } from './media-frame.ts';

/** 20 ms of µ-law silence, as audio that was lost on the way is replaced: the model's clock must not lose time. */
const silentFrame = Buffer.from(Buffer.alloc(160, 0xff).toString('base64'), 'latin1');
const frameMs = 20;
/** More than this at once is no lost audio but a clock that jumped. */
const longestGapMs = 10_000;

const Start = z.object({
  callSid: z.string(),
  streamSid: z.string().regex(/^MZ[0-9a-f]{32}$/),
  mediaFormat: z.object({
    encoding: z.literal('audio/x-mulaw'),
    sampleRate: z.literal(8000),
    channels: z.literal(1),
  }),
  customParameters: z.record(z.string(), z.string()).default({}),
});

/** Messages of the stream, as far as they say something to us. */
const Message = z.discriminatedUnion('event', [
  z.object({ event: z.literal('start'), start: Start }),
  z.object({
    event: z.literal('media'),
    streamSid: z.string(),
    media: z.object({
      track: z.literal('inbound'),
      timestamp: z.string().regex(/^\d{1,12}$/),
      payload: z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/),
    }),
  }),
  z.object({ event: z.literal('mark'), streamSid: z.string(), mark: z.object({ name: z.string() }) }),
  z.object({ event: z.literal('dtmf'), streamSid: z.string(), dtmf: z.object({ digit: z.string() }) }),
  z.object({ event: z.literal('stop'), streamSid: z.string() }),
]);

/** What the caller's side is told to be: whose call it is, and what proves it. */
export interface StreamStart {
  callSid: string;
  token: string | undefined;
}

export interface StreamHandlers {
  /** The first `start`, and none after it. */
  onStart(start: StreamStart): void;
  /** Base64 of µ-law at 8 kHz, in order and without gaps; valid until the handler returns. */
  onAudio(payload: Buffer): void;
  onMark(name: string): void;
  onKey(key: string): void;
  /** Once, whoever ended it. */
  onEnd(how: LineEnd): void;
}

/**
 * Twilio's media stream on an open socket, both ways. Nothing a peer sends is an error: what is malformed, of another
 * stream or out of order is passed over.
 */
export class MediaStream implements PhoneLine {
  /** Messages so far: a stream that is alive sends fifty a second. */
  received = 0;
  readonly #socket: TextSocket;
  readonly #handlers: StreamHandlers;
  #streamSid: string | undefined;
  #finder: MediaFinder | undefined;
  #mediaHead = Buffer.alloc(0);
  readonly #mediaTail = Buffer.from('"}}');
  /** Where the caller's audio has got to, in milliseconds of the stream. */
  #reachedMs: number | undefined;
  #isOver = false;

  constructor(socket: TextSocket, handlers: StreamHandlers) {
    this.#socket = socket;
    this.#handlers = handlers;
    socket.onClose = () => this.#end('broken');
    socket.onMessage = (message) => this.#onMessage(message);
  }

  /** Bytes that the far end has not taken. */
  get bufferedBytes(): number {
    return this.#socket.bufferedBytes;
  }

  play(payload: Buffer): void {
    if (!this.#isOver) this.#socket.sendParts(this.#mediaHead, payload, this.#mediaTail);
  }

  mark(name: string): void {
    this.#send({ event: 'mark', streamSid: this.#streamSid, mark: { name } });
  }

  clear(): void {
    this.#send({ event: 'clear', streamSid: this.#streamSid });
  }

  close(): void {
    this.#refuse(1000);
  }

  /** Ends the stream without a word to the caller. */
  refuse(reason: string): void {
    this.#refuse(1008, reason);
  }

  /** The far end is silent, or takes nothing any more. */
  giveUp(): void {
    if (this.#isOver) return;
    this.#socket.terminate();
    this.#end('broken');
  }

  #refuse(code: number, reason?: string): void {
    if (this.#isOver) return;
    this.#socket.close(code, reason);
    this.#end('broken');
  }

  #send(message: object): void {
    if (!this.#isOver) this.#socket.send(JSON.stringify(message));
  }

  #end(how: LineEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#socket.onMessage = () => undefined;
    this.#handlers.onEnd(how);
  }

  #onMessage(message: Buffer): void {
    this.received++;
    const finder = this.#finder;
    const payload = finder?.find(message);
    if (finder && payload) this.#hear(payload, finder.timestampMs, finder.audioBytes);
    else this.#read(message);
  }

  #hear(payload: Buffer, timestampMs: number, bytes: number): void {
    const gapMs = this.#reachedMs === undefined ? 0 : timestampMs - this.#reachedMs;
    if (gapMs >= frameMs && gapMs <= longestGapMs) {
      for (let filled = frameMs; filled <= gapMs; filled += frameMs) this.#handlers.onAudio(silentFrame);
    }
    this.#reachedMs = timestampMs + bytes / 8;
    this.#handlers.onAudio(payload);
  }

  #read(raw: Buffer): void {
    const message = parsed(raw);
    if (!message) return;
    if (message.event === 'start') return this.#start(message.start);
    if (message.streamSid !== this.#streamSid) return;
    switch (message.event) {
      case 'media': {
        const payload = Buffer.from(message.media.payload, 'latin1');
        const bytes = Buffer.byteLength(message.media.payload, 'base64');
        return this.#hear(payload, Number(message.media.timestamp), bytes);
      }
      case 'mark':
        return this.#handlers.onMark(message.mark.name);
      case 'dtmf':
        return this.#handlers.onKey(message.dtmf.digit);
      case 'stop':
        this.#end('hung-up');
        return this.#socket.close(1000);
    }
  }

  #start({ callSid, streamSid, customParameters }: z.infer<typeof Start>): void {
    // A stream starts once; who starts it again wants something else.
    if (this.#streamSid !== undefined) return;
    this.#streamSid = streamSid;
    this.#finder = new MediaFinder(streamSid);
    this.#mediaHead = Buffer.from(`{"event":"media","streamSid":"${streamSid}","media":{"payload":"`);
    this.#handlers.onStart({ callSid, token: customParameters.token });
  }
}

function parsed(raw: Buffer): z.infer<typeof Message> | undefined {
  try {
    return Message.safeParse(JSON.parse(raw.toString('utf8'))).data;
  } catch {
    return undefined; // No JSON: nothing that Twilio sends, and nothing to us.
  }
}
