import { randomBytes } from 'node:crypto';
import twilio from 'twilio';
import { WebSocket } from 'ws';
import { frameMs } from '#local/vendors/speech-codec.ts';
import { createPlayback, type Playback } from '#local/vendors/phone/playback.ts';

/** How a stream came to its end. */
export type StreamEnd =
  /** Our side closed it (error 31921): the verb is over. */
  | { how: 'closed'; code: number }
  /** Refused, not there, or broken off: status callback `stream-error`. */
  | { how: 'error'; text: string }
  /** Twilio ended it itself, after a `stop`. */
  | { how: 'stopped' };

/** A bidirectional stream that was opened. */
export interface MediaStream {
  readonly streamSid: string;
  readonly startedAfterMs: number;
  /** Sends 20 ms of the caller, and answers what the caller hears meanwhile. */
  next(said: Buffer): Buffer;
  dtmf(digit: string): void;
  /** Tells our side that it is over and hangs up the socket. */
  stop(): void;
  readonly ended: Promise<StreamEnd>;
}

export interface StreamOptions {
  url: string;
  accountSid: string;
  callSid: string;
  authToken: string;
  parameters: Readonly<Record<string, string>>;
  /** What was thrown away, and what our side did wrong (31950, 31951). */
  onClear(): void;
  onWarning(text: string): void;
  signal: AbortSignal;
}

const handshakeTimeoutMs = 10_000;
/** Not published. Far more than a sentence, and about what is advised against. */
const mostWaitingMs = 60_000;

/**
 * Opens the socket of a `<Stream>`: the upgrade is signed over the URL itself, `connected` and `start` come first.
 *
 * @returns how it ended when there is no stream
 */
export async function openMediaStream(options: StreamOptions): Promise<MediaStream | StreamEnd> {
  const { url, accountSid, callSid, authToken, parameters, onClear, onWarning, signal } = options;
  const startedAt = performance.now();
  const streamSid = `MZ${randomBytes(16).toString('hex')}`;
  const playback = createPlayback();
  let sequenceNumber = 0;
  let chunk = 0;
  let stopped = false;
  const complained = new Set<string>();

  const socket = new WebSocket(url, {
    perMessageDeflate: false,
    handshakeTimeout: handshakeTimeoutMs,
    headers: {
      'x-twilio-signature': twilio.getExpectedTwilioSignature(authToken, url, {}),
      'user-agent': 'TwilioProxy/1.1',
    },
  });
  const send = (message: object) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  };
  const sendNumbered = (event: string, content: object) => {
    sequenceNumber += 1;
    send({ event, sequenceNumber: String(sequenceNumber), ...content, streamSid });
  };
  const returnMarks = (names: readonly string[]) => names.forEach((name) => sendNumbered('mark', { mark: { name } }));
  const complain = (text: string) => {
    if (!complained.has(text)) onWarning(text);
    complained.add(text);
  };

  const ended = new Promise<StreamEnd>((resolve) => {
    let refusal: string | undefined;
    socket.once('unexpected-response', (_request, response) => {
      refusal = `Stream - WebSocket - Handshake Error ${response.statusCode}`;
      socket.terminate();
    });
    socket.on('error', (error) => (refusal ??= `Stream - WebSocket - ${error.message}`));
    socket.once('close', (code) => {
      if (stopped) resolve({ how: 'stopped' });
      else if (refusal !== undefined) resolve({ how: 'error', text: refusal });
      else if (code === 1006) resolve({ how: 'error', text: 'Stream - WebSocket - Connection Broken Pipe' });
      else resolve({ how: 'closed', code });
    });
  });
  const drop = () => socket.terminate();
  signal.addEventListener('abort', drop, { once: true });
  void ended.then(() => signal.removeEventListener('abort', drop));

  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) return complain('31950: a binary frame came on the stream');
    const problem = takeMessage(data, { streamSid, playback, returnMarks, onClear });
    if (problem) complain(problem);
  });

  const opened = await Promise.race([new Promise<true>((resolve) => socket.once('open', () => resolve(true))), ended]);
  if (opened !== true) return opened;
  send({ event: 'connected', protocol: 'Call', version: '1.0.0' });
  sendNumbered('start', {
    start: {
      accountSid,
      streamSid,
      callSid,
      tracks: ['inbound'],
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      customParameters: parameters,
    },
  });

  return {
    streamSid,
    startedAfterMs: Math.round(performance.now() - startedAt),
    ended,
    next(said) {
      const { reached, audio } = playback.next();
      returnMarks(reached);
      chunk += 1;
      sequenceNumber += 1;
      // Fifty times a second for each call: written by hand.
      if (socket.readyState === WebSocket.OPEN) {
        socket.send(
          `{"event":"media","sequenceNumber":"${sequenceNumber}","media":{"track":"inbound","chunk":"${chunk}","timestamp":"${chunk * frameMs}","payload":"${payloadOf(said)}"},"streamSid":"${streamSid}"}`,
        );
      }
      return audio;
    },
    dtmf: (digit) => sendNumbered('dtmf', { dtmf: { track: 'inbound_track', digit } }),
    stop() {
      if (stopped) return;
      stopped = true;
      sendNumbered('stop', { stop: { accountSid, callSid } });
      socket.close(1000);
      // Who does not answer the close is not waited for.
      const forced = setTimeout(() => socket.terminate(), 2_000);
      void ended.then(() => clearTimeout(forced));
    },
  };
}

/** Most frames are the same silence. */
const payloads = new WeakMap<Buffer, string>();
function payloadOf(audio: Buffer): string {
  const known = payloads.get(audio) ?? audio.toString('base64');
  payloads.set(audio, known);
  return known;
}

/** @returns what is wrong with the message */
function takeMessage(
  data: Buffer,
  {
    streamSid,
    playback,
    returnMarks,
    onClear,
  }: { streamSid: string; playback: Playback; returnMarks(names: readonly string[]): void; onClear(): void },
): string | undefined {
  let message: { event?: unknown; streamSid?: unknown; media?: { payload?: unknown }; mark?: { name?: unknown } };
  try {
    message = JSON.parse(data.toString('utf8')) as typeof message;
  } catch {
    return '31950: a frame on the stream is not JSON';
  }
  if (message.streamSid !== streamSid) return '31951: a message carries another streamSid';
  switch (message.event) {
    case 'media': {
      const payload = message.media?.payload;
      if (typeof payload !== 'string' || !/^[A-Za-z0-9+/]+={0,2}$/.test(payload)) {
        return '31951: a media message without a payload in base64';
      }
      if (playback.waitingMs > mostWaitingMs) return '31930: too much audio waits to be played; the rest is dropped';
      playback.append(Buffer.from(payload, 'base64'));
      return undefined;
    }
    case 'mark': {
      const name = message.mark?.name;
      if (typeof name !== 'string' || name === '') return '31951: a mark without a name';
      returnMarks(playback.mark(name));
      return undefined;
    }
    case 'clear':
      onClear();
      returnMarks(playback.clear());
      return undefined;
    default:
      return `31951: an unknown event ${String(message.event)}`;
  }
}
